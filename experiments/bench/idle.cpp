// SPDX-License-Identifier: MIT
//
// Question: what does an epoch cost that goes through operators which have nothing to do?
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include "bench.hpp"
#include <cstdint>
#include <map>
#include <utility>

namespace tidemark::bench {
namespace {

/// An operator that would hold records until their epoch is complete.
Stream<Epoch, int> stateful(const Stream<Epoch, int>& stream) {
  return unary_frontier<int>(
      stream, Pipeline{}, "hold", "",
      [held = std::map<Epoch, Capability<Epoch>>{}](auto& in, auto& out) mutable {
        in.for_each([&](auto& batch) { held.emplace(batch.time, out.retain(batch)); });
        std::erase_if(held, [&](auto& entry) {
          if (in.frontier().less_equal_to(entry.first)) return false;
          out.at(entry.second).give(1);
          return true;
        });
      });
}

/// Nanoseconds per epoch through a chain of `operators`, in which nobody waits but a probe at the
/// end. Each has seen one record, in the first epoch.
double through(int operators, std::uint64_t rounds) {
  double elapsed = 0;
  execute({.workers = 1}, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<int>(scope);
      for (int i = 0; i != operators; ++i) stream = stateful(stream);
      return std::pair{std::move(handle), tidemark::probe(stream)};
    });
    input.send(1);
    const auto run_to = [&](std::uint64_t last) {
      while (input.time() < last) {
        input.advance_to(input.time().value + 1);
        worker.step_while([&] { return probe.less_than(input.time()); });
      }
    };
    const std::uint64_t warm_up = 100;  // until nobody is followed any more
    run_to(warm_up);
    const Stopwatch watch;
    run_to(warm_up + rounds);
    elapsed = watch.ns();
    check(probe.frontier() == Antichain<Epoch>{warm_up + rounds}, "not at the last epoch");
  });
  return elapsed / static_cast<double>(rounds);
}

}  // namespace

void add_idle_rows(Rows& rows) {
  for (const int operators : {1'000, 100'000})
    rows.push_back({.name = "idle_" + std::to_string(operators),
                    .per = "epoch",
                    .baseline = "the same through 10",
                    .quick_rounds = 100'000,
                    .full_rounds = 1'000'000,
                    .ours = [=](std::uint64_t rounds) { return through(operators, rounds); },
                    .by_hand = [](std::uint64_t rounds) { return through(10, rounds); }});
}

}  // namespace tidemark::bench
