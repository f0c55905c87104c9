// SPDX-License-Identifier: MIT
#include <tidemark/core/operator.hpp>
#include <tidemark/experiments/traffic.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/count.hpp>
#include <tidemark/progress/nested.hpp>

namespace tidemark::traffic {
namespace {

using Number = std::uint64_t;

/// Sends each record to the worker that `route(record)` names, modulo their number.
template <typename Route>
auto to_worker(Route route) {
  return [route]<typename T, typename Item>(Stream<T, Item> input) {
    return unary<Item>(input, Exchange{route}, "to worker", "", [](auto& in, auto& out) {
      in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
    });
  };
}

Flow loop() {
  struct Lap {
    Number to;
    int left;
  };
  return make_flow<Nested<Epoch, 1>>(
      "loop", "a record of each worker goes round a loop 8 times, from worker to worker", one_each,
      [](auto numbers) {
        auto laps = numbers | map([](Number n) { return Lap{n, 8}; });
        return iterate(laps, [](auto again) {
          return again | to_worker([](const Lap& lap) { return lap.to; }) | map([](Lap lap) {
                   return Lap{lap.to + 1, lap.left - 1};
                 }) |
                 filter([](const Lap& lap) { return lap.left > 0; });
        });
      });
}

Flow exchange() {
  return make_flow(
      "exchange", "each worker sends a record to every worker",
      [](std::uint32_t workers) { return workers; },
      [](auto numbers) { return numbers | to_worker([](Number n) { return n; }); });
}

Flow idle() {
  return make_flow(
      "idle", "nothing is sent; time passes through 10 operators that would count",
      [](std::uint32_t) { return 0; },
      [](auto numbers) {
        for (int i = 0; i != 10; ++i)
          numbers = numbers | count() | map([](const auto& counted) { return counted.first; });
        return numbers;
      });
}

}  // namespace

const std::vector<Flow>& flows() {
  static const std::vector<Flow> all{loop(), exchange(), idle()};
  return all;
}

}  // namespace tidemark::traffic
