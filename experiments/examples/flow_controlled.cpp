// SPDX-License-Identifier: MIT
//
// How much is in flight when a source may be only so far ahead? It takes the end of the dataflow
// back as an input, some epochs later: what can still come there tells it what is not done yet.
#include <tidemark/operators/loops/feedback.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/stateless/filter.hpp>

#include "example.hpp"
#include <atomic>

using namespace tidemark;
using Number = std::uint64_t;

/// `size` numbers in each of `epochs` epochs; an epoch begins when nothing at it comes from `done`.
Stream<Epoch, Number> controlled_source(const Stream<Epoch, Number>& done, Number epochs,
                                        Number size) {
  OperatorBuilder<Epoch> op(*done.scope, "source");
  op.set_interest(Interest::when_holding);
  auto& in = op.input(done, Pipeline{});
  auto [out, numbers] = op.output<Number>();
  op.connect({});  // what comes back is not answered
  op.build([&in, &out = out, epochs, size,
            capability = std::optional(op.initial_capability(0))]() mutable {
    while (capability && !in.frontier().less_equal_to(capability->time())) {
      for (Number n = 0; n != size; ++n) out.at(*capability).give(n);
      capability->downgrade(capability->time().value + 1);
      if (capability->time() == epochs) capability.reset();
    }
  });
  return numbers;
}

int main(int argc, char** argv) {
  Program program("flow_controlled", "How much is in flight, and how much may?", {.workers = 2});
  Number epochs = 1000, size = 100, ahead = 4;
  program.option("--epochs", epochs, "How many", examples::positive);
  program.option("--size", size, "Records of a worker in an epoch");
  program.option("--ahead", ahead, "Epochs", examples::positive);
  return program.run(argc, argv, [&](const Config& config) {
    std::atomic<Number> in_flight{0}, most{0}, arrived{0};
    execute(config, [&](Worker& worker) {
      worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [back, done] = feedback<Number>(scope, EpochSummary{ahead});
        auto numbers =
            controlled_source(done, epochs, size) | filter([&](Number) {
              const Number now = ++in_flight;
              for (Number seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
              }
              return true;
            });
        back.connect(numbers | redistribute() |
                     filter([&](Number) { return ++arrived, --in_flight, false; }));
      });
    });
    const Number allowed = ahead * size * config.workers;
    fmt::print("{} records, at most {} in flight of {} allowed\n", arrived, most, allowed);
    if (most > allowed) throw std::logic_error("more were in flight than allowed");
  });
}
