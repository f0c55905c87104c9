// SPDX-License-Identifier: MIT
#include "flows.hpp"

#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/count.hpp>
#include <tidemark/progress/nested.hpp>

#include <utility>

namespace tidemark::traffic {
namespace {

using Number = std::uint64_t;

/// Runs `build(input stream)` for some rounds, in each of which every worker sends `records`
/// numbers.
template <typename T, typename Build>
std::chrono::nanoseconds run_rounds(const Config& config, std::uint64_t rounds, Number records,
                                    Build build) {
  std::chrono::nanoseconds taken{0};
  execute(config, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<T>([&](auto& scope) {
      auto [handle, numbers] = new_input<Number>(scope);
      return std::pair(std::move(handle), tidemark::probe(build(numbers)));
    });
    const auto begin = worker.process().executor().now();
    for (std::uint64_t round = 0; round != rounds; ++round) {
      for (Number n = 0; n != records; ++n) input.send(worker.index() + n);
      input.advance_to(round + 1);
      worker.step_while([&] { return probe.less_than(round + 1); });
    }
    if (worker.index() == 0) taken = worker.process().executor().now() - begin;
  });
  return taken;
}

/// Sends each record to the worker that `route(record)` names, modulo their number.
template <typename Route>
auto to_worker(Route route) {
  return [route]<typename T, typename Item>(Stream<T, Item> input) {
    return unary<Item>(input, Exchange{route}, "to worker", "", [](auto& in, auto& out) {
      in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
    });
  };
}

/// In a loop: each worker's record goes from worker to worker, 8 times a round.
std::chrono::nanoseconds run_loop(const Config& config, std::uint64_t rounds) {
  struct Lap {
    Number to;
    int left;
  };
  return run_rounds<Nested<Epoch, 1>>(config, rounds, 1, [](auto numbers) {
    auto laps = numbers | map([](Number n) { return Lap{n, 8}; });
    return iterate(laps, [](auto again) {
      return again | to_worker([](const Lap& lap) { return lap.to; }) | map([](Lap lap) {
               return Lap{lap.to + 1, lap.left - 1};
             }) |
             filter([](const Lap& lap) { return lap.left > 0; });
    });
  });
}

/// Each worker sends one record to each.
std::chrono::nanoseconds run_exchange(const Config& config, std::uint64_t rounds) {
  return run_rounds<Epoch>(config, rounds, config.workers, [](auto numbers) {
    return numbers | to_worker([](Number n) { return n; });
  });
}

/// Nothing is sent: time passes through ten operators that would count.
std::chrono::nanoseconds run_idle(const Config& config, std::uint64_t rounds) {
  return run_rounds<Epoch>(config, rounds, 0, [](auto numbers) {
    for (int i = 0; i != 10; ++i)
      numbers = numbers | count() | map([](const auto& counted) { return counted.first; });
    return numbers;
  });
}

}  // namespace

const std::vector<Flow>& flows() {
  static const std::vector<Flow> all{
      {"loop", "a record of each worker goes round a loop 8 times, from worker to worker",
       run_loop},
      {"exchange", "each worker sends a record to every worker", run_exchange},
      {"idle", "nothing is sent; time passes through 10 operators that would count", run_idle},
  };
  return all;
}

}  // namespace tidemark::traffic
