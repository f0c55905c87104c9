// SPDX-License-Identifier: MIT
//
// A program whose workers a closure drives, round after round: for program_test.sh.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/worker.hpp>
#include <tidemark/experiments/program.hpp>
#include <tidemark/progress/epoch.hpp>

#include <cstdio>
#include <limits>
#include <stdexcept>
#include <utility>

using namespace tidemark;

int main(int argc, char** argv) {
  std::uint64_t rounds = std::numeric_limits<std::uint64_t>::max();
  bool fails = false;
  Program program("by_hand", "Meets in rounds", {.workers = 2});
  program.option("--rounds", rounds, "How many");
  program.option("--fails", fails, "Throw behind them");
  return program.run(argc, argv, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, nothing] = new_input<int>(scope);
      return std::pair{std::move(handle), tidemark::probe(nothing)};
    });
    for (std::uint64_t round = 1; round <= rounds; ++round) {
      input.advance_to(round);
      worker.step_while([&] { return probe.less_than(round); });
      if (round == 1 && worker.index() == 0) std::puts("met"), std::fflush(stdout);
    }
    if (fails) throw std::runtime_error("as it was told");
  });
}
