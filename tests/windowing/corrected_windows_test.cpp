// SPDX-License-Identifier: MIT
//
// Windows that late values can still come to: corrected results, by hand and against a batch
// program.
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

// --- Against a batch program.

/// A window of the batch program.
struct Expected {
  Ns open = 0;
  Ns last = 0;
  Ids ids;
  std::uint32_t results = 0;
  bool changed = true;
};

/// What the windows of one key must hold in the end, and which values were late for one of theirs.
struct Batch {
  std::vector<Expected> windows;
  std::vector<Value> late;
};

/// Goes through the values one by one; `end(window)` is when one is over, `windows_of(value)` are
/// those of a value, which are one with others by `is_one(window, other)`.
template <typename End, typename WindowsOf, typename IsOne>
Batch batch_of(const std::vector<Value>& values, Ns wait, Ns within, const End& end,
               const WindowsOf& windows_of, const IsOne& is_one) {
  Batch batch;
  std::vector<Expected> kept;
  Ns watermark = std::numeric_limits<Ns>::min();
  const auto tell = [&](bool at_end) {
    for (Expected& window : kept)
      if (window.changed && (at_end || end(window) <= watermark)) {
        ++window.results;
        window.changed = false;
      }
    std::erase_if(kept, [&](const Expected& window) {
      if (!at_end && end(window) + within > watermark) return false;
      batch.windows.push_back(window);
      return true;
    });
  };
  for (const Value& value : values) {
    watermark = std::max(watermark, value.time - wait);
    tell(false);
    bool late = false;
    for (Expected window : windows_of(value)) {
      window.ids = {value.id};
      std::vector<Expected> others;
      bool found = false;
      Ns first = 0;  // of those found, which goes on
      for (Expected& other : kept) {
        if (!is_one(window, other)) {
          others.push_back(other);
          continue;
        }
        if (!std::exchange(found, true) || other.open < first) {
          first = other.open;
          window.results = other.results;
        }
        window.open = std::min(window.open, other.open);
        window.last = std::max(window.last, other.last);
        window.ids.insert(window.ids.end(), other.ids.begin(), other.ids.end());
      }
      if (!found && end(window) + within <= watermark) {
        late = true;
        continue;
      }
      window.changed = true;
      others.push_back(std::move(window));
      kept = std::move(others);
    }
    if (late) batch.late.push_back(value);
    tell(false);
  }
  tell(true);
  for (Expected& window : batch.windows) std::ranges::sort(window.ids);
  return batch;
}

/// What a consumer has who puts each result in the place of those that it corrects.
using Held = std::map<std::int64_t, WindowResult<Ids>>;

Held held_of(const std::vector<WindowResult<Ids>>& results) {
  Held held;
  std::map<std::int64_t, std::uint32_t> told;
  for (const WindowResult<Ids>& result : results) {
    const WindowInfo& window = result.window;
    RC_ASSERT(window.revision == told[window.id]++);  // they count up by one
    RC_ASSERT((window.revision != 0) == held.contains(window.id));
    for (const std::int64_t id : window.merged) held.erase(id);
    held[window.id] = result;
    std::ranges::sort(held[window.id].result);
  }
  return held;
}

struct Case {
  std::vector<std::pair<std::string, Value>> items;
  Ns wait = 0;
  Ns within = 1;
  Config config;
  std::size_t batch = 1;
  WindowOptions options;
};

Case draw_case(Tape& tape) {
  Case drawn;
  drawn.wait = tape.below(3) == 0 ? 0 : tape.below(15);
  drawn.within = 1 + tape.below(40);
  drawn.config = deterministic(std::vector{1u, 2u, 7u}[tape.below(3)], tape.below(256));
  drawn.batch = 1 + tape.below(4);
  drawn.options.ordered = tape.below(2) == 0;
  if (tape.below(3) == 1) drawn.options.rules = WindowRules::v0_17;
  drawn.options.remember = true;
  const std::size_t keys = 1 + tape.below(3), disorder = 1 + tape.below(80);
  Ns now = -50;
  for (int id = 1; !tape.at_end(); ++id) {
    now += tape.below(9);
    drawn.items.push_back({std::string(1, static_cast<char>('a' + tape.below(keys))),
                           {now - static_cast<Ns>(tape.below(disorder)), id}});
  }
  return drawn;
}

/// The ids of each window of each key, and which values were late.
struct Run {
  std::map<std::string, std::vector<WindowResult<Ids>>> results;
  std::map<std::string, std::vector<Value>> late;
};
template <typename Windower>
Run run_case(const Case& drawn, const Windower& windower, bool by_source) {
  ByKeyLog<std::string, WindowResult<Ids>> results;
  ByKeyLog<std::string, Late<Value>> late;
  Dataflow flow;
  const auto fold = [&](const auto& stream, const auto& clock) {
    const auto folded =
        stream | fold_window(
                     "ids", clock, Corrected(windower, ns(drawn.within)), [] { return Ids(); },
                     [](Ids ids, const Value& value) {
                       ids.push_back(value.id);
                       return ids;
                     },
                     [](Ids a, const Ids& b) {
                       a.insert(a.end(), b.begin(), b.end());
                       return a;
                     },
                     drawn.options);
    results.end(folded);
    late.end(folded.late());
  };
  const auto in = input(flow, "in", TestingInput(drawn.items, drawn.batch), epoch_per_poll());
  if (by_source) {
    fold(in | event_time("times", [](const auto& item) { return at_ns(item.second.time); },
                         {.wait = ns(drawn.wait)}),
         SourceClock([](const Value& value) { return at_ns(value.time); }));
  } else {
    fold(in, value_clock(drawn.wait));
  }
  cluster_main(flow, drawn.config);
  Run run{results.in_order(), {}};
  for (const auto& [key, all] : late.in_order())
    for (const Late<Value>& one : all) run.late[key].push_back(one.value);
  return run;
}

/// Checks a run by an EventClock against the batch program.
template <typename Check>
void check_run(const Case& drawn, const Run& run, const Check& batch_of_key) {
  std::map<std::string, std::vector<Value>> values, late;
  for (const auto& [key, value] : drawn.items) values[key].push_back(value);
  for (const auto& [key, of_key] : values) {
    const Batch batch = batch_of_key(of_key);
    if (!batch.late.empty()) late[key] = batch.late;
    using Window = std::tuple<Ids, std::uint32_t, EventTime, EventTime>;
    std::vector<Window> expected, found;
    for (const Expected& window : batch.windows)
      expected.emplace_back(window.ids, window.results - 1, at_ns(window.open), at_ns(window.last));
    const auto results = run.results.find(key);
    if (results != run.results.end())
      for (const auto& [id, result] : held_of(results->second))
        found.emplace_back(result.result, result.window.revision, result.window.open,
                           result.window.close);
    std::ranges::sort(expected);
    std::ranges::sort(found);
    RC_ASSERT(found == expected);
  }
  RC_ASSERT(run.late == late);
}

TEST_CASE("the last result of each window on a grid is of all values that came while it was kept",
          "[window][late][oracle]") {
  check_property(250, [] {
    Tape tape = draw_tape("case", 120);
    const Ns length = 1 + tape.below(30), offset = 1 + tape.below(20), align = tape.below(40);
    const bool tumbling = tape.below(2) == 0;
    const Case drawn = draw_case(tape);
    const Ns step = tumbling ? length : offset;
    const Run run =
        tumbling ? run_case(drawn, TumblingWindow(ns(length), at_ns(align)), false)
                 : run_case(drawn, SlidingWindow(ns(length), ns(offset), at_ns(align)), false);
    const Ns later = drawn.options.rules == WindowRules::v0_17 ? 1 : 0;
    check_run(drawn, run, [&](const std::vector<Value>& values) {
      return batch_of(
          values, drawn.wait, drawn.within,
          [&](const Expected& window) { return window.last + later; },
          [&](const Value& value) {
            std::vector<Expected> windows;
            for (const auto& [open, close, ids] : grid_windows({value}, length, step, align))
              windows.push_back({open, close, {}});
            return windows;
          },
          [](const Expected& a, const Expected& b) { return a.open == b.open; });
    });
  });
}

TEST_CASE("the last result of each session is of all values that came while it was kept",
          "[window][late][session][oracle]") {
  check_property(250, [] {
    Tape tape = draw_tape("case", 120);
    const Ns gap = 1 + tape.below(20);
    const Case drawn = draw_case(tape);
    const Ns reach = drawn.options.rules == WindowRules::v0_17 ? gap - 1 : gap;
    check_run(drawn, run_case(drawn, SessionWindow(ns(gap)), false),
              [&](const std::vector<Value>& values) {
                return batch_of(
                    values, drawn.wait, drawn.within,
                    [&](const Expected& window) { return window.last + reach + 1; },
                    [](const Value& value) {
                      return std::vector<Expected>{{value.time, value.time, {}}};
                    },
                    [&](const Expected& a, const Expected& b) {
                      return a.open - b.last <= reach && b.open - a.last <= reach;
                    });
              });
  });
}

TEST_CASE("by the sources, too, each value is late or in the last result of its window",
          "[window][late][oracle]") {
  check_property(150, [] {
    Tape tape = draw_tape("case", 120);
    const Ns length = 1 + tape.below(30);
    const bool sessions = tape.below(2) == 0;
    Case drawn = draw_case(tape);
    drawn.options.remember = std::nullopt;
    const Run run = sessions ? run_case(drawn, SessionWindow(ns(length)), true)
                             : run_case(drawn, TumblingWindow(ns(length), at_ns(0)), true);
    std::map<std::string, std::vector<Value>> values;
    for (const auto& [key, value] : drawn.items) values[key].push_back(value);
    for (const auto& [key, of_key] : values) {
      Ids expected, found;
      for (const Value& value : of_key) expected.push_back(value.id);
      // Ids of sessions begin anew when a key has been forgotten, with a first revision.
      std::map<std::int64_t, Ids> held;
      if (const auto results = run.results.find(key); results != run.results.end())
        for (const auto& [window, ids] : results->second) {
          RC_ASSERT(window.revision == 0 || held.contains(window.id));
          if (window.revision == 0)
            if (const auto before = held.find(window.id); before != held.end())
              found.insert(found.end(), before->second.begin(), before->second.end());
          for (const std::int64_t id : window.merged) held.erase(id);
          held[window.id] = ids;
        }
      for (const auto& [id, ids] : held) found.insert(found.end(), ids.begin(), ids.end());
      if (const auto late = run.late.find(key); late != run.late.end())
        for (const Value& value : late->second) found.push_back(value.id);
      std::ranges::sort(found);
      RC_ASSERT(found == expected);
    }
  });
}

}  // namespace
}  // namespace tidemark::corrected_windows_test
