// SPDX-License-Identifier: MIT
//
// Steps that keep a state for each key and call it by timers and at the end: batch, stateful,
// stateful_flat_map and the final folds.
#include <tidemark/core/process.hpp>
#include <tidemark/operators/keyed/batch.hpp>
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/keyed/stateful.hpp>
#include <tidemark/operators/keyed/stateful_flat_map.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/sources/testing_input.hpp>

#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/operators/timed_input.hpp>
#include <tests/support.hpp>

#include <stdexcept>

namespace tidemark::keyed_steps_test {
namespace {

using namespace std::chrono_literals;
using tests::InEpoch;
using tests::Log;
using Keyed = std::pair<std::string, int>;
using Values = std::pair<std::string, std::vector<int>>;

/// What `step` makes of `items`, one an epoch, with 1, 2 and 7 workers: sorted by epoch, key,
/// value.
template <typename Out, typename Item, typename Step>
std::vector<InEpoch<Out>> made_of(const std::vector<Item>& items, Step step) {
  std::optional<std::vector<InEpoch<Out>>> first;
  tests::for_each_schedule([&](const Config& config) {
    Log<InEpoch<Out>> log;
    Dataflow flow;
    tests::log_output(input(flow, "in", TestingInput(items), tests::epoch_per_poll()) | step, log);
    cluster_main(flow, config);
    if (!first) first = log.sorted();
    REQUIRE(log.sorted() == *first);
  });
  return *first;
}

/// The same without the epochs, which are not settled for what is sent at the end: a worker sends
/// it at the earliest epoch that it knew could still come.
template <typename Out, typename Item, typename Step>
std::vector<Out> values_of(const std::vector<Item>& items, Step step) {
  std::optional<std::vector<Out>> first;
  tests::for_each_schedule([&](const Config& config) {
    Log<Out> log;
    Dataflow flow;
    input(flow, "in", TestingInput(items), tests::epoch_per_poll()) | step |
        inspect([&log](const Out& item) { log.add(item); }) | output("out", tests::Discard{});
    cluster_main(flow, config);
    if (!first) first = log.sorted();
    REQUIRE(log.sorted() == *first);
  });
  return *first;
}

/// Tells when each value came and when it was made again, without timers.
struct Clocked {
  std::optional<Clock::time_point> begun{};

  std::pair<std::vector<std::int64_t>, bool> on_item(int, Clock::time_point now) {
    if (!begun) begun = now;
    return {{(now - *begun) / 1s}, false};
  }
  std::int64_t snapshot() const { return 0; }
  static Clocked restore(std::int64_t, Clock::time_point now) { return {now - 100s}; }
};

TEST_CASE("a logic without timers is given the run's clock, too, and when it is restored",
          "[stateful]") {
  using Told = std::pair<std::string, std::int64_t>;
  const auto told = [](StateStore* states) {
    Config config = tests::deterministic(1, 0);
    config.states = states;
    Log<Told> log;
    Dataflow flow;
    input(flow, "in",
          TestingInput<Keyed>::with_marks(
              {Keyed{"k", 1}, TestingMark::pause(5s), Keyed{"k", 2}, TestingMark::end_of_file()}),
          tests::epoch_per_poll()) |
        stateful("clocked", [] { return Clocked{}; }) |
        inspect([&log](const Told& item) { log.add(item); }) | output("out", tests::Discard{});
    cluster_main(flow, config);
    return log.sorted();
  };
  tests::MemoryStore store;
  CHECK(told(&store) == std::vector<Told>{{"k", 0}, {"k", 5}});
  const auto restored = store.going_on_with(2);
  CHECK(told(restored.get()) == std::vector<Told>{{"k", 105}});
}

TEST_CASE("batch sends a key's values when they are as many as asked for, and the rest at the end",
          "[batch]") {
  CHECK(values_of<Values>(std::vector<Keyed>{{"a", 1}, {"b", 7}, {"a", 2}, {"a", 3}},
                          batch("two", 2, 1h)) ==
        std::vector<Values>{{"a", {1, 2}}, {"a", {3}}, {"b", {7}}});
  CHECK(made_of<Values>(std::vector<Keyed>{{"a", 1}, {"b", 7}, {"a", 2}, {"b", 3}},
                        batch("two", 2, 1h)) ==
        std::vector<InEpoch<Values>>{{3, {"a", {1, 2}}}, {4, {"b", {7, 3}}}});
}

TEST_CASE("a batch of size 0 is one of size 1, and without time to wait every item is one",
          "[batch]") {
  for (const auto& step : {batch("none", 0, 1h), batch("at once", 9, 0s)})
    CHECK(made_of<Values>(std::vector<Keyed>{{"a", 1}, {"a", 2}}, step) ==
          std::vector<InEpoch<Values>>{{1, {"a", {1}}}, {2, {"a", {2}}}});
}

TEST_CASE("batch refuses a negative size or time-out, and takes any time-out else", "[batch]") {
  CHECK_THROWS_WITH(batch("b", -3, 1s), "batch 'b' was given a size of -3; it must be at least 1");
  CHECK_THROWS_WITH(batch("b", 3, -1ns),
                    "batch 'b' was given a time-out of -1 ns; it must not be negative");
  CHECK(made_of<Values>(std::vector<Keyed>{{"a", 1}},
                        batch("ever", 9, std::chrono::nanoseconds::max())) ==
        std::vector<InEpoch<Values>>{{1, {"a", {1}}}});
}

TEST_CASE("batch waits as long as its time-out from the first value, which later ones do not move",
          "[batch][timer]") {
  tests::for_each_schedule([](const Config& config) {
    Log<std::pair<Values, std::int64_t>> log;
    std::function<Clock::time_point()> now;
    const auto in_ms = [](Clock::time_point at) { return at.time_since_epoch() / 1ms; };
    Dataflow flow;
    input(
        flow, "in",
        tests::TimedInput<Keyed>(
            {{0ms, {"a", 1}}, {6ms, {"a", 2}}, {7ms, {"b", 9}}, {9ms, {"a", 3}}, {11ms, {"a", 4}}},
            100ms),
        {.epoch_interval = 3ms}) |
        batch("tens", 100, 10ms) |
        [&](FlowStream<Values> batches) {
          return batches.flow->apply(
              [&](Stream<Epoch, Values> stream) {
                Executor& executor = stream.scope->worker().process().executor();
                return stream | inspect([&log, &executor, in_ms](const Values& values) {
                         log.add({values, in_ms(executor.now())});
                       });
              },
              batches);
        } |
        output("out", tests::Discard{});
    cluster_main(flow, config);
    CHECK(log.entries() == std::vector<std::pair<Values, std::int64_t>>{
                               {{"a", {1, 2, 3}}, 10}, {{"b", {9}}, 17}, {{"a", {4}}, 21}});
  });
}

TEST_CASE("timers that are due at once go in the order in which they were set", "[batch][timer]") {
  Log<Values> log;
  Dataflow flow;
  input(flow, "in",
        tests::TimedInput<Keyed>(
            {{0ms, {"c", 1}}, {0ms, {"a", 2}}, {0ms, {"d", 3}}, {0ms, {"b", 4}}}, 100ms)) |
      batch("tens", 100, 10ms) | inspect([&log](const Values& values) { log.add(values); }) |
      output("out", tests::Discard{});
  cluster_main(flow, tests::deterministic(1, 0));
  CHECK(log.entries() == std::vector<Values>{{"c", {1}}, {"a", {2}}, {"d", {3}}, {"b", {4}}});
}

/// Counts a key's values; says so 5 ms after the last one, and how many are left at the end.
struct QuietCount {
  int count = 0;
  Clock::time_point last{};

  std::pair<std::vector<std::string>, bool> on_item(int value, Clock::time_point now) {
    last = now;
    count += 1;
    return {{"item " + std::to_string(value)}, value < 0};
  }
  std::optional<Clock::time_point> notify_at() const { return last + 5ms; }
  std::pair<std::vector<std::string>, bool> on_notify(Clock::time_point) {
    return {{"quiet after " + std::to_string(count)}, true};
  }
  std::pair<std::vector<std::string>, bool> on_eof() {
    return {{"end after " + std::to_string(count)}, true};
  }
};

TEST_CASE("stateful calls a logic for each value, by its timer, and at the end", "[stateful]") {
  using Said = std::pair<std::string, std::string>;
  tests::for_each_schedule([](const Config& config) {
    Log<Said> log;
    Dataflow flow;
    input(flow, "in",
          tests::TimedInput<Keyed>({{0ms, {"a", 1}},
                                    {3ms, {"a", 2}},
                                    {20ms, {"a", 3}},
                                    {21ms, {"a", -1}},
                                    {22ms, {"a", 4}}},
                                   24ms)) |
        stateful("quiet", [] { return QuietCount{}; }) |
        inspect([&log](const Said& said) { log.add(said); }) | output("out", tests::Discard{});
    cluster_main(flow, config);
    CHECK(log.entries() == std::vector<Said>{{"a", "item 1"},
                                             {"a", "item 2"},
                                             {"a", "quiet after 2"},
                                             {"a", "item 3"},
                                             {"a", "item -1"},
                                             {"a", "item 4"},
                                             {"a", "end after 1"}});
  });
}

/// Always wants to be called.
struct Impatient {
  int calls = 0;
  std::pair<std::vector<int>, bool> on_item(int) { return {}; }
  std::optional<Clock::time_point> notify_at() const { return Clock::time_point{}; }
  std::pair<std::vector<int>, bool> on_notify(Clock::time_point) {
    if (++calls == 1000) throw std::runtime_error("time does not go on");
    return {{calls}, false};
  }
};

TEST_CASE("a key that always wants to be called lets time go on all the same",
          "[stateful][timer]") {
  tests::for_each_schedule([](const Config& config) {
    Log<Keyed> log;
    Dataflow flow;
    input(flow, "in", tests::TimedInput<Keyed>({{0ms, {"a", 1}}, {4ms, {"b", 1}}}, 5ms)) |
        stateful("impatient", [] { return Impatient{}; }) |
        inspect([&log](const Keyed& call) { log.add(call); }) | output("out", tests::Discard{});
    cluster_main(flow, config);
    const auto calls = log.entries().size();  // one a millisecond, and one when something moves
    CHECK(calls >= 6);
    CHECK(calls <= 30);
  });
}

struct OnlyItems {
  std::size_t size = 0;
  std::pair<std::vector<int>, bool> on_item(int value) {
    return {std::vector<int>(size, value), value == 0};
  }
};

TEST_CASE("stateful needs no timer and no end, and its builder may take the key", "[stateful]") {
  CHECK(made_of<Keyed>(
            std::vector<Keyed>{{"a", 1}, {"bb", 2}}, stateful("items", [](const std::string& key) {
              return OnlyItems{key.size()};
            })) == std::vector<InEpoch<Keyed>>{{1, {"a", 1}}, {2, {"bb", 2}}, {2, {"bb", 2}}});
}

TEST_CASE("what a timer sends is in the earliest epoch that can still come", "[stateful][timer]") {
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<Values>> log;
    Dataflow flow;
    tests::log_output(
        input(flow, "in", tests::TimedInput<Keyed>({{0ms, {"a", 1}}, {45ms, {"b", 2}}}, 46ms),
              {.epoch_interval = 10ms}) |
            batch("25 ms", 100, 25ms),
        log);
    cluster_main(flow, config);
    CHECK(log.entries() == std::vector<InEpoch<Values>>{{3, {"a", {1}}}, {5, {"b", {2}}}});
  });
}

TEST_CASE("stateful_flat_map forgets a key whose new state is nullopt", "[stateful_flat_map]") {
  const auto step = stateful_flat_map<int>("sum", [](std::optional<int> sum, int value) {
    const int next = sum.value_or(100) + value;
    return std::pair(value == 0 ? std::nullopt : std::optional(next),
                     std::vector<int>(value == 1 ? 2 : 1, next));
  });
  CHECK(made_of<Keyed>(std::vector<Keyed>{{"a", 1}, {"b", 5}, {"a", 0}, {"a", 7}}, step) ==
        std::vector<InEpoch<Keyed>>{
            {1, {"a", 101}}, {1, {"a", 101}}, {2, {"b", 105}}, {3, {"a", 101}}, {4, {"a", 107}}});
}

TEST_CASE("stateful_map without a builder begins with no state", "[stateful_map]") {
  CHECK(made_of<Keyed>(
            std::vector<Keyed>{{"a", 1}, {"a", 2}, {"a", 3}},
            stateful_map<int>("sum", [](std::optional<int> sum, int value) {
              const int next = sum.value_or(0) + value;
              return std::pair(value == 2 ? std::nullopt : std::optional(next), next);
            })) == std::vector<InEpoch<Keyed>>{{1, {"a", 1}}, {2, {"a", 3}}, {3, {"a", 3}}});
}

TEST_CASE("the final steps send one result for each key, at the end of input", "[final]") {
  const std::vector<Keyed> items{{"a", 3}, {"b", 7}, {"a", 1}, {"a", 2}, {"b", 8}};
  CHECK(values_of<Values>(items, fold_final(
                                     "all", [] { return std::vector<int>(); },
                                     [](std::vector<int> all, int value) {
                                       all.push_back(value);
                                       return all;
                                     })) == std::vector<Values>{{"a", {3, 1, 2}}, {"b", {7, 8}}});
  CHECK(values_of<Keyed>(items, reduce_final("difference", std::minus<int>())) ==
        std::vector<Keyed>{{"a", 0}, {"b", -1}});
  CHECK(values_of<Keyed>(items, min_final("least")) == std::vector<Keyed>{{"a", 1}, {"b", 7}});
  CHECK(values_of<Keyed>(items, max_final("greatest of -n", [](int n) { return -n; })) ==
        std::vector<Keyed>{{"a", 1}, {"b", 7}});
  using Count = std::pair<std::string, std::uint64_t>;
  CHECK(values_of<Count>(items, count_final("count", [](const Keyed& item) {
                           return item.first;
                         })) == std::vector<Count>{{"a", 3}, {"b", 2}});
}

TEST_CASE("without input a final step sends nothing", "[final]") {
  CHECK(made_of<Keyed>(std::vector<Keyed>{}, max_final("max")).empty());
}

TEST_CASE("final results come in the order of keys", "[final]") {
  Log<InEpoch<Keyed>> log;
  Dataflow flow;
  tests::log_output(
      input(flow, "in", TestingInput(std::vector<Keyed>{{"c", 1}, {"a", 1}, {"d", 1}, {"b", 1}})) |
          max_final("max"),
      log);
  cluster_main(flow, tests::deterministic(1, 0));
  CHECK(log.entries() ==
        std::vector<InEpoch<Keyed>>{{1, {"a", 1}}, {1, {"b", 1}}, {1, {"c", 1}}, {1, {"d", 1}}});
}

/// A key whose hash is always the same, and which has no order.
struct Colliding {
  int name = 0;
  friend bool operator==(const Colliding&, const Colliding&) = default;
};

}  // namespace
}  // namespace tidemark::keyed_steps_test

template <>
struct std::hash<tidemark::keyed_steps_test::Colliding> {
  std::size_t operator()(const tidemark::keyed_steps_test::Colliding&) const { return 42; }
};

namespace tidemark::keyed_steps_test {
namespace {

TEST_CASE("keys whose hashes always collide are kept apart", "[keyed]") {
  using Item = std::pair<Colliding, int>;
  tests::for_each_schedule([](const Config& config) {
    Log<std::pair<int, int>> log;
    Dataflow flow;
    std::vector<Item> items;
    for (int n = 0; n != 300; ++n) items.push_back({{n % 100}, n});
    input(flow, "in", TestingInput(items, 7)) | reduce_final("sum", std::plus<int>()) |
        inspect([&log](const Item& item) {
          log.add({item.first.name, item.second});
        }) |
        output("out", tests::Discard{});
    cluster_main(flow, config);
    std::vector<std::pair<int, int>> expected;
    for (int n = 0; n != 100; ++n) expected.push_back({n, 3 * n + 300});
    CHECK(log.sorted() == expected);
  });
}

TEST_CASE("a million keys are kept, and each sent once at the end", "[keyed]") {
  constexpr int keys = 1'000'000;
  std::vector<int> numbers(keys);
  for (int n = 0; n != keys; ++n) numbers[static_cast<std::size_t>(n)] = n;
  int next = 0;
  bool in_order = true;
  Dataflow flow;
  using Count = std::pair<int, std::uint64_t>;
  input(flow, "in", TestingInput(std::move(numbers), 1000)) | count_final("n", std::identity()) |
      inspect([&](const Count& count) {
        in_order = in_order && count == Count{next++, 1};
      }) |
      output("out", tests::Discard{});
  cluster_main(flow, tests::deterministic(1, 0));
  CHECK(next == keys);
  CHECK(in_order);
}

TEST_CASE("an error by a timer or at the end names the step and the epoch", "[stateful][error]") {
  struct Fails {
    bool late = false;
    std::pair<std::vector<int>, bool> on_item(int) { return {{}, false}; }
    std::optional<Clock::time_point> notify_at() const {
      return late ? std::nullopt : std::optional(Clock::time_point{} + 1ms);
    }
    std::pair<std::vector<int>, bool> on_notify(Clock::time_point) {
      throw std::runtime_error("no time");
    }
    std::pair<std::vector<int>, bool> on_eof() { throw std::runtime_error("no end"); }
  };
  for (const bool late : {false, true}) {
    Dataflow flow;
    input(flow, "in", tests::TimedInput<Keyed>({{0ms, {"a", 1}}}, 9ms)) |
        stateful("fails", [late] { return Fails{late}; }) | output("out", tests::Discard{});
    CHECK(tests::error_of(flow, tests::deterministic(1, 0)) ==
          "step 'fails' failed on worker 0 at timestamp 1: " +
              std::string(late ? "no end" : "no time"));
  }
}

}  // namespace
}  // namespace tidemark::keyed_steps_test
