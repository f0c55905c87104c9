// SPDX-License-Identifier: MIT
//
// iterator_source: all that it generates, and never far ahead of its probe.
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/ends/iterator_source.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/count.hpp>
#include <tidemark/progress/nested.hpp>

#include <tests/operators/stateful.hpp>
#include <tests/support.hpp>

#include <array>
#include <atomic>

namespace tidemark::iterator_source_test {
namespace {

using tests::AtEpochs;
using tests::Number;
using Counted = std::pair<Number, Number>;

constexpr Number rounds = 20;

TEST_CASE("iterator_source is never more than `ahead` timestamps before what its probe has seen",
          "[iterator_source]") {
  for (const Number ahead : {1u, 3u})
    tests::for_each_configuration([&](const Config& config) {
      std::array<std::atomic<Number>, rounds> arrived{};
      std::atomic<Number> calls = 0;
      std::atomic<bool> early = false;
      const auto next = [&](Epoch time) -> std::optional<std::vector<Number>> {
        ++calls;
        if (time.value >= ahead && arrived[time.value - ahead] != 2 * config.workers) early = true;
        if (time.value == rounds - 1) return std::nullopt;
        return std::vector<Number>{time.value % 3, 7};
      };
      const AtEpochs<Counted> results =
          tests::results_of<Counted>(config, [&](Scope<Epoch>& scope) {
            Probe<Epoch> probe;
            auto counted = iterator_source(scope, "numbers", next, probe, ahead) | count() |
                           inspect_epoch([&](Epoch time, const Counted& record) {
                             arrived[time.value] += record.second;
                           });
            probe.follow(counted | map([](const Counted& record) { return record.first; }));
            return counted;
          });
      REQUIRE_FALSE(early);
      REQUIRE(calls == rounds * config.workers);  // it is not asked while it waits
      AtEpochs<Counted> expected;
      for (Number time = 0; time != rounds - 1; ++time)
        for (const Number n : {time % 3, Number{7}})
          expected.push_back({time, {n, config.workers}});
      REQUIRE(results == expected);
    });
}

TEST_CASE(
    "iterator_source generates `ahead` timestamps without waiting, and goes on when one is "
    "complete",
    "[iterator_source]") {
  std::string generated;
  const auto generate = [&](const Nested<Epoch, 0, 1>& time) -> std::optional<std::vector<Number>> {
    generated += to_text(time) + ' ';
    if (time == Epoch{6}) return std::nullopt;
    return std::vector<Number>{};
  };
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    auto gate = worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
      auto [handle, numbers] = new_input<Number>(scope);
      Probe<Nested<Epoch, 0, 1>> probe;
      probe.follow(merge(numbers, iterator_source(scope, "numbers", generate, probe, 3)));
      return std::move(handle);
    });
    const auto settle = [&] {
      for (int i = 0; i != 20; ++i) worker.step();
    };
    settle();
    CHECK(generated == "0 1 2 ");
    gate.advance_to(1);
    settle();
    CHECK(generated == "0 1 2 3 ");
    gate.advance_to(3);
    settle();
    CHECK(generated == "0 1 2 3 4 5 ");
  });
  CHECK(generated == "0 1 2 3 4 5 6 ");
}

/// The error that a dataflow is refused with which has an iterator_source.
template <typename Build>
std::string refusal(Build build) {
  const auto next = [](Epoch) -> std::optional<std::vector<int>> { return std::nullopt; };
  std::string text = "no error";
  for (const ExecutorKind kind : tests::executors_for_throwing_closures()) {
    tests::Watchdog watchdog("a source that is refused");
    try {
      execute({.workers = 2, .threads = 2, .executor = kind}, [&](Worker& worker) {
        worker.dataflow<Epoch>([&](Scope<Epoch>& scope) { build(scope, next); });
      });
      return "no error";
    } catch (const DataflowError& error) {
      text = error.what();
    }
  }
  return text;
}

TEST_CASE("an iterator_source that could never go on is refused", "[iterator_source][errors]") {
  CHECK(refusal([](auto& scope, auto next) {
          Probe<Epoch> probe;
          probe.follow(iterator_source(scope, "numbers", next, probe, 1));
        }) == "no error");
  CHECK(refusal([](auto& scope, auto next) {
          iterator_source(scope, "numbers", next, Probe<Epoch>(), 1);
        }) ==
        "step 'numbers' waits for a probe that follows no stream of its dataflow; call "
        "probe.follow(stream) where the dataflow is built");
  CHECK(refusal([](auto& scope, auto next) {
          iterator_source(scope, "numbers", next, Probe<Epoch>(), 0);
        }) == "iterator_source 'numbers': ahead must be at least 1, or it would wait for ever");
}

TEST_CASE("a probe follows one stream only", "[iterator_source][probe][errors]") {
  CHECK(refusal([](auto& scope, auto next) {
          Probe<Epoch> probe;
          auto numbers = iterator_source(scope, "numbers", next, probe, 1);
          probe.follow(numbers);
          probe.follow(numbers);
        }) ==
        "a probe cannot follow 'numbers', since it follows another stream already; use a probe for "
        "each");
}

}  // namespace
}  // namespace tidemark::iterator_source_test
