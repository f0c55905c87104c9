// SPDX-License-Identifier: MIT
//
// Window steps: the examples of the original's page, and each rule by hand.
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/aggregate_window.hpp>
#include <tidemark/windowing/aggregates/mean_covariance.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/collect_window.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/join_window.hpp>
#include <tidemark/windowing/reduce_window.hpp>
#include <tidemark/windowing/windowers/count_windower.hpp>

#include <tests/support.hpp>
#include <tests/windowing/events.hpp>

#include <bit>
#include <functional>
#include <sstream>

namespace tidemark::window_step_test {
namespace {

using namespace std::chrono_literals;
using namespace tests;

using Texts = std::vector<std::string>;
Texts no_texts() {
  return {};
}
Texts add_text(Texts all, const Event& event) {
  all.push_back(event.text);
  return all;
}

TEST_CASE("fold_window gives what the page prints", "[window][page]") {
  CHECK(results_of(
            {event("ALL", 0, "a"), event("ALL", 4, "b"), event("ALL", 8, "c"),
             event("ALL", 12, "d"), event("ALL", 16, "e")},
            fold_window("sum", event_clock(), TumblingWindow(10s, align), no_texts, add_text)) ==
        std::vector<std::pair<std::string, Texts>>{{"ALL", {"a", "b", "c"}}, {"ALL", {"d", "e"}}});
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
  (input(flow, "in",
         TestingInput(std::vector<std::pair<std::string, std::string>>{{"a", "x"}, {"a", "y"}})) |
   reduce_window("concat", SystemClock{}, TumblingWindow(5s, align), std::plus<>{})) |
      values() | inspect([&](const auto& item) { log.add(item); }) | output("out", Discard{});
  cluster_main(flow, deterministic(2, 0));
  CHECK(log.entries() == std::vector<std::pair<std::string, std::string>>{{"a", "xy"}});
}

Texts concatenated(Texts all, const Texts& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}
/// Concatenates, as `concatenated` does.
struct Concatenation {
  Texts operator()(Texts all, const Texts& more) const {
    return concatenated(std::move(all), more);
  }
};

TEST_CASE("the documentation's reduce_window takes any kind of function, in a subflow, too",
          "[window][page]") {
  using Item = std::pair<std::string, Texts>;
  const auto results = [](const std::vector<Item>& items, auto reducer) {
    const auto collected = [&](FlowStream<Item> stream) {
      return (stream |
              reduce_window("collect", SystemClock{}, TumblingWindow(5s, align), reducer)) |
             values();
    };
    std::vector<Item> all;
    Dataflow flow;
    collected(input(flow, "in", TestingInput(items))) |
        inspect([&](const Item& item) { all.push_back(item); }) | output("out", Discard{});
    run_main(flow);
    return all;
  };
  const std::vector<Item> items{{"a", {"x"}}, {"a", {"y"}}}, expected{{"a", {"x", "y"}}};
  CHECK(results(items, &concatenated) == expected);
  CHECK(results(items, [](Texts all, const Texts& more) { return concatenated(all, more); }) ==
        expected);
  CHECK(results(items, Concatenation{}) == expected);
  CHECK(results({{"1", {"login"}}, {"1", {"logout"}}}, &concatenated) ==
        std::vector<Item>{{"1", {"login", "logout"}}});
}

TEST_CASE("what overlapping windows share is copied, and no window changes another's", "[window]") {
  const auto append = [](Event all, const Event& event) {
    all.text += event.text;
    return all;
  };
  Texts texts;
  for (const auto& [key, all] :
       results_of({event("k", 1, "a"), event("k", 6, "b"), event("k", 11, "c")},
                  reduce_window("append", event_clock(), SlidingWindow(10s, 5s, align), append)))
    texts.push_back(all.text);
  std::ranges::sort(texts);
  CHECK(texts == Texts{"a", "ab", "bc", "c"});
}

TEST_CASE("collect_window under 0.17 sorts by time, equal times as they came", "[window][0.17]") {
  const auto collected =
      results_of({event("k", 3, "c"), event("k", 1, "z"), event("k", 1, "a"), event("k", 2, "b")},
                 collect_window("list", event_clock(1min), TumblingWindow(10s, align),
                                {.rules = WindowRules::v0_17}));
  REQUIRE(collected.size() == 1);
  Texts texts;
  for (const Event& each : collected[0].second) texts.push_back(each.text);
  CHECK(texts == Texts{"z", "a", "b", "c"});
}

TEST_CASE("windows of a key that close at once come in the order of their ends", "[window]") {
  const auto counts_of = [](auto windower) {
    std::vector<std::uint64_t> counts;
    Dataflow flow;
    input(flow, "in",
          TestingInput(std::vector<Keyed>{event("k", 41), event("k", 1), event("k", 21),
                                          event("k", 1), event("k", 21), event("k", 1)})) |
        count_window("count", event_clock(1min), windower) |
        inspect([&](const auto& item) { counts.push_back(item.second.result); }) |
        output("out", Discard{});
    cluster_main(flow, deterministic(1, 0));
    return counts;
  };
  CHECK(counts_of(TumblingWindow(10s, align)) == std::vector<std::uint64_t>{3, 2, 1});
  CHECK(counts_of(SessionWindow(10s)) == std::vector<std::uint64_t>{3, 2, 1});
}

TEST_CASE("the getter is called once for each value", "[window]") {
  int calls = 0;
  const std::function<EventTime(const Event&)> getter = [&calls](const Event& event) {
    ++calls;
    return event.time;
  };
  const EventClock clock(getter, 0s, [] { return align; });
  results_of({event("a", 1), event("a", 12), event("b", 1), event("a", 3)},
             count_window("count", clock, TumblingWindow(10s, align)));
  CHECK(calls == 3 * 4);  // in three runs
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

TEST_CASE("results say their windows, and late() what came too late", "[window][late]") {
  using Result = std::pair<std::string, WindowResult<std::uint64_t>>;
  for_each_schedule([](const Config& config) {
    Log<Result> results;
    Log<std::pair<std::string, Late<Event>>> late;
    Dataflow flow;
    const auto sums =
        input(flow, "in",
              TestingInput(std::vector<Keyed>{event("k", 1), event("k", 8), event("k", 4),
                                              event("k", 30), event("k", 7, "too late")}),
              epoch_per_poll()) |
        count_window("count", event_clock(5s), SessionWindow(3s));
    sums | inspect([&](const Result& result) { results.add(result); }) | output("out", Discard{});
    sums.late() | inspect([&](const auto& one) { late.add(one); }) | output("late", Discard{});
    cluster_main(flow, config);
    CHECK(results.sorted() ==
          std::vector<Result>{{"k", {{1, align + 1s, align + 4s, {}, true}, 2}},
                              {"k", {{2, align + 8s, align + 8s, {}, true}, 1}},
                              {"k", {{3, align + 30s, align + 30s, {}, true}, 1}}});
    REQUIRE(late.entries().size() == 1);
    CHECK(late.entries()[0].second ==
          Late<Event>{{align + 7s, "too late"}, align + 7s, align + 25s});
  });
}

TEST_CASE("a window lists the ids of what has merged", "[window][session]") {
  Log<std::pair<std::string, WindowInfo>> windows;
  Dataflow flow;
  const auto all =
      input(flow, "in",
            TestingInput(std::vector<Keyed>{event("k", 0), event("k", 8), event("k", 4)})) |
      count_window("count", event_clock(1min), SessionWindow(5s));
  windows_of(all) | inspect([&](const auto& window) { windows.add(window); }) |
      output("windows", Discard{});
  cluster_main(flow, deterministic(1, 0));
  CHECK(windows.entries() ==
        std::vector<std::pair<std::string, WindowInfo>>{{"k", {1, align, align + 8s, {2}, true}}});
}

TEST_CASE("windows print as dates, and what is in them as it is", "[window]") {
  const auto printed = [](const auto& item) {
    std::ostringstream text;
    print_item(text, item);
    return std::move(text).str();
  };
  const auto first_of = [&](auto windower) {
    std::string text;
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<Keyed>{event("k", 8), event("k", 8)})) |
        count_window("count", event_clock(1min), windower) |
        inspect([&](const auto& item) { text = printed(item); }) | output("out", Discard{});
    run_main(flow);
    return text;
  };
  CHECK(first_of(TumblingWindow(10s, align)) ==
        "(k, window 0 [2022-01-01T00:00:00Z, 2022-01-01T00:00:10Z): 2)");
  CHECK(first_of(SessionWindow(10s)) ==
        "(k, window 1 [2022-01-01T00:00:08Z, 2022-01-01T00:00:08Z]: 2)");
  CHECK(first_of(CountWindow(2)) ==
        "(k, window 0 [2022-01-01T00:00:08Z, 2022-01-01T00:00:08Z]: 2)");
  CHECK(printed(WindowInfo{3, align, align + 1h, {5, 4}, true}) ==
        "window 3 [2022-01-01T00:00:00Z, 2022-01-01T01:00:00Z] merged with 5, 4");
  CHECK(printed(Late<int>{1, align, align + 1min}) ==
        "late: 2022-01-01T00:00:00Z before 2022-01-01T00:01:00Z, 1");
}

TEST_CASE("a result with its window is read as it was written", "[window]") {
  using Result = WindowResult<std::string>;
  const Result result{{3, align, align + 1h, {5, 4}, true}, "all"};
  CHECK(from_bytes<Result>(to_bytes(result)) == result);
  CHECK(result < Result{result.window, "all that"});
  static_assert(!Encodable<WindowResult<std::ostream*>>);
}

/// How many values a second a window has, which depends on how long it is.
struct Rate : Count {
  double result(std::uint64_t count, const WindowInfo& window) {
    return static_cast<double>(count) / static_cast<double>((window.close - window.open) / 1s);
  }
};

TEST_CASE("what an aggregate gives may depend on the window", "[window][aggregate]") {
  static_assert(Aggregate<Rate, Event>);
  using Rates = std::vector<std::pair<std::string, double>>;
  const std::vector<Keyed> events{event("k", 1), event("k", 2), event("k", 6)};
  CHECK(results_of(events, aggregate_window("rate", event_clock(1min), TumblingWindow(5s, align),
                                            Rate())) == Rates{{"k", 0.2}, {"k", 0.4}});
  CHECK(results_of(events, aggregate_window("rate", event_clock(1min),
                                            SlidingWindow(10s, 5s, align), Rate())) ==
        Rates{{"k", 0.1}, {"k", 0.2}, {"k", 0.3}});
  CHECK(results_of(events, aggregate_window("rate", event_clock(1min), SessionWindow(5s),
                                            Rate())) == Rates{{"k", 0.6}});
}

TEST_CASE("values are folded in the order of their times, or as they arrive", "[window]") {
  const auto texts = [](WindowOptions options) {
    const auto later = 1h;  // a function may capture
    const auto clock = EventClock([later](const Event& event) { return event.time + later; }, 1min,
                                  [] { return align; });
    return results_of(
               {event("k", 3, "c"), event("k", 1, "a"), event("k", 3, "d"), event("k", 2, "b")},
               fold_window(
                   "texts", clock, TumblingWindow(10s, align), no_texts,
                   [later](Texts all, const Event& event) {
                     all.push_back(event.text);
                     return later > 0h ? all : Texts();
                   },
                   options))[0]
        .second;
  };
  CHECK(texts({}) == Texts{"a", "b", "c", "d"});
  CHECK(texts({.ordered = false}) == Texts{"c", "a", "d", "b"});
  CHECK(texts({.rules = WindowRules::v0_17}) == Texts{"c", "a", "d", "b"});
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
  (input(
       flow, "in",
       TestingInput(std::vector<std::pair<int, Pair>>{{1, {5, 2}}, {1, {4, 1}}, {1, {5, 3}}}, 9)) |
   collect_window<std::map<int, int>>("map", SystemClock{}, windower)) |
      values() | inspect([&](const auto& item) { log.add(item); }) | output("out", Discard{});
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
        const auto& [count, mean, covariance] = item.second.result;
        seen = {mean[0], mean[1], covariance(0, 1)};
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
    join_window("join", SystemClock{}, TumblingWindow(10s, align), mode, names, ages) | values() |
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

TEST_CASE("what a join sends early says in which window", "[window][join]") {
  using Item = std::pair<int, int>;
  using Result = std::pair<int, WindowResult<std::tuple<std::optional<int>, std::optional<int>>>>;
  const auto results = [](JoinEmit emit, auto windower) {
    std::vector<Result> all;
    Dataflow flow;
    auto left = input(flow, "left", TestingInput(std::vector<Item>{{1, 0}}));
    auto right =
        input(flow, "right", TestingInput<Item>::with_marks({TestingMark::pause(1s), Item{1, 3}}));
    const EventClock clock([](int second) { return align + std::chrono::seconds(second); }, 1min);
    join_window("join", clock, windower, {JoinInsert::last, emit}, left, right) |
        inspect([&](const Result& result) { all.push_back(result); }) | output("out", Discard{});
    cluster_main(flow, deterministic(1, 0));
    return all;
  };
  const WindowInfo window{0, align, align + 10s};
  CHECK(results(JoinEmit::complete, TumblingWindow(10s, align)) ==
        std::vector<Result>{{1, {window, {0, 3}}}});
  CHECK(results(JoinEmit::running, TumblingWindow(10s, align)) ==
        std::vector<Result>{{1, {window, {0, std::nullopt}}}, {1, {window, {0, 3}}}});
  CHECK(results(JoinEmit::running, SessionWindow(5s)) ==
        std::vector<Result>{{1, {{1, align, align, {}, true}, {0, std::nullopt}}},
                            {1, {{1, align, align + 3s, {}, true}, {0, 3}}}});
}

/// A clock of one's own: the watermark is what the last mark says, and no time passes by itself.
struct MarkedClock {
  using State = EventTime;
  template <typename V>
  Reading read(State& state, const V& event, EventTime) {
    if (event.text == "mark") state = event.time;
    return {event.time, state};
  }
  EventTime watermark(const State& state, EventTime) const { return state; }
  EventTime due(const State&, EventTime) const { return after_all_time; }
  Now now{};
};

/// A windower of one's own: windows that begin at 1, 2, 4, 8, ... seconds, and are as long as that.
struct DoublingWindow {
  using Window = std::int64_t;  // the second
  struct State {};
  static constexpr bool merges = false, by_time = true, numbers = false;

  template <typename Visit>
  void windows_of(State&, EventTime time, Visit&& visit) const {
    if (time >= align + 1s)
      visit(static_cast<Window>(std::bit_floor(static_cast<std::uint64_t>((time - align) / 1s))));
  }
  bool absorb(const Window& window, const Window& other) const { return window == other; }
  void number(State&, const Window&) const {}
  EventTime end(const Window& window) const { return align + 2 * window * 1s; }
  WindowInfo info(const Window& window) const { return {window, align + window * 1s, end(window)}; }
};

TEST_CASE("a clock and a windower of one's own do as they say", "[window]") {
  static_assert(WindowClock<MarkedClock, Event> && Windower<DoublingWindow>);
  WindowCounts counts;
  CHECK(results_of({event("k", 0), event("k", 1), event("k", 3), event("k", 5), event("k", 2),
                    event("k", 4, "mark"), event("k", 3), event("k", 7)},
                   count_window("count", MarkedClock{}, DoublingWindow{}, {.counts = &counts})) ==
        std::vector<std::pair<std::string, std::uint64_t>>{{"k", 1}, {"k", 2}, {"k", 3}});
  CHECK(counts.late == 3);  // in three runs
  CHECK(counts.outside == 3);
}

}  // namespace
}  // namespace tidemark::window_step_test
