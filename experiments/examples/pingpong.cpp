// SPDX-License-Identifier: MIT
//
// How long does a record take from worker to worker, round after round of a loop? Every ball counts
// its hits, and each hit sends it to the next worker.
#include <tidemark/operators/loops/iterate.hpp>

#include "example.hpp"
#include <atomic>

using namespace tidemark;
using Hits = std::uint64_t;

/// Hits every ball that arrives, until it has been hit `most` times, and tells `count`.
template <Timestamp T>
Stream<T, Hits> hit(const Stream<T, Hits>& balls, Hits most, std::atomic<Hits>& count) {
  return unary<Hits>(balls, Exchange{[](Hits hits) { return hits; }}, "hit", "",
                     [most, &count](auto& in, auto& out) {
                       in.for_each([&](auto& batch) {
                         auto& output = out.at(batch);
                         for (const Hits hits : batch)
                           if (hits != most) output.give(hits + 1);
                         count += batch.records.size();
                       });
                     });
}

int main(int argc, char** argv) {
  Program program("pingpong", "How long does a record take from worker to worker, round a loop?",
                  {.workers = 2});
  Hits laps = 10'000, balls = 1;
  program.option("--laps", laps, "How often each ball is hit");
  program.option("--balls", balls, "How many are in play at once", examples::positive);
  return program.run(argc, argv, [&](const Config& config) {
    std::atomic<Hits> count{0};
    const examples::Stopwatch watch;
    execute(config, [&](Worker& worker) {
      auto input = worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
        auto [handle, served] = new_input<Hits>(scope);
        iterate(served, [&](auto again) { return hit(again, laps, count); });
        return std::move(handle);
      });
      if (worker.index() == 0)
        for (Hits ball = 0; ball != balls; ++ball) input.send(0);
    });
    const double seconds = watch.seconds();
    fmt::print("{} balls went from worker to worker {} times\n", balls, count / balls - 1);
    fmt::print("{:.3f} s, {:.2f} us for a lap\n", seconds,
               seconds * 1e6 / static_cast<double>(laps));
  });
}
