// SPDX-License-Identifier: MIT
//
// Unordered inputs: several timestamps open at a time, completed in any order, and what is said of
// misuse.
#include <tidemark/core/error.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/unordered_input.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>

namespace tidemark::unordered_input_test {
namespace {

using Number = std::uint64_t;
using Handle = UnorderedInput<Epoch, Number>;

TEST_CASE(
    "an unordered input sends at any of its capabilities, and each timestamp is complete once "
    "nothing before it is held",
    "[unordered_input]") {
  tests::for_each_configuration([](const Config& config) {
    tests::Arrivals<Number> arrivals;
    std::atomic<bool> passed_early = false;
    std::atomic<bool> left_something = false;
    execute(config, [&](Worker& worker) {
      auto [input, probe, first] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, capability, numbers] = new_unordered_input<Number>(scope);
        tests::collect(numbers, tests::by_hash(), arrivals);
        return std::tuple(handle, tidemark::probe(numbers), std::move(capability));
      });
      std::vector<Capability<Epoch>> open;
      for (Number time = 0; time != 6; ++time) open.push_back(first.delayed(time));
      first.downgrade(9);
      Random random(config.seed * 16 + worker.index());
      while (!open.empty()) {
        const std::size_t drawn = random.below(open.size());
        const Number time = open[drawn].time().value;
        std::vector<Number> more{time * 10 + 1, time * 10 + 2};
        input.send_all(open[drawn], more);
        if (!more.empty()) left_something = true;
        input.send(open[drawn], time * 10);
        if (random.below(2) == 0) worker.step();
        if (!probe.less_equal(time)) passed_early = true;
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(drawn));
      }
      worker.step_while([&, &seen = probe] { return seen.less_than(9); });
      if (!probe.less_equal(9)) passed_early = true;
    });
    std::vector<std::pair<Number, Number>> expected;
    for (Number time = 0; time != 6; ++time)
      for (Number n = 0; n != 3; ++n)
        expected.insert(expected.end(), config.workers, {time, time * 10 + n});
    REQUIRE(arrivals.sorted() == expected);
    REQUIRE(arrivals.complaints().empty());
    REQUIRE_FALSE(passed_early);
    REQUIRE_FALSE(left_something);
  });
}

TEST_CASE("an unordered input holds a frontier of incomparable timestamps", "[unordered_input]") {
  using Pair = Product<Epoch, Epoch>;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [](Worker& worker) {
    auto [probe, capability] = worker.dataflow<Pair>([](Scope<Pair>& scope) {
      auto [handle, start, numbers] = new_unordered_input<Number>(scope);
      return std::pair(tidemark::probe(numbers), std::move(start));
    });
    auto other = std::optional(capability.delayed({1, 4}));
    capability.downgrade({3, 0});
    worker.step();
    CHECK(to_text(probe.frontier()) == "{(1,4), (3,0)}");
    other.reset();
    worker.step();
    CHECK(to_text(probe.frontier()) == "{(3,0)}");
  });
}

TEST_CASE("an unordered input whose capability is dropped while its dataflow is built has ended",
          "[unordered_input]") {
  for (const ExecutorKind kind : tests::executors())
    execute({.workers = 2, .threads = 2, .executor = kind}, [](Worker& worker) {
      auto probe = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        return tidemark::probe(std::get<2>(new_unordered_input<Number>(scope)));
      });
      worker.step_while([&] { return !probe.done(); });
    });
}

TEST_CASE(
    "the capabilities of an unordered input that a closure forgets are named, and nothing hangs",
    "[unordered_input][misuse]") {
  for (const ExecutorKind kind : tests::executors_for_throwing_closures()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("forgotten capabilities");
    std::vector<std::vector<Capability<Epoch>>> forgotten(2);
    std::optional<Handle> input;
    std::string text;
    try {
      execute({.workers = 2, .threads = 2, .executor = kind}, [&](Worker& worker) {
        auto& mine = forgotten[worker.index()];
        worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          auto [handle, capability, numbers] = new_unordered_input<Number>(scope, "numbers");
          if (worker.index() == 1) input = handle;
          mine.push_back(std::move(capability));
        });
        for (const Number time : {11u, 3u, 3u}) mine.push_back(mine.front().delayed(time));
        mine.erase(mine.begin());
        if (worker.index() == 0) mine.clear();
      });
    } catch (const CapabilityError& error) {
      text = error.what();
    }
    CHECK(text ==
          "the closure of worker 1 has returned, and its input 'numbers' is still open at 3, 11; "
          "drop its capabilities, or let them go out of scope");
    CHECK_THROWS_WITH(
        input->send(forgotten[1].front(), 1),
        "unordered input 'numbers' on worker 1 was used at 11 after its dataflow had ended; use it "
        "inside the closure that built it");
  }
}

/// The error of a closure that has two unordered inputs and feeds them with `feed`.
template <typename Feed>
std::string error_of(Feed feed) {
  try {
    execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
      auto [one, at_one, at_two] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        auto [first, at_first, numbers] = new_unordered_input<Number>(scope, "one");
        auto [second, at_second, others] = new_unordered_input<Number>(scope, "two");
        return std::tuple(first, std::move(at_first), std::move(at_second));
      });
      feed(one, at_one, at_two);
    });
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("an unordered input takes capabilities of its own only, which move forward only",
          "[unordered_input][misuse]") {
  CHECK(error_of([](Handle& input, auto& own, auto&) { input.send(own, 1); }) == "no error");
  CHECK(
      error_of([](Handle& input, auto&, auto& foreign) { input.send(foreign, 1); }) ==
      "step 'one' on worker 0 tried to send at 0 through output 0 with a capability of output 0 of "
      "step 'two'; an output takes only capabilities of its own");
  CHECK(error_of([](Handle&, auto& own, auto&) {
          own.downgrade(5);
          own.delayed(4);
        }) ==
        "step 'one' on worker 0 tried to delay a capability at 5 to 4; it may only move to "
        "timestamps at or after 5");
}

TEST_CASE("an unordered input cannot be fed while its dataflow is being built",
          "[unordered_input][misuse]") {
  CHECK_THROWS_WITH(execute({.executor = ExecutorKind::deterministic},
                            [](Worker& worker) {
                              worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
                                auto [handle, capability, numbers] =
                                    new_unordered_input<Number>(scope, "numbers");
                                handle.send(capability, 1);
                              });
                            }),
                    "unordered input 'numbers' on worker 0 was used at 0 before its dataflow was "
                    "built; return it "
                    "from the function that builds it");
}

}  // namespace
}  // namespace tidemark::unordered_input_test
