// SPDX-License-Identifier: MIT
//
// Windows that late values can still come to: corrected results.
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/collect_window.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/join_window.hpp>
#include <tidemark/windowing/windowers/corrected.hpp>

#include <tests/support.hpp>
#include <tests/windowing/events.hpp>

namespace tidemark::corrected_windows_test {
namespace {

using namespace std::chrono_literals;
using namespace tests;

using Counted = std::pair<std::string, WindowResult<std::uint64_t>>;

/// The counts that a step sends, in order, and how many values are late.
struct Outcome {
  std::vector<Counted> results;
  std::vector<int> late;
  bool operator==(const Outcome&) const = default;
};
template <typename Steps>
Outcome outcome_of(const std::vector<Keyed>& events, const Config& config, const Steps& steps) {
  Log<Counted> results;
  Log<int> late;
  Dataflow flow;
  const auto counts = steps(input(flow, "in", TestingInput(events), epoch_per_poll()));
  counts | inspect([&](const Counted& result) { results.add(result); }) | output("out", Discard{});
  counts.late() | inspect([&](const auto& one) { late.add(one.second.value.number); }) |
      output("late", Discard{});
  cluster_main(flow, config);
  return {results.entries(), late.entries()};
}

WindowInfo grid(std::int64_t id, std::uint32_t revision) {
  return {id, align + id * 10s, align + (id + 1) * 10s, {}, false, revision};
}
WindowInfo session(std::int64_t id, std::chrono::seconds open, std::chrono::seconds last,
                   std::vector<std::int64_t> merged, std::uint32_t revision) {
  return {id, align + open, align + last, std::move(merged), true, revision};
}

TEST_CASE("a late value corrects the result of its window, while that is kept", "[window][late]") {
  // Watermarks: 1 s, 12 s, which closes window 0, 12 s, 12 s, 34 s, and 40 s, to which that is
  // kept.
  const std::vector<Keyed> events{
      event("k", 1, "", 1),  event("k", 12, "", 2), event("k", 3, "", 3),  event("k", 9, "", 4),
      event("k", 34, "", 5), event("k", 5, "", 6),  event("k", 40, "", 7), event("k", 6, "", 8)};
  const Outcome expected{{{"k", {grid(0, 0), 1}},
                          {"k", {grid(0, 1), 2}},
                          {"k", {grid(0, 2), 3}},
                          {"k", {grid(1, 0), 1}},
                          {"k", {grid(0, 3), 4}},
                          {"k", {grid(3, 0), 1}},
                          {"k", {grid(4, 0), 1}}},
                         {8}};
  for_each_schedule([&](const Config& config) {
    CHECK(outcome_of(events, config, [](auto stream) {
            return stream |
                   count_window("count", event_clock(), Corrected(TumblingWindow(10s, align), 30s));
          }) == expected);
    CHECK(outcome_of(events, config, [](auto stream) {
            return stream |
                   event_time("times", [](const Keyed& item) { return item.second.time; }) |
                   count_window("count", SourceClock(&Event::time),
                                Corrected(TumblingWindow(10s, align), 30s));
          }) == expected);
  });
}

TEST_CASE("a late value may be the first of its window", "[window][late]") {
  CHECK(outcome_of({event("k", 25), event("k", 13)}, deterministic(1, 0), [](auto stream) {
          return stream |
                 count_window("count", event_clock(), Corrected(TumblingWindow(10s, align), 1min));
        }).results == std::vector<Counted>{{"k", {grid(1, 0), 1}}, {"k", {grid(2, 0), 1}}});
}

TEST_CASE("a late value that makes sessions one corrects the results of all",
          "[window][late][session]") {
  const auto results_of_sessions = [](const std::vector<Keyed>& events) {
    return outcome_of(events, deterministic(1, 0),
                      [](auto stream) {
                        return stream | count_window("count", event_clock(),
                                                     Corrected(SessionWindow(5s), 1min));
                      })
        .results;
  };
  // Both told, then made one.
  CHECK(results_of_sessions({event("k", 0), event("k", 8), event("k", 20), event("k", 4)}) ==
        std::vector<Counted>{{"k", {session(1, 0s, 0s, {}, 0), 1}},
                             {"k", {session(2, 8s, 8s, {}, 0), 1}},
                             {"k", {session(1, 0s, 8s, {2}, 1), 3}},
                             {"k", {session(3, 20s, 20s, {}, 0), 1}}});
  // One told, which goes on with one that is open: it is told again when that is over.
  CHECK(results_of_sessions({event("k", 0), event("k", 8), event("k", 4), event("k", 20)}) ==
        std::vector<Counted>{{"k", {session(1, 0s, 0s, {}, 0), 1}},
                             {"k", {session(1, 0s, 8s, {2}, 1), 3}},
                             {"k", {session(3, 20s, 20s, {}, 0), 1}}});
}

TEST_CASE("what is late follows what was in time, and a collection is sorted", "[window][late]") {
  const std::vector<Keyed> events{event("k", 5, "b"), event("k", 4, "a"), event("k", 20, "x"),
                                  event("k", 3, "c")};
  const auto last_of = [&](const auto& step) {
    std::string last;
    Dataflow flow;
    input(flow, "in", TestingInput(events), epoch_per_poll()) | step |
        inspect([&](const auto& item) {
          const auto& [window, result] = item.second;
          if (window.id == 0) last = result;
        }) |
        output("out", Discard{});
    cluster_main(flow, deterministic(1, 0));
    return last;
  };
  const Corrected windower(TumblingWindow(10s, align), 1h);
  CHECK(last_of(fold_window(
            "texts", event_clock(5s), windower, [] { return std::string(); },
            [](std::string all, const Event& value) { return all + value.text; })) == "abc");
  const auto collected = results_of(events, collect_window("list", event_clock(5s), windower));
  REQUIRE(collected.size() == 3);  // sorted: the first result of window 0, the second, and window 2
  CHECK(collected[0].second.front().text == "c");
}

TEST_CASE("a key that keeps windows is forgotten when the wall clock has taken its watermark there",
          "[window][late][wake]") {
  // By the clock of the run, which begins at 0: the watermark is 20 s behind it.
  using Item = std::pair<int, Value>;
  constexpr Ns second = 1'000'000'000;
  const auto late_at = [&](Ns wall) {
    WindowCounts counts;
    Log<std::pair<int, WindowInfo>> windows;
    Dataflow flow;
    const auto results =
        input(flow, "in",
              ScheduledInput<Item>({{0, {1, {-20 * second, 1}}}, {wall, {1, {-19 * second, 2}}}},
                                   200 * second)) |
        count_window("count", EventClock([](const Value& value) { return at_ns(value.time); }, 0s),
                     Corrected(TumblingWindow(10s, at_ns(0)), 30s),
                     {.remember = true, .counts = &counts});
    windows_of(results) | inspect([&](const auto& window) { windows.add(window); }) |
        output("windows", Discard{});
    cluster_main(flow, deterministic(2, 3));
    CHECK(windows.entries().size() == 2 - counts.late);
    CHECK(counts.windows == 1);
    return counts.late.load();
  };
  // The window ends at -10 s, and is kept to 20 s by its key's watermark, which is 40 s by the
  // wall.
  CHECK(late_at(39 * second) == 0);
  CHECK(late_at(40 * second - 1) == 0);
  CHECK(late_at(40 * second) == 1);
}

TEST_CASE("a join that is corrected gives its rows again", "[window][late][join]") {
  using Item = std::pair<int, int>;
  using Row = std::tuple<std::optional<int>, std::optional<int>>;
  std::vector<std::pair<std::uint32_t, Row>> rows;
  Dataflow flow;
  auto left =
      input(flow, "left", TestingInput(std::vector<Item>{{1, 2}, {1, 30}}), epoch_per_poll());
  auto right =
      input(flow, "right",
            TestingInput<Item>::with_marks({Item{9, 0}, TestingMark::pause(1s), Item{1, 5}}),
            epoch_per_poll());
  const EventClock clock([](int at) { return align + std::chrono::seconds(at); }, 0s,
                         [] { return align; });
  join_window("join", clock, Corrected(TumblingWindow(10s, align), 1h), left, right) |
      inspect([&](const auto& item) {
        const auto& [window, row] = item.second;
        if (item.first == 1 && window.id == 0) rows.emplace_back(window.revision, row);
      }) |
      output("out", Discard{});
  cluster_main(flow, deterministic(1, 0));
  CHECK(rows == std::vector<std::pair<std::uint32_t, Row>>{{0, {2, std::nullopt}}, {1, {2, 5}}});
}

TEST_CASE("windows that are kept for no time are refused", "[windower]") {
  CHECK_THROWS_WITH(Corrected(SessionWindow(1s), 0s),
                    "Corrected: windows are to be kept for 0 ns; it must be positive");
}

}  // namespace
}  // namespace tidemark::corrected_windows_test
