// SPDX-License-Identifier: MIT
//
// Windows of keys and of values that are NaN, and of what kinds a window step's state is.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/operators/ends/to_stream.hpp>
#include <tidemark/windowing/clocks/frontier_clock.hpp>
#include <tidemark/windowing/collect_window.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/reduce_window.hpp>

#include <tests/operators/memory_store.hpp>
#include <tests/windowing/events.hpp>

#include <cmath>
#include <functional>
#include <limits>

namespace tidemark::undefined_values_test {
namespace {

using namespace tests;

const double nan_a = std::nan("1");
const double nan_b = -std::nan("2");

struct Sample {
  EventTime time{};
  double number = 0;
};
template <typename Key>
using Samples = std::vector<std::pair<Key, Sample>>;

auto sample_clock() {
  return EventClock([](const Sample& sample) { return sample.time; }, 0s, [] { return align; });
}
const TumblingWindow minutes(1min, align);

template <typename Item, typename Step, typename Look>
std::string error_of(const std::vector<Item>& items, Step step, Look look,
                     const Config& config = deterministic(2, 1)) {
  Dataflow flow;
  input(flow, "in", TestingInput(items), epoch_per_poll()) | step | inspect(look) |
      output("out", Discard{});
  return tests::error_of(flow, config);
}

TEST_CASE("all NaNs are one key of windows, and zeros of both signs are another", "[window]") {
  Samples<double> items;
  for (const double key : {nan_a, 0.0, nan_b, -0.0, nan_a}) items.push_back({key, {align}});
  Log<std::pair<bool, std::uint64_t>> log;
  CHECK(error_of(items, count_window("count", sample_clock(), minutes), [&](const auto& counted) {
          log.add({std::isnan(counted.first), counted.second.result});
        }) == "");
  CHECK(log.sorted() == std::vector<std::pair<bool, std::uint64_t>>{{false, 2}, {true, 3}});
}

TEST_CASE("all NaNs are one key of windows on the frontier", "[window]") {
  Log<std::pair<bool, std::uint64_t>> log;
  execute(deterministic(2, 1), [&](Worker& worker) {
    auto fed = worker.dataflow<Instant>([&](Scope<Instant>& scope) {
      auto [handle, items] = new_input<std::pair<double, int>>(scope);
      items | count_window("count", FrontierClock{}, minutes) | inspect([&](const auto& counted) {
        log.add({std::isnan(counted.first), counted.second.result});
      });
      return std::move(handle);
    });
    if (worker.index() != 0) return;
    fed.advance_to(Instant::at(align));
    for (const double key : {nan_a, 0.0, nan_b, -0.0, nan_a}) fed.send({key, 1});
  });
  CHECK(log.sorted() == std::vector<std::pair<bool, std::uint64_t>>{{false, 2}, {true, 3}});
}

TEST_CASE("the least and the greatest value of a window with a NaN is NaN, wherever it stands",
          "[window]") {
  const auto by_number = [](const Sample& sample) { return sample.number; };
  const auto extremes = [&](const std::vector<double>& numbers, auto windower) {
    Samples<std::string> items;
    for (const double number : numbers) items.push_back({"k", {align, number}});
    std::vector<bool> are_nan;
    const auto look = [&](const auto& result) {
      are_nan.push_back(std::isnan(result.second.result.number));
    };
    CHECK(error_of(items, min_window("min", sample_clock(), windower, by_number), look) == "");
    CHECK(error_of(items, max_window("max", sample_clock(), windower, by_number), look) == "");
    return are_nan;
  };
  for (const std::vector<double>& numbers :
       {std::vector{nan_a, 2.0}, {2.0, nan_a}, {1.0, nan_b, 2.0}, {2.0, 1.0, nan_b}}) {
    CHECK(extremes(numbers, minutes) == std::vector{true, true});
    CHECK(extremes(numbers, SlidingWindow(2min, 1min, align)) ==
          std::vector{true, true, true, true});
  }
  CHECK(extremes({2.0, 1.0}, minutes) == std::vector{false, false});
}

TEST_CASE("NaN is not collected into a set or a map that would lose it", "[window][error]") {
  using Number = std::pair<std::string, double>;
  const auto collect = [&]<typename Into>(std::type_identity<Into>, std::vector<double> numbers,
                                          std::size_t& size) {
    std::vector<Number> items;
    for (const double number : numbers) items.push_back({"k", number});
    const EventClock clock([](double) { return align; }, 0s, [] { return align; });
    return error_of(items, collect_window<Into>("set", clock, minutes),
                    [&](const auto& all) { size = all.second.result.size(); });
  };
  std::size_t size = 0;
  CHECK_THAT(collect(std::type_identity<std::set<double>>(), {1, nan_a, 2}, size),
             Catch::StartsWith("step 'set' failed on worker") &&
                 Catch::Contains("is not equal to itself (NaN?)"));
  CHECK(collect(std::type_identity<std::set<double>>(), {1, 2, 2}, size) == "");
  CHECK(size == 2);
  CHECK(collect(std::type_identity<std::set<double, KeyLess>>(), {nan_b, 1, nan_a, 2, 1}, size) ==
        "");
  CHECK(size == 3);
  CHECK(collect(std::type_identity<std::vector<double>>(), {1, nan_a, 2}, size) == "");
  CHECK(size == 3);
}

/// A key of the program's own with an `==` that is left to the compiler.
struct Place {
  double north = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

}  // namespace
}  // namespace tidemark::undefined_values_test

template <>
struct std::hash<tidemark::undefined_values_test::Place> {
  std::size_t operator()(const tidemark::undefined_values_test::Place&) const { return 42; }
};

namespace tidemark::undefined_values_test {
namespace {

TEST_CASE("a key that is not equal to itself has no windows, and is refused", "[window][error]") {
  const auto error_with = [](double north) {
    const Samples<Place> items{{{1}, {align}}, {{north}, {align}}, {{1}, {align}}};
    return error_of(items, count_window("count", sample_clock(), minutes), [](const auto&) {});
  };
  CHECK(error_with(2) == "");
  CHECK_THAT(error_with(nan_a), Catch::StartsWith("step 'count' failed on worker") &&
                                    Catch::Contains("undefined_values_test::") &&
                                    Catch::Contains("is not equal to itself"));
}

TEST_CASE("windows of another kind of number are refused, with the step and both types",
          "[window][recovery][error]") {
  MemoryStore store;
  const auto error_on = [](MemoryStore& states, auto number) {
    using Number = decltype(number);
    using Item = std::pair<std::string, Number>;
    const auto source = TestingInput<Item>::with_marks(
        {Item{"k", Number{7}}, TestingMark::pause(5ms), TestingMark::abort()});
    Dataflow flow;
    input(flow, "in", source, epoch_per_poll()) |
        reduce_window("sum", EventClock([](Number) { return align; }, 0s, [] { return align; }),
                      minutes, std::plus<Number>()) |
        output("out", Discard{});
    Config config = deterministic(1, 0);
    config.states = &states;
    return tests::error_of(flow, config);
  };
  CHECK(error_on(store, std::int64_t{7}) == "");
  CHECK_THAT(error_on(*store.going_on_with(store.last_epoch() + 1), 7.0),
             Catch::Contains("step 'sum': the store keeps keys of type text with states of type") &&
                 Catch::Contains(",i64), and this step has") &&
                 Catch::Contains(",f64,f64); go on"));
}

}  // namespace
}  // namespace tidemark::undefined_values_test
