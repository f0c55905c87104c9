// SPDX-License-Identifier: MIT
//
// Window steps: the examples of the original's page, and each rule by hand.
#include <tidemark/operators/map.hpp>
#include <tidemark/windowing/aggregate_window.hpp>
#include <tidemark/windowing/aggregates/mean_covariance.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/collect_window.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/join_window.hpp>
#include <tidemark/windowing/reduce_window.hpp>

#include <tests/core/runs.hpp>
#include <tests/support.hpp>
#include <tests/windowing/window_flow.hpp>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace tidemark {
namespace {

using namespace std::chrono_literals;
using namespace tests;

struct Event {
  EventTime time{};
  std::string text{};
  int number = 1;
  friend auto operator<=>(const Event&, const Event&) = default;
};
using Keyed = std::pair<std::string, Event>;
const EventTime align = std::chrono::sys_days(std::chrono::year(2022) / 1 / 1);

auto event_clock(Span wait = 0s) {
  return EventClock([](const Event& event) { return event.time; }, wait, [] { return align; });
}
Keyed event(std::string key, int at_second, std::string text = "", int number = 1) {
  return {std::move(key), {align + std::chrono::seconds(at_second), std::move(text), number}};
}

/// Runs `step` on the events, on some schedules, and gives what it sends, sorted.
template <typename Step>
auto results_of(const std::vector<Keyed>& events, const Step& step, std::size_t batch = 1) {
  using Item =
      typename decltype(std::declval<FlowStream<Keyed>>() | std::declval<Step>())::item_type;
  std::optional<std::vector<Item>> results;
  for (const Config& config : {deterministic(1, 0), deterministic(2, 5), deterministic(7, 1)}) {
    Log<Item> log;
    Dataflow flow;
    input(flow, "in", TestingInput(events, batch), epoch_per_poll()) | step |
        inspect([&](const Item& item) { log.add(item); }) | output("out", Discard{});
    cluster_main(flow, config);
    if (results) CHECK(log.sorted() == *results);
    results = log.sorted();
  }
  return *results;
}

TEST_CASE("fold_window gives what the page prints", "[window][page]") {
  const auto add = [](std::vector<std::string> all, const Event& event) {
    all.push_back(event.text);
    return all;
  };
  CHECK(results_of({event("ALL", 0, "a"), event("ALL", 4, "b"), event("ALL", 8, "c"),
                    event("ALL", 12, "d"), event("ALL", 16, "e")},
                   fold_window(
                       "sum", event_clock(), TumblingWindow(10s, align),
                       [] { return std::vector<std::string>(); }, add)) ==
        std::vector<std::pair<std::string, std::vector<std::string>>>{{"ALL", {"a", "b", "c"}},
                                                                      {"ALL", {"d", "e"}}});
}

TEST_CASE("reduce_window gives what the page prints", "[window][page]") {
  const auto add = [](Event sum, const Event& event) {
    sum.number += event.number;
    return sum;
  };
  const auto results =
      results_of({event("b", 0), event("a", 4), event("a", 8), event("b", 12)},
                 reduce_window("count", event_clock(), TumblingWindow(10s, align), add));
  std::vector<std::pair<std::string, int>> values;
  for (const auto& [key, sum] : results) values.emplace_back(key, sum.number);
  CHECK(values == std::vector<std::pair<std::string, int>>{{"a", 2}, {"b", 1}, {"b", 1}});
}

TEST_CASE("by the system clock the end of input closes what is open", "[window][page]") {
  Log<std::pair<std::string, std::string>> log;
  Dataflow flow;
  input(flow, "in",
        TestingInput(std::vector<std::pair<std::string, std::string>>{{"a", "x"}, {"a", "y"}})) |
      reduce_window("concat", SystemClock{}, TumblingWindow(5s, align), std::plus<>{}) |
      inspect([&](const auto& item) { log.add(item); }) | output("out", Discard{});
  cluster_main(flow, deterministic(2, 0));
  CHECK(log.entries() == std::vector<std::pair<std::string, std::string>>{{"a", "xy"}});
}

TEST_CASE("a session that merges keeps every value", "[window][session]") {
  const auto texts = [](std::vector<Keyed> events) {
    std::vector<std::string> results;
    for (auto& [key, values] :
         results_of(events, collect_window("session", event_clock(1min), SessionWindow(5s)))) {
      results.emplace_back();
      for (const Event& value : values) results.back() += value.text;
    }
    return results;
  };
  CHECK(texts({event("k", 0, "a"), event("k", 8, "b"), event("k", 4, "c")}) ==
        std::vector<std::string>{"acb"});
  CHECK(texts({event("k", 8, "b"), event("k", 4, "c")}) == std::vector<std::string>{"cb"});
  CHECK(texts({event("k", 0, "a"), event("k", 6, "b")}) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a value exactly the gap after the last goes on with the session, but not under 0.17",
          "[window][session][0.17]") {
  for (const WindowRules rules : {WindowRules::v0_21, WindowRules::v0_17})
    CHECK(results_of({event("k", 0), event("k", 5)},
                     count_window("session", event_clock(), SessionWindow(5s), {.rules = rules}))
              .size() == (rules == WindowRules::v0_21 ? 1u : 2u));
}

TEST_CASE("a watermark at the close of a window closes it, but not under 0.17",
          "[window][late][0.17]") {
  // With a wait of 2 s the watermark is at 10 s, the close, when the value of 9 s comes.
  const std::vector<Keyed> events{event("k", 1), event("k", 12), event("k", 9)};
  for (const WindowRules rules : {WindowRules::v0_21, WindowRules::v0_17}) {
    WindowCounts counts;
    const auto results =
        results_of(events, count_window("count", event_clock(2s), TumblingWindow(10s, align),
                                        {.rules = rules, .counts = &counts}));
    using Counts = std::vector<std::pair<std::string, std::uint64_t>>;
    if (rules == WindowRules::v0_21) {
      CHECK(results == Counts{{"k", 1}, {"k", 1}});
      CHECK(counts.late == 3);  // in three runs
    } else {
      CHECK(results == Counts{{"k", 1}, {"k", 2}});
      CHECK(counts.late == 0);
    }
  }
}

TEST_CASE("a value in a gap between windows is in none, and not late", "[window]") {
  WindowCounts counts;
  CHECK(results_of({event("k", 1), event("k", 7), event("k", 12)},
                   count_window("count", event_clock(), SlidingWindow(5s, 10s, align),
                                {.remember = true, .counts = &counts})) ==
        std::vector<std::pair<std::string, std::uint64_t>>{{"k", 1}, {"k", 1}});
  CHECK(counts.late == 0);
  CHECK(counts.outside == 3);  // in three runs
  CHECK(counts.values == 9);
}

TEST_CASE("windows() says which have closed, and late() what came too late", "[window][late]") {
  for_each_schedule([](const Config& config) {
    Log<std::pair<std::string, WindowInfo>> windows;
    Log<std::pair<std::string, Late<Event>>> late;
    Dataflow flow;
    const auto sums =
        input(flow, "in",
              TestingInput(std::vector<Keyed>{event("k", 1), event("k", 8), event("k", 4),
                                              event("k", 30), event("k", 7, "too late")}),
              epoch_per_poll()) |
        count_window("count", event_clock(5s), SessionWindow(3s));
    sums | output("out", Discard{});
    sums.windows() | inspect([&](const auto& window) { windows.add(window); }) |
        output("windows", Discard{});
    sums.late() | inspect([&](const auto& one) { late.add(one); }) | output("late", Discard{});
    cluster_main(flow, config);
    CHECK(windows.sorted() == std::vector<std::pair<std::string, WindowInfo>>{
                                  {"k", {1, align + 1s, align + 4s, {}}},
                                  {"k", {2, align + 8s, align + 8s, {}}},
                                  {"k", {3, align + 30s, align + 30s, {}}}});
    REQUIRE(late.entries().size() == 1);
    CHECK(late.entries()[0].second ==
          Late<Event>{{align + 7s, "too late"}, align + 7s, align + 25s});
  });
}

TEST_CASE("windows() lists the ids of what has merged", "[window][session]") {
  Log<std::pair<std::string, WindowInfo>> windows;
  Dataflow flow;
  const auto all =
      input(flow, "in",
            TestingInput(std::vector<Keyed>{event("k", 0), event("k", 8), event("k", 4)})) |
      count_window("count", event_clock(1min), SessionWindow(5s));
  all | output("out", Discard{});
  all.windows() | inspect([&](const auto& window) { windows.add(window); }) |
      output("windows", Discard{});
  cluster_main(flow, deterministic(1, 0));
  CHECK(windows.entries() ==
        std::vector<std::pair<std::string, WindowInfo>>{{"k", {1, align, align + 8s, {2}}}});
}

TEST_CASE("values are folded in the order of their times, or as they arrive", "[window]") {
  const auto texts = [](WindowOptions options) {
    const auto append = [](std::string all, const Event& event) { return all + event.text; };
    return results_of(
        {event("k", 3, "c"), event("k", 1, "a"), event("k", 3, "d"), event("k", 2, "b")},
        fold_window(
            "texts", event_clock(1min), TumblingWindow(10s, align), [] { return std::string(); },
            append, options));
  };
  using Texts = std::vector<std::pair<std::string, std::string>>;
  CHECK(texts({}) == Texts{{"k", "abcd"}});
  CHECK(texts({.ordered = false}) == Texts{{"k", "cadb"}});
  CHECK(texts({.rules = WindowRules::v0_17}) == Texts{{"k", "cadb"}});
}

TEST_CASE("collect_window collects into a sequence by time, a set, or a map whose last value stays",
          "[window]") {
  const std::vector<Keyed> events{event("k", 3, "c"), event("k", 1, "a"), event("k", 2, "c")};
  const TumblingWindow windower(10s, align);
  const auto collected = results_of(events, collect_window("list", event_clock(1min), windower));
  REQUIRE(collected.size() == 1);
  CHECK(collected[0].second == std::vector<Event>{event("", 1, "a").second,
                                                  event("", 2, "c").second,
                                                  event("", 3, "c").second});
  CHECK(results_of(events, collect_window<std::set<Event>>("set", event_clock(1min), windower))[0]
            .second.size() == 3);

  using Pair = std::pair<int, int>;  // of which the first is the second of the event
  Log<std::pair<int, std::map<int, int>>> log;
  Dataflow flow;
  input(flow, "in",
        TestingInput(std::vector<std::pair<int, Pair>>{{1, {5, 2}}, {1, {4, 1}}, {1, {5, 3}}}, 9)) |
      collect_window<std::map<int, int>>("map", SystemClock{}, windower) |
      inspect([&](const auto& item) { log.add(item); }) | output("out", Discard{});
  cluster_main(flow, deterministic(1, 0));
  CHECK(log.entries() == std::vector<std::pair<int, std::map<int, int>>>{{1, {{4, 1}, {5, 3}}}});
}

TEST_CASE("min_window and max_window give the first of the least and greatest values", "[window]") {
  const std::vector<Keyed> events{event("k", 3, "late five", 5), event("k", 1, "five", 5),
                                  event("k", 2, "one", 1), event("k", 4, "other one", 1)};
  const TumblingWindow windower(10s, align);
  const auto least =
      results_of(events, min_window("min", event_clock(1min), windower, &Event::number));
  const auto most =
      results_of(events, max_window("max", event_clock(1min), windower, &Event::number));
  CHECK(least[0].second.text == "one");
  CHECK(most[0].second.text == "five");
}

TEST_CASE("count_window counts any stream by a key, and gives the clock its records", "[window]") {
  using Counts = std::vector<std::pair<char, std::uint64_t>>;
  const auto by_first = [](const Keyed& item) { return item.second.text[0]; };
  const auto clock = EventClock([](const Keyed& item) { return item.second.time; }, 0s);
  CHECK(results_of({event("x", 1, "ape"), event("y", 2, "bee"), event("z", 3, "ant")},
                   count_window("count", clock, TumblingWindow(10s, align), by_first)) ==
        Counts{{'a', 2}, {'b', 1}});
}

TEST_CASE("aggregate_window gives the mean and covariance of sessions", "[window][eigen]") {
  using Point = std::pair<std::string, Eigen::Vector2d>;
  std::vector<double> seen;
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<Point>{{"k", {1, 2}}, {"k", {3, 6}}}, 9)) |
      aggregate_window("moments", SystemClock{}, SessionWindow(5s), MeanCovariance<2>()) |
      inspect([&](const auto& item) {
        seen = {item.second.mean[0], item.second.mean[1], item.second.covariance(0, 1)};
      }) |
      output("out", Discard{});
  cluster_main(flow, deterministic(2, 0));
  CHECK(seen == std::vector<double>{2, 4, 4});
}

TEST_CASE("join_window makes rows of the values of a window", "[window][join]") {
  using Name = std::pair<int, std::string>;
  using Age = std::pair<int, long>;
  using Row = std::tuple<std::optional<std::string>, std::optional<long>>;
  const auto rows = [](JoinMode mode) {
    Log<std::pair<int, Row>> log;
    Dataflow flow;
    auto names =
        input(flow, "names", TestingInput(std::vector<Name>{{1, "a"}, {1, "b"}, {2, "c"}}, 9));
    auto ages = input(flow, "ages", TestingInput(std::vector<Age>{{1, 10}, {1, 20}}, 9));
    join_window("join", SystemClock{}, TumblingWindow(10s, align), mode, names, ages) |
        inspect([&](const auto& item) { log.add(item); }) | output("out", Discard{});
    cluster_main(flow, deterministic(1, 0));
    return log.sorted();
  };
  using Rows = std::vector<std::pair<int, Row>>;
  CHECK(rows({JoinInsert::last, JoinEmit::final}) ==
        Rows{{1, {"b", 20}}, {2, {"c", std::nullopt}}});
  CHECK(rows({JoinInsert::first, JoinEmit::final}) ==
        Rows{{1, {"a", 10}}, {2, {"c", std::nullopt}}});
  CHECK(rows({JoinInsert::product, JoinEmit::final}) == Rows{{1, {"a", 10}},
                                                             {1, {"a", 20}},
                                                             {1, {"b", 10}},
                                                             {1, {"b", 20}},
                                                             {2, {"c", std::nullopt}}});
  CHECK(rows({JoinInsert::last, JoinEmit::complete}).size() == 1);
  CHECK(rows({JoinInsert::last, JoinEmit::running}).size() == 5);
}

TEST_CASE("what a getter or a folder throws names the step and the epoch", "[window][error]") {
  const auto error_with = [](auto getter, auto folder) {
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<Keyed>{event("k", 1), event("k", 2)}),
          epoch_per_poll()) |
        fold_window(
            "fold", EventClock(getter, 0s), TumblingWindow(10s, align), [] { return 0; }, folder) |
        output("out", Discard{});
    return error_of(flow, deterministic(1, 0));
  };
  const auto time_of = [](const Event& event) { return event.time; };
  const auto sum = [](int all, const Event& event) { return all + event.number; };
  CHECK(error_with(
            [](const Event& event) -> EventTime {
              if (event.time == align + 2s) throw std::runtime_error("no time");
              return event.time;
            },
            sum) == "step 'fold' failed on worker 0 at timestamp 2: no time");
  CHECK(error_with(time_of, [](int, const Event&) -> int { throw std::runtime_error("no sum"); }) ==
        "step 'fold' failed on worker 0 at timestamp 1: no sum");
  CHECK(
      error_with(
          [](const Event&) { return std::chrono::sys_days(std::chrono::year(9999) / 1 / 1); },
          sum) ==
      "step 'fold' failed on worker 0 at timestamp 1: an event time is before 1677-09-21 or after "
      "2262-04-11; nanoseconds in 64 bits do not reach that far");
}

TEST_CASE("values at both ends of time are counted", "[window]") {
  for (const Span wait : {Span(0s), Span(Span::forever)}) {
    WindowCounts counts;
    const auto results =
        results_of({{"k", {before_all_time}},
                    {"k", {align}},
                    {"k", {after_all_time}},
                    {"k", {after_all_time}}},
                   count_window("count", event_clock(wait), TumblingWindow(10s, align),
                                {.remember = true, .counts = &counts}));
    std::uint64_t total = 0;
    for (const auto& [key, count] : results) total += count;
    CHECK(total == 4);
    CHECK(counts.late == 0);
  }
}

/// A key whose hash is always the same.
struct Colliding {
  int number = 0;
  friend auto operator<=>(const Colliding&, const Colliding&) = default;
};

}  // namespace
}  // namespace tidemark

template <>
struct std::hash<tidemark::Colliding> {
  std::size_t operator()(const tidemark::Colliding&) const noexcept { return 7; }
};

namespace tidemark {
namespace {

TEST_CASE("keys whose hashes always collide are told apart", "[window]") {
  std::vector<std::pair<Colliding, int>> items;
  for (int i = 0; i != 600; ++i) items.push_back({{i % 200}, i});
  Log<std::pair<Colliding, std::uint64_t>> log;
  Dataflow flow;
  input(flow, "in", TestingInput(items, 50)) |
      count_window("count", SystemClock{}, TumblingWindow(10s, align)) |
      inspect([&](const auto& item) { log.add(item); }) | output("out", Discard{});
  cluster_main(flow, deterministic(2, 0));
  std::vector<std::pair<Colliding, std::uint64_t>> expected;
  for (int i = 0; i != 200; ++i) expected.push_back({{i}, 3});
  CHECK(log.sorted() == expected);
}

TEST_CASE("a million keys cost less than 200 bytes each besides key and count",
          "[window][memory]") {
  const std::uint64_t keys = 1'000'000 / (slowdown * slowdown);
  std::vector<std::pair<std::uint64_t, EventTime>> items;
  for (std::uint64_t i = 0; i != 2 * keys; ++i) items.push_back({i % keys, align});
  std::size_t most = 0, least = std::numeric_limits<std::size_t>::max();
  const auto look = [&] {
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    const auto in_use = mallinfo2();
    most = std::max<std::size_t>(most, in_use.uordblks + in_use.hblkhd);
    least = std::min<std::size_t>(least, in_use.uordblks + in_use.hblkhd);
#else
    most = least = 0;
#endif
    return align;
  };
  std::uint64_t results = 0;
  Dataflow flow;
  input(flow, "in", TestingInput(std::move(items), 50'000)) |
      count_window("count", EventClock([](EventTime time) { return time; }, 0s, look),
                   TumblingWindow(10s, align)) |
      inspect([&](const auto& item) { results += item.second == 2; }) | output("out", Discard{});
  cluster_main(flow, deterministic(1, 0));
  CHECK(results == keys);
  const std::size_t state = sizeof(std::uint64_t) * 2;
  WARN("a live key costs " << (most - least) / keys << " bytes, of which " << state
                           << " are the key and the count");
  CHECK(most - least <= keys * (200 + state));
}

}  // namespace
}  // namespace tidemark
