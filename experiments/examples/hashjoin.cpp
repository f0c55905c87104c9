// SPDX-License-Identifier: MIT
//
// How many pairs of records share their key? Both sides go to the worker of their key, which keeps
// them: each record meets those of the other side that came before it.
#include <tidemark/operators/ends/to_stream.hpp>
#include <tidemark/operators/keyed/join.hpp>
#include <tidemark/operators/stateless/inspect.hpp>

#include "example.hpp"
#include <atomic>

using namespace tidemark;
using Number = std::uint64_t;

int main(int argc, char** argv) {
  Program program("hashjoin",
                  "How many pairs of records share their key, and how fast are they found?",
                  {.workers = 2});
  Number keys = 10'000, records = 100'000;
  program.option("--keys", keys, "How many", examples::positive);
  program.option("--records", records, "On each side");
  return program.run(argc, argv, [&](const Config& config) {
    std::atomic<Number> pairs{0};
    const examples::Stopwatch watch;
    execute(config, [&](Worker& worker) {
      worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        const auto keyed = [&](auto key_of) {
          return to_stream(scope, examples::share_of(worker, records) |
                                      std::views::transform([keys, key_of](Number n) {
                                        return std::pair(key_of(n) % keys, n);
                                      }));
        };
        const auto numbers = keyed([](Number n) { return n; });
        const auto squares = keyed([](Number n) { return n * n; });
        join("pairs", numbers, squares) | inspect([&](const auto&) { ++pairs; });
      });
    });
    fmt::print("{} pairs\n{:.3f} s\n", pairs.load(), watch.seconds());
  });
}
