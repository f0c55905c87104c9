// SPDX-License-Identifier: MIT
//
// Question: what does it cost all workers to agree that a round is over, with no data at all?
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

double ours(std::uint32_t workers, std::uint64_t rounds) {
  const std::uint64_t warm_up = rounds / 10;
  Rounds entered(workers);
  double elapsed = 0;
  execute({.workers = workers}, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<std::uint64_t>(scope);
      return std::pair{std::move(handle), tidemark::probe(stream)};
    });
    auto& mine = entered[worker.index()].value;
    auto& neighbour = entered[(worker.index() + 1) % workers].value;
    const auto run_to = [&](std::uint64_t last) {
      while (input.time() < last) {
        const std::uint64_t round = input.time().value + 1;
        mine.store(round, std::memory_order_relaxed);
        input.advance_to(round);
        worker.step_while([&] { return probe.less_than(round); });
        check(neighbour.load(std::memory_order_relaxed) >= round,
              "a round was over before its neighbour had entered it");
      }
    };
    run_to(warm_up);
    const Stopwatch watch;
    run_to(warm_up + rounds);
    if (worker.index() == 0) elapsed = watch.ns();
    check(probe.frontier() == Antichain<Epoch>{warm_up + rounds}, "not at the last round");
    input.close();
    worker.step_while([&probe = probe] { return !probe.done(); });
  });
  return elapsed / static_cast<double>(rounds);
}

double additions(std::uint64_t rounds) {
  std::atomic<std::uint64_t> count{0};
  const Stopwatch watch;
  for (std::uint64_t round = 0; round != rounds; ++round)
    for (int i = 0; i != 25; ++i) count.fetch_add(1);
  const double elapsed = watch.ns();
  check(count == 25 * rounds, "not as many additions as asked for");
  return elapsed / static_cast<double>(rounds);
}

void add(Rows& rows, std::string name, std::uint32_t workers, std::string baseline,
         std::uint64_t quick, std::uint64_t full, Measure by_hand, std::optional<Bar> bar) {
  rows.push_back({.name = std::move(name),
                  .workers = workers,
                  .per = "round",
                  .baseline = std::move(baseline),
                  .quick_rounds = quick,
                  .full_rounds = full,
                  .ours = [workers](std::uint64_t rounds) { return ours(workers, rounds); },
                  .by_hand = std::move(by_hand),
                  .bar = bar});
}

}  // namespace

void add_barrier_rows(Rows& rows) {
  add(rows, "barrier", 1, "25 atomic additions", 200'000, 2'000'000, additions, Bar{1});
  add(
      rows, "barrier", 2, "2 threads, a flag each", 50'000, 250'000,
      [](std::uint64_t rounds) { return flags(2, rounds); }, Bar{5});
  add_crowds(rows,
             {.name = "barrier",
              .per = "round and worker",
              .quick_rounds = 80'000,
              .full_rounds = 400'000,
              .bar = crowded},
             [](std::uint32_t workers, std::uint64_t rounds) {
               return ours(workers, rounds / workers) / static_cast<double>(workers);
             });
  for (const std::uint32_t workers : {8u, 64u})
    add(
        rows, "barrier_crowd", workers, std::to_string(workers) + " threads, a flag each",
        80'000 / workers, 240'000 / workers,
        [workers](std::uint64_t rounds) { return flags(workers, rounds); }, std::nullopt);
}

}  // namespace tidemark::bench
