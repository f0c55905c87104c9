// SPDX-License-Identifier: MIT
//
// Question: what does an epoch cost through an operator, by how many timestamps it holds open?
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include "bench.hpp"
#include <cstdint>
#include <string>
#include <utility>

namespace tidemark::bench {
namespace {

/// Keeps the records of each epoch until the epoch that is `open` later is complete.
Stream<Epoch, int> held(const Stream<Epoch, int>& stream, std::uint64_t open,
                        std::uint64_t& released) {
  return unary_due<int>(
      stream, Pipeline{}, "held", "",
      [open, &released, times = OpenTimes<Epoch, int>{}](auto& in, auto& out) mutable {
        in.for_each([&](auto& batch) { ++times.at(batch, out, batch.time.value + open); });
        times.release([&](const auto&, int) { ++released; }, in.frontier());
      });
}

/// Nanoseconds per epoch in which one timestamp is opened and one is released, while `open` are.
double through(std::uint64_t open, std::uint64_t rounds) {
  std::uint64_t released = 0;
  double elapsed = 0;
  execute({.workers = 1}, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<int>(scope);
      return std::pair{std::move(handle), tidemark::probe(held(stream, open, released))};
    });
    const auto run_to = [&, &input = input](std::uint64_t end) {
      while (input.time() < end) {
        input.send(1);
        input.advance_to(input.time().value + 1);
        worker.step_while([&] { return released + open < input.time().value; });
      }
    };
    const std::uint64_t warm_up = open + 1;  // until the first is released
    run_to(warm_up);
    const Stopwatch watch;
    run_to(warm_up + rounds);
    elapsed = watch.ns();
    check(released == 1 + rounds, "the number of timestamps that were complete");
    check(probe.less_equal(warm_up + rounds), "the least that is held");
  });
  return elapsed / static_cast<double>(rounds);
}

}  // namespace

void add_held_times_rows(Rows& rows) {
  for (const std::uint64_t open : {1, 100, 10'000})
    rows.push_back({.name = "held_times_" + std::to_string(open),
                    .per = "epoch",
                    .baseline = "the same with 1",
                    .quick_rounds = 100'000,
                    .full_rounds = 1'000'000,
                    .ours = [=](std::uint64_t rounds) { return through(open, rounds); },
                    .by_hand = [](std::uint64_t rounds) { return through(1, rounds); },
                    .bar = open == 10'000 ? std::optional(Bar{2}) : std::nullopt,
                    .series = "held_times: epoch by timestamps that an operator holds open",
                    .size = static_cast<double>(open)});
}

}  // namespace tidemark::bench
