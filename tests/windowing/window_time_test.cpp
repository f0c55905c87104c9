// SPDX-License-Identifier: MIT
//
// When windows close: by the wall clock, which is the deterministic executor's here, and by
// frontiers.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/progress/timestamp_laws.hpp>
#include <tidemark/windowing/clocks/frontier_clock.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/instant.hpp>
#include <tidemark/windowing/windowers/count_windower.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>
#include <tests/windowing/window_flow.hpp>

namespace tidemark::window_time_test {
namespace {

using namespace tests;
using Keyed = std::pair<int, Value>;
using Counted = std::pair<int, std::uint64_t>;
using Timed = std::vector<std::pair<Ns, Counted>>;
constexpr Ns second = 1'000'000'000;

auto clock_by_wall(Ns wait) {
  return EventClock([](const Value& value) { return at_ns(value.time); }, ns(wait));
}

/// Counts values, and says when each result comes.
template <typename C, typename Windower>
Timed counted(const Config& config, ScheduledInput<Keyed>::Schedule schedule, Ns end,
              const C& clock, const Windower& windower, WindowOptions options = {}) {
  Log<std::pair<Ns, Counted>> log;
  Dataflow flow;
  (input(flow, "in", ScheduledInput<Keyed>(std::move(schedule), end)) |
   count_window("count", clock, windower, options)) |
      tidemark::values() | log_times(log) | output("out", Discard{});
  cluster_main(flow, config);
  return log.sorted();
}

TEST_CASE("an idle key's window closes when the wall clock has taken its watermark there",
          "[window][wake]") {
  for_each_schedule([](const Config& config) {
    // Event time began 1000 s before the run; 2 s of waiting; the window is [-1000 s, -990 s).
    WindowCounts counts;
    CHECK(counted(config, {{0, {7, {-1000 * second, 1}}}, {3 * second, {7, {-996 * second, 2}}}},
                  3600 * second, clock_by_wall(2 * second),
                  TumblingWindow(ns(10 * second), at_ns(0)), {.counts = &counts}) ==
          Timed{{11 * second, {7, 2}}});  // at 3 s the watermark is -998 s, 8 s from the end
    CHECK(counts.wakes <= 3);
  });
}

TEST_CASE("a step whose keys wait for nothing is not run while time passes", "[window][wake]") {
  Trace trace;
  Config config = deterministic(1, 0);
  config.trace = &trace;
  counted(config, {{0, {7, {-1000 * second, 1}}}, {3 * second, {7, {-996 * second, 2}}}},
          3600 * second, clock_by_wall(2 * second), TumblingWindow(ns(10 * second), at_ns(0)));
  std::map<std::uint32_t, int> runs;  // by operator
  for (const TraceEvent& event : tests::events_of(trace))
    if (event.kind == TraceEvent::Kind::start) ++runs[event.subject];
  CHECK(runs.size() >= 3);
  for (const auto& [op, count] : runs) CHECK(count < 1000);  // 360 epochs of 10 s
}

TEST_CASE("a window by the system clock closes on time, and at the end of input at once",
          "[window][wake]") {
  for_each_schedule([](const Config& config) {
    CHECK(counted(
              config,
              {{0, {1, {}}}, {9 * second, {1, {}}}, {10 * second, {1, {}}}, {12 * second, {2, {}}}},
              15 * second, SystemClock{}, TumblingWindow(ns(10 * second), at_ns(0))) ==
          Timed{{10 * second, {1, 2}}, {15 * second, {1, 1}}, {15 * second, {2, 1}}});
  });
}

TEST_CASE("a session by the system clock closes a gap after its last value", "[window][wake]") {
  CHECK(
      counted(deterministic(1, 0),
              {{0, {1, {}}}, {4 * second, {1, {}}}, {9 * second, {1, {}}}, {15 * second, {1, {}}}},
              40 * second, SystemClock{}, SessionWindow(ns(5 * second))) ==
      Timed{{14 * second + 1, {1, 3}}, {20 * second + 1, {1, 1}}});
}

TEST_CASE("a session under 0.17 closes exactly the gap after its last value",
          "[window][wake][0.17]") {
  CHECK(counted(deterministic(1, 0), {{0, {1, {}}}, {4 * second, {1, {}}}, {9 * second, {1, {}}}},
                40 * second, SystemClock{}, SessionWindow(ns(5 * second)),
                {.rules = WindowRules::v0_17}) ==
        Timed{{9 * second, {1, 2}}, {14 * second, {1, 1}}});
}

TEST_CASE("by the system clock no value is late", "[window][late]") {
  ScheduledInput<Keyed>::Schedule schedule;
  for (Ns i = 0; i != 300; ++i) schedule.push_back({i * i % 70 + 70 * i, {int(i % 3), {}}});
  for (const WindowRules rules : {WindowRules::v0_21, WindowRules::v0_17}) {
    WindowCounts counts;
    const auto results = counted(deterministic(2, 1), schedule, 30'000, SystemClock{},
                                 SlidingWindow(ns(100), ns(30), at_ns(7)),
                                 {.rules = rules, .remember = true, .counts = &counts});
    CHECK(counts.values == 300);
    CHECK(counts.late == 0);
    CHECK(results.size() > 300);
  }
}

TEST_CASE("of a key's open sessions the first to end closes first, without a value",
          "[window][wake][session]") {
  for_each_schedule([](const Config& config) {
    // 20 s of waiting: the watermark is 20 s behind the wall clock from the second value on.
    CHECK(counted(config, {{0, {7, {-10 * second, 1}}}, {1, {7, {1, 2}}}}, 60 * second,
                  clock_by_wall(20 * second), SessionWindow(ns(2 * second))) ==
          Timed{{12 * second + 1, {7, 1}}, {22 * second + 2, {7, 1}}});
  });
}

TEST_CASE("ids of sessions go on when a key has been silent, unless it is not remembered",
          "[window][session]") {
  const auto ids_with = [](WindowOptions options) {
    Log<std::int64_t> ids;
    Dataflow flow;
    const auto counts =
        input(flow, "in",
              ScheduledInput<Keyed>({{0, {1, {}}}, {20 * second, {1, {}}}}, 40 * second)) |
        count_window("count", SystemClock{}, SessionWindow(ns(5 * second)), options);
    windows_of(counts) | inspect([&](const auto& window) { ids.add(window.second.id); }) |
        output("windows", Discard{});
    cluster_main(flow, deterministic(1, 0));
    return ids.entries();
  };
  CHECK(ids_with({}) == std::vector<std::int64_t>{1, 2});
  CHECK(ids_with({.remember = false}) == std::vector<std::int64_t>{1, 1});
}

TEST_CASE("with a wait of 0 a value is late as soon as the wall clock has moved",
          "[window][late]") {
  for (const Ns apart : {0, 1}) {
    WindowCounts counts;
    counted(deterministic(1, 0), {{0, {1, {500, 1}}}, {apart, {1, {500, 2}}}}, 2000,
            clock_by_wall(0), SessionWindow(ns(100)), {.counts = &counts});
    CHECK(counts.late == std::uint64_t(apart));
  }
}

TEST_CASE("the wait may be for ever: nothing is late, and windows close at the end",
          "[window][wake]") {
  WindowCounts counts;
  CHECK(counted(deterministic(2, 3), {{0, {1, {50, 1}}}, {1, {1, {-5000, 2}}}, {2, {1, {51, 3}}}},
                9, clock_by_wall(std::numeric_limits<Ns>::max()), TumblingWindow(ns(10), at_ns(0)),
                {.counts = &counts}) == Timed{{9, {1, 1}}, {9, {1, 2}}});
  CHECK(counts.late == 0);
  CHECK(counts.wakes == 0);
}

TEST_CASE("a key without open windows is forgotten with its watermark, unless it is remembered",
          "[window][late]") {
  for (const bool remember : {false, true}) {
    WindowCounts counts;
    // At 20 the window of 5 has closed; 6 then is before the watermark, if there still is one.
    const Timed results =
        counted(deterministic(1, 0), {{0, {1, {5, 1}}}, {20, {1, {6, 2}}}}, 30, clock_by_wall(0),
                TumblingWindow(ns(10), at_ns(0)), {.remember = remember, .counts = &counts});
    if (remember) {
      CHECK(results == Timed{{5, {1, 1}}});
      CHECK(counts.late == 1);
    } else {
      CHECK(results == Timed{{5, {1, 1}}, {24, {1, 1}}});
      CHECK(counts.late == 0);
    }
  }
}

TEST_CASE("an injected clock that steps back does not move a watermark back", "[window][clock]") {
  std::vector<Ns> walls{100, 150, 90, 90, 90, 90, 90, 90, 90, 90};
  std::size_t reads = 0;
  EventClock clock([](const Value& value) { return at_ns(value.time); }, ns(0),
                   [&] { return at_ns(walls[std::min(reads++, walls.size() - 1)]); });
  // Each poll is an activation of the step; 1040 is 10 before the watermark, which went from 1000
  // to 1050 with the clock.
  Log<std::pair<int, Late<Value>>> log;
  Dataflow flow;
  const auto counts =
      input(flow, "in",
            TestingInput(std::vector<Keyed>{{1, {1000, 1}}, {1, {1050, 2}}, {1, {1040, 3}}}),
            epoch_per_poll()) |
      count_window("count", clock, TumblingWindow(ns(1000), at_ns(0)));
  counts | output("out", Discard{});
  counts.late() | inspect([&](const auto& late) { log.add(late); }) | output("late", Discard{});
  cluster_main(flow, deterministic(1, 0));
  REQUIRE(log.entries().size() == 1);
  CHECK(log.entries().front().second.value.id == 3);
  CHECK(log.entries().front().second.watermark >= at_ns(1050));
}

TEST_CASE("to replay history wakes nobody", "[window][wake]") {
  ScheduledInput<Keyed>::Schedule schedule;
  const Ns begin = -3'000'000 * second;
  for (Ns i = 0; i != 4000; ++i)  // an hour of event time in each millisecond
    schedule.push_back(
        {i * 1'000'000,
         {static_cast<int>(i % 7), {begin + i * 3600 * second / 7, static_cast<int>(i)}}});
  WindowCounts counts;
  const Timed results =
      counted(deterministic(2, 1), schedule, 4 * second + 1, clock_by_wall(60 * second),
              SlidingWindow(ns(3600 * second), ns(600 * second), at_ns(0)), {.counts = &counts});
  CHECK(results.size() > 4000);
  CHECK(counts.wakes == 0);
}

TEST_CASE("watermarks follow values and wall clock, and windows close at the very nanosecond",
          "[window][wake][oracle]") {
  check_property(150, [] {
    Tape tape = draw_tape("case", 90);
    const Ns wait = tape.below(20), length = 1 + tape.below(15);
    const Config config = deterministic(std::vector{1u, 2u, 7u}[tape.below(3)], tape.below(256));
    ScheduledInput<Keyed>::Schedule schedule;
    Ns wall = 0;
    for (int id = 1; !tape.at_end(); ++id) {
      wall += 1 + tape.below(12);
      schedule.push_back(
          {wall,
           {static_cast<int>(tape.below(2)), {wall + static_cast<Ns>(tape.below(30)) - 100, id}}});
    }
    const Ns end = wall + tape.below(60);

    Timed expected;
    std::size_t late = 0;
    for (int key = 0; key != 2; ++key) {
      std::optional<Ns> ahead;  // watermark - wall
      std::map<Ns, std::uint64_t> open;
      const auto close_until = [&](Ns last, bool at_end) {
        while (!open.empty()) {
          const Ns close = open.begin()->first + length;
          const Ns due = ahead ? close - *ahead : std::numeric_limits<Ns>::max();
          if (due > last && !at_end) return;
          expected.push_back({std::min(due, last), {key, open.begin()->second}});
          open.erase(open.begin());
        }
      };
      for (const auto& [now, item] : schedule) {
        if (item.first != key) continue;
        close_until(now, false);
        const Ns time = item.second.time;
        ahead = std::max(ahead.value_or(time - wait - now), time - wait - now);
        if (time < now + *ahead) {
          ++late;
        } else {
          ++open[time - ((time % length) + length) % length];
        }
        // What this value closes, it closes now.
        for (auto window = open.begin(); window != open.end();) {
          if (window->first + length > now + *ahead) break;
          expected.push_back({now, {key, window->second}});
          window = open.erase(window);
        }
      }
      close_until(end, true);
    }
    std::ranges::sort(expected);
    WindowCounts counts;
    const Timed results =
        counted(config, schedule, end, clock_by_wall(wait), TumblingWindow(ns(length), at_ns(0)),
                {.remember = true, .counts = &counts});
    RC_ASSERT(results == expected);
    RC_ASSERT(counts.late == late);
  });
}

TEST_CASE("instants keep the laws of timestamps", "[instant]") {
  const auto at = [](Ns count) { return Instant::at(at_ns(count)); };
  const auto last = std::numeric_limits<Ns>::max();
  CHECK(broken_law<Instant>({Instant::minimum(), at(-1), at(0), at(1), at(last - 1), at(last)},
                            {{},
                             {1},
                             {2},
                             {std::uint64_t(last)},
                             {std::uint64_t(last) + 1},
                             {std::numeric_limits<std::uint64_t>::max()}}) == std::nullopt);
}

TEST_CASE("by the frontier clock a window closes exactly when the frontier passes its end",
          "[window][frontier]") {
  struct Seen {
    Instant at;
    std::pair<int, Ids> result;
    bool operator==(const Seen&) const = default;
  };
  std::vector<Seen> seen;
  execute({.workers = 1, .executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    auto [handle, probe] = worker.dataflow<Instant>([&](Scope<Instant>& scope) {
      auto [in, stream] = new_input<Keyed>(scope);
      auto results = (stream | fold_window(
                                   "ids", FrontierClock{}, TumblingWindow(ns(10), at_ns(0)),
                                   [] { return Ids(); },
                                   [](Ids ids, const Value& value) {
                                     ids.push_back(value.id);
                                     return ids;
                                   })) |
                     tidemark::values();
      results | inspect_epoch([&](const Instant& at, const std::pair<int, Ids>& result) {
        seen.push_back({at, result});
      });
      return std::pair(std::move(in), tidemark::probe(results));
    });
    const auto settle = [&] {
      for (int i = 0; i != 20; ++i) worker.step();
    };
    handle.advance_to(Instant::at(at_ns(3)));
    handle.send(Keyed{1, {0, 1}});
    handle.advance_to(Instant::at(at_ns(9)));
    handle.send(Keyed{1, {0, 2}});
    settle();
    CHECK(seen.empty());
    CHECK(probe.less_than(Instant::at(at_ns(10))));
    handle.advance_to(Instant::at(at_ns(10)));
    settle();
    CHECK(seen == std::vector<Seen>{{Instant::at(at_ns(9)), {1, {1, 2}}}});
    CHECK(!probe.less_than(Instant::at(at_ns(10))));
    handle.send(Keyed{2, {0, 3}});
    handle.close();
    worker.step_while([&] { return !probe.done(); });
    CHECK(seen.back() == Seen{Instant::at(at_ns(19)), {2, {3}}});
  });
}

/// Sends (time, record) in the given order, the frontier following as far as it can.
template <typename Item>
auto out_of_order(Scope<Instant>& scope, std::vector<std::pair<Ns, Item>> items) {
  return source<Item>(scope, "source", [&](Capability<Instant> first, Activator again) {
    return [items = std::move(items), held = std::optional(std::move(first)), again,
            next = std::size_t{0}](auto& out) mutable {
      if (!held) return;
      if (next == items.size()) return held.reset();
      Ns least = items[next].first;
      for (std::size_t i = next; i != items.size(); ++i) least = std::min(least, items[i].first);
      held->downgrade(Instant::at(at_ns(least)));
      out.at(*held, Instant::at(at_ns(items[next].first))).give(items[next].second);
      ++next;
      again.activate();
    };
  });
}

TEST_CASE("by the frontier clock no value is late, and windows hold what a batch program says",
          "[window][frontier][oracle]") {
  check_property(120, [] {
    Tape tape = draw_tape("case", 100);
    const Ns length = 1 + tape.below(20), offset = 1 + tape.below(20), gap = 1 + tape.below(12);
    const Config config = deterministic(std::vector{1u, 2u, 7u}[tape.below(3)], tape.below(256));
    std::map<int, std::vector<Value>> values;
    std::vector<std::vector<std::pair<Ns, Keyed>>> parts(config.workers);
    for (int id = 1; !tape.at_end(); ++id) {
      const Value value{static_cast<Ns>(tape.below(200)) - 50, id};
      const int key = static_cast<int>(tape.below(3));
      values[key].push_back(value);
      parts[id % config.workers].push_back({value.time, {key, value}});
    }
    using Result = std::pair<Ns, std::pair<int, std::uint64_t>>;  // with its timestamp
    Log<Result> slid, sessions;
    Log<std::pair<int, WindowInfo>> windows;
    WindowCounts counts;
    const auto log_into = [](Log<Result>& log) {
      return inspect_epoch([&log](const Instant& at, const std::pair<int, std::uint64_t>& result) {
        log.add({at.time.time_since_epoch().count(), result});
      });
    };
    run_workers(config, [&](Worker& worker) {
      worker.start([&](Worker& self) {
        self.dataflow<Instant>([&](Scope<Instant>& scope) {
          auto stream = out_of_order(scope, parts[self.index()]);
          const auto counted =
              stream |
              count_window("slid", FrontierClock{}, SlidingWindow(ns(length), ns(offset), at_ns(3)),
                           {.counts = &counts});
          counted | tidemark::values() | log_into(slid);
          windows_of(counted) | inspect([&](const auto& window) { windows.add(window); });
          (stream |
           count_window("sessions", FrontierClock{}, SessionWindow(ns(gap)), {.counts = &counts})) |
              tidemark::values() | log_into(sessions);
        });
      });
    });
    std::vector<Result> expected_slid, expected_sessions;
    std::size_t closed = 0;
    for (const auto& [key, of_key] : values) {
      for (const auto& [open, close, ids] : grid_windows(of_key, length, offset, 3))
        expected_slid.push_back({close - 1, {key, ids.size()}});
      closed += grid_windows(of_key, length, offset, 3).size();
      for (const auto& [open, close, ids] : session_windows(of_key, gap))
        expected_sessions.push_back({close + gap, {key, ids.size()}});
    }
    std::ranges::sort(expected_slid);
    std::ranges::sort(expected_sessions);
    RC_ASSERT(slid.sorted() == expected_slid);
    RC_ASSERT(sessions.sorted() == expected_sessions);
    RC_ASSERT(windows.entries().size() == closed);
    RC_ASSERT(counts.late == 0u);
  });
}

}  // namespace
}  // namespace tidemark::window_time_test
