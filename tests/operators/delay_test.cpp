// SPDX-License-Identifier: MIT
//
// delay and delay_batch: records at later timestamps, and not before these are complete.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/delay.hpp>
#include <tidemark/progress/nested.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

namespace tidemark::delay_test {
namespace {

using Number = std::uint64_t;
using Records = std::vector<std::pair<std::uint64_t, Number>>;  // with their epochs

/// What all workers send in 6 epochs, at the epochs that `later(epoch, number)` gives.
template <typename Later>
Records delayed(const Config& config, Later later) {
  Records all;
  for (std::uint32_t worker = 0; worker != config.workers; ++worker)
    for (std::uint64_t epoch = 0; epoch != 6; ++epoch)
      for (const Number n : tests::numbers(10)(worker, epoch))
        all.emplace_back(later(epoch, n).value, n);
  std::ranges::sort(all);
  return all;
}

TEST_CASE("delay sends each record at the epoch that its function gives", "[delay]") {
  const auto later = [](Epoch epoch, Number n) -> Epoch { return epoch.value + n % 5; };
  tests::for_each_configuration([&](const Config& config) {
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const auto stream = tests::rounds(scope, 6, tests::numbers(10)) | delay(later);
      tests::collect(stream, tests::by_hash(), arrivals);
    });
    CHECK(arrivals.sorted() == delayed(config, later));
    CHECK(arrivals.complaints().empty());
  });
}

TEST_CASE("delay_batch moves whole epochs together", "[delay]") {
  const auto later = [](Epoch epoch) -> Epoch { return epoch.value / 4 * 4 + 3; };
  tests::for_each_configuration([&](const Config& config) {
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const auto stream = tests::rounds(scope, 6, tests::numbers(10)) | delay_batch("four", later);
      tests::collect(stream, tests::by_hash(), arrivals);
    });
    CHECK(arrivals.sorted() == delayed(config, [&](Epoch e, Number) { return later(e); }));
    CHECK(arrivals.complaints().empty());
  });
}

TEST_CASE("a delayed record waits for its new epoch, and its capability keeps that open",
          "[delay]") {
  execute({.executor = ExecutorKind::deterministic, .check = true}, [](Worker& worker) {
    std::vector<std::pair<std::uint64_t, Number>> seen;
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, numbers] = new_input<Number>(scope);
      auto stream =
          numbers | delay([](Epoch, Number n) { return n; }) |
          inspect_epoch([&](Epoch epoch, Number n) { seen.emplace_back(epoch.value, n); });
      return std::pair(std::move(handle), tidemark::probe(stream));
    });
    for (const Number n : {9, 4, 4, 0}) input.send(n);
    input.advance_to(3);
    worker.step_while([&] { return probe.less_than(3); });
    CHECK(seen == Records{{0, 0}});
    CHECK(probe.frontier() == Antichain<Epoch>{3});
    input.advance_to(4);
    input.send(9);
    input.send(4);
    worker.step_while([&] { return probe.less_than(4); });
    CHECK(seen == Records{{0, 0}});  // more can still come at 4
    input.advance_to(20);
    worker.step_while([&] { return probe.less_than(20); });
    CHECK(seen == Records{{0, 0}, {4, 4}, {4, 4}, {4, 4}, {9, 9}, {9, 9}});
    input.send(30);
    input.close();
    worker.step_while([&] { return !probe.done(); });
    CHECK(seen.back() == std::pair<std::uint64_t, Number>(30, 30));
    CHECK(seen.size() == 7);
  });
}

TEST_CASE("a delay to an earlier timestamp ends the run, with what is legal", "[delay][errors]") {
  const auto text = [](auto step) -> std::string {
    try {
      tests::run_to_end(tests::deterministic(1, 0), [&](Scope<Epoch>& scope) {
        tests::rounds(scope, 6, tests::numbers(1)) | step;
      });
    } catch (const StepError& error) {
      CHECK_THROWS_AS(std::rethrow_if_nested(error), CapabilityError);
      return error.what();
    }
    return "it ran";
  };
  CHECK(text(delay("back", [](Epoch e, Number) { return e.value == 5 ? 4 : e.value; })) ==
        "step 'back' failed on worker 0 at timestamp 5: step 'back' on worker 0 tried to send at 4 "
        "for a batch at 5; it covers timestamps at or after {5}");
  CHECK(text(delay_batch([](Epoch e) { return e.value == 5 ? 0 : e.value; })) ==
        "step 'delay_batch' failed on worker 0 at timestamp 5: step 'delay_batch' on worker 0 "
        "tried to send at 0 for a batch at 5; it covers timestamps at or after {5}");
}

TEST_CASE("a timestamp for which records wait already is refused to later ones, too",
          "[delay][errors]") {
  // Records of 0 wait at 5 while one of 8 is sent there: 5 is held open, and still too early.
  const auto run = [] {
    execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
      auto [first, second] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        auto [a, slow] = new_input<Number>(scope);
        auto [b, fast] = new_input<Number>(scope);
        merge(slow, fast) | delay("to five", [](Epoch, Number) { return 5; });
        return std::pair(std::move(a), std::move(b));
      });
      first.send(1);
      first.flush();
      worker.step();
      second.advance_to(8);
      second.send(1);
      second.flush();
      worker.step();
    });
  };
  CHECK_THROWS_WITH(run(), Catch::Contains("'to five'") && Catch::Contains("send at 5") &&
                               Catch::Contains("at or after {8}"));
}

TEST_CASE("in a loop a record is delayed to a later round", "[delay]") {
  using Time = Nested<Epoch, 1>;
  tests::for_each_configuration([](const Config& config) {
    tests::Log<std::pair<std::uint64_t, Number>> rounds;
    execute(config, [&](Worker& worker) {
      auto input = worker.dataflow<Time>([&](auto& scope) {
        auto [handle, numbers] = new_input<Number>(scope);
        iterate(numbers, [&](auto again) {
          return again | filter([](Number n) { return n % 10 != 0; }) |
                 delay([](auto time, Number n) {
                   time.counters[0] += n % 3;
                   return time;
                 }) |
                 inspect_epoch([&](const auto& time, Number n) {
                   rounds.add({time.counters[0], n});
                 }) |
                 map([](Number n) { return n - 1; });
        });
        return std::move(handle);
      });
      for (std::uint64_t epoch = 0; epoch != 2; ++epoch) {
        input.advance_to(epoch);
        for (Number n = 1; n != 8; ++n) input.send(10 * worker.index() + n);
      }
    });
    std::vector<std::pair<std::uint64_t, Number>> expected;
    for (std::uint32_t worker = 0; worker != config.workers; ++worker)
      for (int epoch = 0; epoch != 2; ++epoch)
        for (Number n = 1; n != 8; ++n) {
          std::uint64_t round = 0;
          for (Number x = 10 * worker + n; x % 10 != 0; --x, ++round)
            expected.emplace_back(round += x % 3, x);
        }
    std::ranges::sort(expected);
    CHECK(rounds.sorted() == expected);
  });
}

}  // namespace
}  // namespace tidemark::delay_test
