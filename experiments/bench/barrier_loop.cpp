// SPDX-License-Identifier: MIT
//
// Question: what does a round cost when the barrier is an operator, which is told of each round and
// asks for the next?
#include <tidemark/core/notificator.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/loops/feedback.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include <atomic>
#include <cstdint>
#include <vector>

namespace tidemark::bench {
namespace {

/// Nanoseconds per round and worker: all workers' operators ask to be told when a round is complete
/// in a loop that adds 1, and then for the next round.
double ours(std::uint32_t workers, std::uint64_t rounds) {
  Rounds entered(workers);
  double elapsed = 0;
  execute({.workers = workers}, [&](Worker& worker) {
    worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [back, again] = feedback<int>(scope, {1});
      OperatorBuilder<Epoch> op(scope, "barrier");
      op.set_interest(Interest::when_holding);
      auto& in = op.input(again, Pipeline{});
      auto [out, stream] = op.output<int>();
      Notificator<Epoch> notificator;
      notificator.notify_at(op.initial_capability(0));
      auto& mine = entered[worker.index()].value;
      auto& neighbour = entered[(worker.index() + 1) % workers].value;
      op.build([&, &in = in, rounds, watch = Stopwatch(), first = worker.index() == 0,
                notificator = std::move(notificator)]() mutable {
        const auto next = [&](const Capability<Epoch>& at, std::uint64_t) {
          const std::uint64_t round = at.time().value;
          if (round == 0) watch = Stopwatch();
          check(round == 0 || neighbour.load(std::memory_order_relaxed) >= round,
                "a round was over before its neighbour had entered it");
          mine.store(round + 1, std::memory_order_relaxed);
          if (round != rounds) return notificator.notify_at(at.delayed(round + 1));
          if (first) elapsed = watch.ns();
        };
        notificator.for_each(next, in.frontier());
      });
      back.connect(stream);
    });
  });
  for (const auto& each : entered) check(each.value == rounds + 1, "not at the last round");
  return elapsed / static_cast<double>(rounds * workers);
}

/// So that any number of workers does as much in a measurement.
double shared(std::uint32_t workers, std::uint64_t rounds) {
  return ours(workers, rounds / workers);
}

}  // namespace

void add_barrier_loop_rows(Rows& rows) {
  rows.push_back({.name = "barrier_loop",
                  .workers = 2,
                  .per = "round and worker",
                  .baseline = "2 threads, a flag each",
                  .quick_rounds = 100'000,
                  .full_rounds = 500'000,
                  .ours = [](std::uint64_t rounds) { return shared(2, rounds); },
                  .by_hand = [](std::uint64_t rounds) { return flags(2, rounds / 2) / 2; }});
  add_crowds(rows,
             {.name = "barrier_loop",
              .per = "round and worker",
              .quick_rounds = 100'000,
              .full_rounds = 500'000,
              .bar = Bar{1}},
             shared);
}

}  // namespace tidemark::bench
