// SPDX-License-Identifier: MIT
//
// Is a stream the same when it is replayed by another number of workers? One run captures numbers
// with their progress to a file, the next one replays that; both add up each epoch when it is
// complete.
#include <tidemark/operators/captures/capture_file.hpp>
#include <tidemark/operators/ends/capture.hpp>
#include <tidemark/operators/ends/replay.hpp>
#include <tidemark/operators/routing/exchange.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/timestamps/accumulate.hpp>

#include "example.hpp"
#include <atomic>

using namespace tidemark;
using Number = std::uint64_t;
using Sums = std::vector<std::atomic<Number>>;  // by epoch

void add_up(Stream<Epoch, Number> numbers, Sums& sums) {
  numbers | accumulate("sum", Number{0}, [](Number& sum, Number n) { sum += n; }) |
      inspect_epoch([&](Epoch at, Number sum) { sums.at(at.value) += sum; });
}

int main(int argc, char** argv) {
  Program program("capture_replay",
                  "Is a stream the same when another number of workers replays it?",
                  {.workers = 2});
  std::string path;
  Number epochs = 5, size = 1000;
  std::uint32_t replayers = 3;
  program.option("FILE", path, "Where to capture to");
  program.option("--epochs", epochs, "How many");
  program.option("--size", size, "Records of an epoch");
  program.option("--replayers", replayers, "Workers that replay");
  return program.run(argc, argv, [&](Config config) {
    const CaptureFile file(path);
    Sums captured(epochs), replayed(epochs);
    execute(config, [&](Worker& worker) {
      auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, numbers] = new_input<Number>(scope);
        add_up(numbers | exchange(std::identity{}) | capture(file), captured);
        return std::move(handle);
      });
      for (Number epoch = 0; epoch != epochs; input.advance_to(++epoch))
        for (const Number n : examples::share_of(worker, size)) input.send(epoch * size + n);
    });
    config.workers = replayers;
    config.trace = nullptr;  // these are the first run's
    config.replay = nullptr;
    execute(config, [&](Worker& worker) {
      worker.dataflow<Epoch>(
          [&](Scope<Epoch>& scope) { add_up(replay<Number>(scope, "replay", file), replayed); });
    });
    fmt::print("{:>8}  {:>16}  {:>16}\n", "epoch", "captured", "replayed");
    for (Number epoch = 0; epoch != epochs; ++epoch)
      fmt::print("{:>8}  {:>16}  {:>16}\n", epoch, captured[epoch].load(), replayed[epoch].load());
    if (!std::ranges::equal(captured, replayed)) throw std::logic_error("the sums differ");
  });
}
