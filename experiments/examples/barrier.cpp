// SPDX-License-Identifier: MIT
//
// How long do all workers take to agree that a round is over? No record flows: a round is an epoch,
// and it is over when the probe says that no worker's input is in it any more.
#include "example.hpp"
#include <atomic>
#include <stdexcept>

using namespace tidemark;

int main(int argc, char** argv) {
  Program program("barrier", "How long do all workers take to agree that a round is over?",
                  {.workers = 2});
  std::uint64_t rounds = 10'000;
  program.option("--rounds", rounds, "Rounds, one after another");
  return program.run(argc, argv, [&](const Config& config) {
    std::atomic<std::uint64_t> arrivals{0};
    const examples::Stopwatch watch;
    execute(config, [&](Worker& worker) {
      auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        auto [handle, nothing] = new_input<int>(scope);
        return std::pair{std::move(handle), tidemark::probe(nothing)};
      });
      for (std::uint64_t round = 1; round <= rounds; ++round) {
        ++arrivals;
        input.advance_to(round);
        worker.step_while([&] { return probe.less_than(round); });
        if (arrivals < round * worker.peers())
          throw std::logic_error("a worker went on before all had arrived");
      }
    });
    const double seconds = watch.seconds();
    fmt::print("{} workers met {} times\n", config.workers, rounds);
    fmt::print("{:.3f} s, {:.2f} us for a round\n", seconds,
               seconds * 1e6 / static_cast<double>(rounds));
  });
}
