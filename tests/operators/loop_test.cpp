// SPDX-License-Identifier: MIT
//
// Loops by step: enter, leave, feedback and iterate, alone, nested and side by side.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/routing/exchange.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/progress/nested.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/support.hpp>

#include <mutex>

namespace tidemark::loop_test {
namespace {

using Number = std::uint64_t;
using tests::configurations;
using Once = Nested<Epoch, 1>;   // of a dataflow with loops
using Twice = Nested<Epoch, 2>;  // and with loops in them

/// What came out, by epoch. Thread: any.
class Results {
 public:
  auto collect() {
    return inspect_epoch([this](Epoch epoch, Number number) {
      const std::lock_guard lock(mutex_);
      all_.emplace(epoch.value, number);
    });
  }
  const std::multiset<std::pair<Number, Number>>& all() const { return all_; }

 private:
  std::mutex mutex_;
  std::multiset<std::pair<Number, Number>> all_;
};

auto by_value() {
  return exchange([](Number n) { return n; });
}

/// Feeds `rounds` epochs of numbers by hand at every worker and waits for each.
template <typename Time, typename Build>
void feed(const Config& config, Number rounds, Build build) {
  INFO(tests::to_text(config));
  tests::Watchdog watchdog("a loop: " + tests::to_text(config));
  execute(config, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Time>([&](auto& scope) {
      auto [handle, numbers] = new_input<Number>(scope, "numbers");
      return std::pair(std::move(handle), tidemark::probe(build(numbers)));
    });
    for (Number round = 0; round != rounds; ++round) {
      for (Number n = 1; n != 8; ++n) input.send(n * 10 + worker.index());
      input.advance_to(round + 1);
      worker.step_while([&] { return probe.less_than(input.time()); });
    }
  });
}

Number collatz(Number n) {
  return n % 2 == 0 ? n / 2 : 3 * n + 1;
}

TEST_CASE("iterate sends a stream round until nothing is left of it", "[iterate]") {
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : configurations(workers)) {
      Results results;
      feed<Once>(config, 3, [&](auto numbers) {
        return iterate(numbers,
                       [](auto n) {
                         return n | filter([](Number x) { return x != 1; }) | map(collatz) |
                                by_value();
                       }) |
               results.collect();
      });
      std::multiset<std::pair<Number, Number>> expected;
      for (Number round = 0; round != 3; ++round)
        for (std::uint32_t worker = 0; worker != workers; ++worker)
          for (Number n = 1; n != 8; ++n)
            for (Number x = n * 10 + worker; x != 1;) expected.emplace(round, x = collatz(x));
      REQUIRE(results.all() == expected);
    }
}

TEST_CASE("a loop in a loop: what leaves the inner one goes round the outer one and enters again",
          "[iterate]") {
  // The inner loop counts down to a multiple of 5, the outer one subtracts 5 and begins anew.
  const auto descend = [](auto numbers) {
    return iterate(
        numbers,
        [](auto outer) {
          auto multiples = iterate(
              outer | filter([](Number x) { return x >= 5; }) | map([](Number x) { return x - 5; }),
              [](auto inner) {
                return inner | filter([](Number x) { return x % 5 != 0; }) |
                       map([](Number x) { return x - 1; }) | by_value();
              },
              "inner");
          return multiples | filter([](Number x) { return x % 5 == 0; });
        },
        "outer");
  };
  for (const Config& config : configurations(2)) {
    Results results;
    feed<Twice>(config, 2, [&](auto numbers) { return descend(numbers) | results.collect(); });
    std::multiset<std::pair<Number, Number>> expected;
    for (Number round = 0; round != 2; ++round)
      for (std::uint32_t worker = 0; worker != 2; ++worker)
        for (Number n = 1; n != 8; ++n)
          for (Number x = n * 10 + worker; x >= 5;) {
            x -= 5;
            if (x % 5 == 0) break;  // does not go round the inner loop, so it does not leave it
            x -= x % 5;
            expected.emplace(round, x);
          }
    REQUIRE(results.all() == expected);
  }
}

TEST_CASE("a feedback outside all loops advances the epoch itself", "[feedback]") {
  tests::for_each_configuration([](const Config& config) {
    Results results;
    feed<Epoch>(config, 1, [&](auto numbers) {
      auto [back, again] = feedback<Number>(*numbers.scope, EpochSummary{10});
      auto next = merge(numbers, again) | by_value() | results.collect();
      back.connect(next | filter([](Number x) { return x > 50; }) |
                   map([](Number x) { return x - 20; }));
      return next;
    });
    std::multiset<std::pair<Number, Number>> expected;
    for (std::uint32_t worker = 0; worker != config.workers; ++worker)
      for (Number n = 1; n != 8; ++n) {
        Number epoch = 0, x = n * 10 + worker;
        for (expected.emplace(epoch, x); x > 50; expected.emplace(epoch += 10, x -= 20)) {
        }
      }
    REQUIRE(results.all() == expected);
  });
}

TEST_CASE("a feedback drops what it would carry out of the range of timestamps", "[feedback]") {
  int rounds = 0;
  execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, numbers] = new_input<Number>(scope);
      auto [back, again] = feedback<Number>(scope, EpochSummary{Epoch::maximum().value / 2});
      auto all = merge(numbers, again) | inspect([&](Number) { ++rounds; });
      back.connect(all);
      return std::move(handle);
    });
    input.advance_to(5);
    input.send(1);
  });
  CHECK(rounds == 2);
}

TEST_CASE("outside a loop one sees T, and inside it the counters of the loops around", "[enter]") {
  std::string seen;
  execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    auto [input, outside, inside] = worker.dataflow<Twice>([&](auto& scope) {
      auto [handle, numbers] = new_input<Number>(scope);
      auto& loop = scope.add_loop("loop");
      auto [back, again] = feedback<Number>(loop, 4);
      auto next = merge(numbers | enter(loop), again) |
                  inspect_epoch([&](const Nested<Epoch, 1, 2>& time, Number) {
                    seen += to_text(time) + ' ';
                  });
      back.connect(next | filter([](Number x) { return x != 0; }) |
                   map([](Number x) { return x - 1; }));
      auto inner_probe = tidemark::probe(next);
      return std::tuple(std::move(handle), tidemark::probe(next | leave()), inner_probe);
    });
    input.advance_to(3);
    input.send(2);
    CHECK(to_text(input.time()) == "3");
    worker.step();
    input.advance_to(4);
    worker.step_while([&] { return outside.less_equal(3); });
    CHECK(to_text(outside.frontier()) == "{4}");
    CHECK(to_text(inside.frontier()) == "{(4,0)}");
    CHECK(inside.less_equal({4, 7}));
    CHECK_FALSE(inside.less_equal({3, 100}));
  });
  CHECK(seen == "(3,0) (3,4) (3,8) ");
}

/// Builds a dataflow with loops and gives the error that it is refused with.
template <typename Build>
std::string refusal(Build build) {
  std::string text = "it was not refused";
  try {
    execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
      worker.dataflow<Twice>([&](auto& scope) {
        auto [handle, numbers] = new_input<Number>(scope, "numbers");
        build(scope, numbers);
      });
    });
  } catch (const LoopError& error) {
    text = error.what();
    CHECK_FALSE(error.cycle().empty());
    CHECK(error.graph().nodes.size() > 3);
  } catch (const DataflowError& error) {
    text = error.what();
  }
  return text;
}

/// Two loops in `outer`, each of which takes what leaves the other.
template <typename Outer, typename Stream>
auto siblings(Outer& outer, Stream entered) {
  auto& left = outer.add_loop("left");
  auto& right = outer.add_loop("right");
  auto [left_back, left_again] = feedback<Number>(left);
  auto [right_back, right_again] = feedback<Number>(right);
  // The stream from right to left comes before it can be: by a merge that waits for it.
  using Time = typename decltype(entered)::time_type;
  OperatorBuilder<Time> gather(outer, "gather");
  auto& first = gather.input(entered, Pipeline{});
  const OpenInput<Time, Number> crossing = gather.template open_input<Number>();
  auto [out, gathered] = gather.template output<Number>();
  gather.build([&first, &second = crossing.port(), &out = out] {
    for (auto* in : {&first, &second})
      in->for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
  });
  auto in_left = merge(gathered | enter(left), left_again);
  left_back.connect(in_left);
  auto in_right = merge(in_left | leave() | enter(right), right_again);
  right_back.connect(in_right);
  return std::pair(crossing, in_right | leave());
}

TEST_CASE(
    "siblings that are cross-connected without an outer feedback are refused, the cycle named",
    "[loops][errors]") {
  const std::string text = refusal([](auto& scope, auto numbers) {
    auto& outer = scope.add_loop("outer");
    auto [crossing, out] = siblings(outer, numbers | enter(outer));
    crossing.connect(out, Pipeline{});
  });
  CHECK_THAT(text, Catch::Contains("the cycle") && Catch::Contains("gather.in1") &&
                       Catch::Contains("leave.out0") &&
                       Catch::Contains("sets that loop's counter back") &&
                       Catch::Contains("put a feedback on it that stands outside that loop"));
}

TEST_CASE("siblings that are cross-connected through an outer feedback are legal", "[loops]") {
  CHECK(refusal([](auto& scope, auto numbers) {
          auto& outer = scope.add_loop("outer");
          auto [crossing, out] = siblings(outer, numbers | enter(outer));
          auto [back, again] = feedback<Number>(outer);
          back.connect(out);
          crossing.connect(again, Pipeline{});
        }) == "it was not refused");
}

TEST_CASE("a feedback that its own loop resets is refused", "[loops][errors]") {
  CHECK_THAT(refusal([](auto& scope, auto numbers) {
               OperatorBuilder<Nested<Epoch, 0, 2>> gather(scope, "gather");
               gather.input(numbers, Pipeline{});
               const auto second = gather.template open_input<Number>();
               const auto gathered = gather.template output<Number>().second;
               gather.build([] {});
               auto& loop = scope.add_loop("loop");
               auto [back, again] = feedback<Number>(loop);
               auto next = merge(gathered | enter(loop), again);
               back.connect(next);
               second.connect(again | leave(), Pipeline{});
             }),
             Catch::Contains("feedback.out0") && Catch::Contains("leave.in0") &&
                 Catch::Contains("does not advance the timestamp"));
}

TEST_CASE("a loop that is never closed is refused by its name", "[loops][errors]") {
  CHECK(refusal([](auto& scope, auto numbers) {
          auto& loop = scope.add_loop("rounds");
          auto again = feedback<Number>(loop).second;
          merge(numbers | enter(loop), again) | leave();
        }) ==
        "the loop 'rounds' was never closed: a feedback into it has no input; connect it to the "
        "stream that goes round");
}

TEST_CASE("a loop outside all loops that is never closed is refused, too", "[loops][errors]") {
  CHECK_THAT(refusal([](auto& scope, auto numbers) {
               merge(numbers, feedback<Number>(scope, NestedSummary<Epoch, 0>{{1}, {}}).second);
             }),
             Catch::StartsWith("a loop of dataflow 'dataflow' was never closed"));
}

TEST_CASE("a stream goes from loop to loop by leave and enter only", "[loops][errors]") {
  CHECK(refusal([](auto& scope, auto numbers) {
          auto& left = scope.add_loop("left");
          auto& right = scope.add_loop("right");
          merge(numbers | enter(left), numbers | enter(right));
        }) ==
        "step 'merge' in 'left' takes a stream of 'right'; a stream goes from loop to loop by "
        "leave() and enter(loop)");
  CHECK(refusal([](auto& scope, auto numbers) {
          auto& left = scope.add_loop("left");
          auto& right = scope.add_loop("right");
          numbers | enter(left) | enter(right.add_loop("deep"));
        }) == "a stream of 'left' enters loop 'deep', which does not stand in there");
}

}  // namespace
}  // namespace tidemark::loop_test
