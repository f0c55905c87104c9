// SPDX-License-Identifier: MIT
//
// distinct: each record once at each timestamp, at once, and forgotten when that is complete.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/distinct.hpp>
#include <tidemark/progress/nested.hpp>

#include <tests/operators/stateful.hpp>
#include <tests/support.hpp>

#include <atomic>

namespace tidemark::tests {

/// A number that knows how many of its kind there are.
struct Tracked {
  explicit Tracked(std::uint64_t n = 0) : value(n) { ++alive; }
  Tracked(const Tracked& other) : value(other.value) { ++alive; }
  Tracked& operator=(const Tracked&) = default;
  ~Tracked() { --alive; }
  friend bool operator==(const Tracked& a, const Tracked& b) { return a.value == b.value; }

  std::uint64_t value;
  static inline int alive = 0;
};

}  // namespace tidemark::tests

template <>
struct std::hash<tidemark::tests::Tracked> {
  std::size_t operator()(const tidemark::tests::Tracked& tracked) const { return tracked.value; }
};

namespace tidemark::distinct_test {
namespace {

using tests::AtEpochs;
using tests::Number;
using tests::Tracked;

TEST_CASE("distinct sends each record once at each timestamp at which it occurs", "[distinct]") {
  const auto few = [](std::uint32_t worker, Number round) {
    std::vector<Number> records;
    for (Number i = 0; i != 12; ++i) records.push_back((round + worker + i * i) % 7);
    return records;
  };
  tests::for_each_configuration([&](const Config& config) {
    AtEpochs<Number> expected = tests::sent_by(config, 8, few);
    const auto rest = std::ranges::unique(expected);
    REQUIRE_FALSE(rest.empty());
    expected.erase(rest.begin(), rest.end());
    REQUIRE(tests::results_of<Number>(config, [&](Scope<Epoch>& scope) {
              return tests::rounds(scope, 8, few) | distinct();
            }) == expected);
  });
}

TEST_CASE(
    "distinct sends a record when it first comes, and forgets it when its timestamp is complete",
    "[distinct]") {
  std::vector<Number> seen;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, numbers] = new_input<Tracked>(scope);
      numbers | distinct() | inspect([&](const Tracked& n) { seen.push_back(n.value); });
      return std::move(handle);
    });
    const auto settle = [&] {
      for (int i = 0; i != 10; ++i) worker.step();
    };
    for (const Number n : {3u, 4u, 3u}) input.send(Tracked(n));
    input.flush();
    settle();
    CHECK(seen == std::vector<Number>{3, 4});
    CHECK(Tracked::alive == 2);
    input.send(Tracked(4));
    input.advance_to(1);
    settle();
    CHECK(seen == std::vector<Number>{3, 4});
    CHECK(Tracked::alive == 0);
    input.send(Tracked(4));
    input.flush();
    settle();
    CHECK(seen == std::vector<Number>{3, 4, 4});
  });
}

TEST_CASE("distinct in a loop sends a record once in each round", "[distinct]") {
  for (Number seed = 0; seed != 20; ++seed) {
    std::atomic<int> passed = 0;
    execute({.workers = 3, .executor = ExecutorKind::deterministic, .seed = seed, .check = true},
            [&](Worker& worker) {
              auto input = worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
                auto [handle, numbers] = new_input<Number>(scope);
                iterate(numbers, [&](auto n) {
                  return n | distinct() | inspect([&](Number) { ++passed; }) |
                         map([](Number x) { return x / 2; }) |
                         filter([](Number x) { return x != 0; });
                });
                return std::move(handle);
              });
              for (Number n = 8; n != 16; ++n) input.send(n);
            });
    CHECK(passed == 8 + 4 + 2 + 1);
  }
}

}  // namespace
}  // namespace tidemark::distinct_test
