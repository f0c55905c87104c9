// SPDX-License-Identifier: MIT
//
// How many different numbers come in each epoch? Each is passed on when it is first seen; what has
// been seen of an epoch is forgotten when the epoch is complete.
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/timestamps/distinct.hpp>

#include "example.hpp"
#include <atomic>

using namespace tidemark;
using Number = std::uint64_t;

int main(int argc, char** argv) {
  Program program("distinct", "How many different squares modulo m are there?", {.workers = 2});
  Number modulus = 1000, epochs = 5;
  program.option("-m,--modulus", modulus, "Of the first epoch; it grows by 1", examples::positive);
  program.option("--epochs", epochs, "One modulus each");
  return program.run(argc, argv, [&](const Config& config) {
    std::vector<std::atomic<Number>> different(epochs);
    execute(config, [&](Worker& worker) {
      auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, squares] = new_input<Number>(scope);
        auto counted =
            squares | distinct() | inspect_epoch([&](Epoch at, Number) { ++different[at.value]; });
        return std::pair{std::move(handle), tidemark::probe(counted)};
      });
      for (Number epoch = 0; epoch != epochs; ++epoch) {
        const Number m = modulus + epoch;
        for (const Number n : examples::share_of(worker, m)) input.send(n * n % m);
        input.advance_to(epoch + 1);
        worker.step_while([&] { return probe.less_than(input.time()); });
        if (worker.index() == 0)
          fmt::print("{:>6} squares modulo {}\n", different[epoch].load(), m);
      }
    });
  });
}
