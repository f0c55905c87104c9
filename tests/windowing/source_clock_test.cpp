// SPDX-License-Identifier: MIT
//
// Event time by source: what closes when, and what holds it back.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/routing/exchange.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/clocks/event_clock.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/join_window.hpp>

#include <tests/support.hpp>
#include <tests/windowing/scheduled_parts.hpp>

namespace tidemark::source_clock_test {

using namespace tests;
using namespace tests::by_source;
using tests::by_source::Keyed;
using namespace std::chrono_literals;

/// A part that gives a record of `key` each `wall`, of values `step` apart.
ScheduledParts::Part steady(std::string key, int count, Ns wall, Ns step) {
  ScheduledParts::Part part;
  for (int i = 0; i != count; ++i) part.schedule.push_back({i * wall, {key, {i * step, i}}});
  part.end = count * wall;
  return part;
}

/// A run that after a minute tells which parts hold watermarks.
Config telling_of_parts(std::vector<std::string>& told) {
  Config config = deterministic(2, 7);
  config.explain.after = 1min;
  config.explain.report = [&told](const std::vector<Explanation>& all) {
    for (const Explanation& one : all)
      if (!one.parts.empty()) told.push_back(to_text(one));
  };
  return config;
}

TEST_CASE("ten values of one instant are one session, without any wait", "[source_clock]") {
  for (const Config& config : {deterministic(1, 0), deterministic(2, 5), deterministic(7, 1)}) {
    ByKeyLog<std::string, std::uint64_t> sizes;
    Dataflow flow;
    sizes.end(
        input(flow, "in", ScheduledParts({steady("a", 10, 50'000'000, 0)}), epoch_per_poll()) |
        event_time("times", time_of_record) |
        count_window("sizes", SourceClock(time_of), SessionWindow(1s)));
    cluster_main(flow, config);
    CHECK(sizes.sorted() == std::map<std::string, std::vector<std::uint64_t>>{{"a", {10}}});
  }
}

TEST_CASE("streams of different speed are joined whole, in either order of the sides",
          "[source_clock]") {
  constexpr Ns second = 1'000'000'000;
  for (const bool swapped : {false, true}) {
    Log<std::string> rows;
    Dataflow flow;
    const auto slow = input(flow, "slow", ScheduledParts({steady("a", 30, second, 2 * second)})) |
                      event_time("slow times", time_of_record);
    const auto fast = input(flow, "fast", ScheduledParts({steady("a", 30, 1000, 2 * second)})) |
                      event_time("fast times", time_of_record);
    const auto joined =
        swapped
            ? join_window("join", SourceClock(time_of), TumblingWindow(20s, at_ns(0)), fast, slow)
            : join_window("join", SourceClock(time_of), TumblingWindow(20s, at_ns(0)), slow, fast);
    joined | inspect([&](const auto& row) {
      const auto& [a, b] = row.second.result;
      rows.add((a ? std::to_string(a->id) : "-") + " " + (b ? std::to_string(b->id) : "-"));
    }) | output("out", Discard{});
    cluster_main(flow, deterministic(2, 3));
    CHECK(rows.sorted() == std::vector<std::string>{"19 19", "29 29", "9 9"});
  }
}

TEST_CASE("a value after a silence is in the window that its stamp says", "[source_clock]") {
  ByKeyLog<std::string, Ids> windows;
  ByKeyLog<std::string, Late<Value>> late;
  ScheduledParts::Part part{{{0, {"a", {1, 1}}}, {3'600'000'000'000, {"a", {2, 2}}}},
                            3'600'000'000'001};
  Dataflow flow;
  const auto folded = input(flow, "in", ScheduledParts({part})) |
                      event_time("times", time_of_record) |
                      fold_window("windows", SourceClock(time_of), TumblingWindow(1s, at_ns(0)),
                                  none, append, concatenated);
  windows.end(folded);
  late.end(folded.late());
  cluster_main(flow, deterministic(1, 0));
  CHECK(windows.sorted() == std::map<std::string, std::vector<Ids>>{{"a", {{1, 2}}}});
  CHECK(late.sorted().empty());
}

TEST_CASE("a stamp too far ahead of the run's clock is sent elsewhere, and moves nothing",
          "[source_clock][event_time]") {
  constexpr Ns hour = 3'600'000'000'000;
  ScheduledParts::Part part{{{1, {"a", {1, 1}}}, {2, {"a", {24 * hour, 2}}}, {3, {"a", {3, 3}}}},
                            4};
  ByKeyLog<std::string, Ids> windows;
  ByKeyLog<std::string, Value> ahead;
  Dataflow flow;
  auto [times, too_far] = input(flow, "in", ScheduledParts({part}), epoch_per_poll()) |
                          event_time_within("times", time_of_record, {.of_clock = 1h});
  ahead.end(too_far);
  windows.end(times | fold_window("windows", SourceClock(time_of), TumblingWindow(1s, at_ns(0)),
                                  none, append, concatenated));
  cluster_main(flow, deterministic(2, 0));
  CHECK(windows.sorted() == std::map<std::string, std::vector<Ids>>{{"a", {{1, 3}}}});
  CHECK(ahead.sorted() == std::map<std::string, std::vector<Value>>{{"a", {{24 * hour, 2}}}});
}

TEST_CASE("a stamp that no event time reaches is too far ahead under any limit",
          "[source_clock][event_time]") {
  using Dated = std::pair<std::string, std::chrono::sys_days>;
  const auto day = [](int year) { return std::chrono::sys_days(std::chrono::year(year) / 1 / 1); };
  for (const AheadLimits limits :
       {AheadLimits{.of_clock = Span::forever}, AheadLimits{.of_part = 1h, .believe_after = 1}}) {
    Log<std::string> within, ahead;
    Dataflow flow;
    auto [times, too_far] =
        input(flow, "in",
              TestingInput(std::vector<Dated>{
                  {"a", day(2500)}, {"b", day(2020)}, {"c", day(2262)}, {"d", day(9999)}})) |
        event_time_within(
            "times", [](const Dated& dated) { return dated.second; }, limits);
    const auto log_to = [](Log<std::string>& log) {
      return inspect([&log](const Dated& dated) { log.add(dated.first); });
    };
    times | log_to(within) | output("within", Discard{});
    too_far | log_to(ahead) | output("ahead", Discard{});
    cluster_main(flow, deterministic(1, 0));
    const bool far = limits.of_part.has_value();  // from 2020 to 2262
    CHECK(within.sorted() ==
          (far ? std::vector<std::string>{"b"} : std::vector<std::string>{"b", "c"}));
    CHECK(ahead.sorted() ==
          (far ? std::vector<std::string>{"a", "c", "d"} : std::vector<std::string>{"a", "d"}));
  }
}

TEST_CASE("a part believes that time has moved after so many stamps in a row",
          "[source_clock][event_time]") {
  ScheduledParts::Part part;
  for (const auto& [time, id] : std::vector<std::pair<Ns, int>>{
           {0, 1}, {1000, 2}, {5, 3}, {1000, 4}, {1001, 5}, {1002, 6}, {1003, 7}})
    part.schedule.push_back({id, {"a", {time, id}}});
  part.end = 10;
  ByKeyLog<std::string, Value> within, ahead;
  Dataflow flow;
  auto [times, too_far] =
      input(flow, "in", ScheduledParts({part})) |
      event_time_within("times", time_of_record, {.of_part = 100ns, .believe_after = 2});
  within.end(times);
  ahead.end(too_far);
  cluster_main(flow, deterministic(1, 0));
  CHECK(within.in_order() ==
        std::map<std::string, std::vector<Value>>{{"a", {{0, 1}, {5, 3}, {1002, 6}, {1003, 7}}}});
  CHECK(ahead.in_order() ==
        std::map<std::string, std::vector<Value>>{{"a", {{1000, 2}, {1000, 4}, {1001, 5}}}});
}

TEST_CASE("a part that is silent holds up what closes, and not how far others are read",
          "[source_clock][event_time]") {
  constexpr Ns hour = 3'600'000'000'000;
  Log<std::pair<Ns, Keyed>> read;
  Log<std::pair<Ns, std::pair<std::string, std::uint64_t>>> closed;
  Dataflow flow;
  input(flow, "in", ScheduledParts({steady("a", 100, 0, 1'000'000'000), {{}, hour}}),
        {.epoch_items = 1}) |
      event_time("times", time_of_record) | log_times(read) |
      count_window("sizes", SourceClock(time_of), TumblingWindow(10s, at_ns(0))) | values() |
      log_times(closed) | output("out", Discard{});
  cluster_main(flow, deterministic(3, 7));
  for (const auto& [when, record] : read.entries()) CHECK(when < 50'000'000);
  REQUIRE(closed.entries().size() == 10);
  for (const auto& [when, result] : closed.entries()) CHECK(when >= hour);
}

TEST_CASE("a part that has ended is not waited for", "[source_clock][event_time]") {
  constexpr Ns second = 1'000'000'000;
  Log<std::pair<Ns, std::pair<std::string, std::uint64_t>>> closed;
  Dataflow flow;
  input(flow, "in", ScheduledParts({steady("a", 5, 0, second), steady("a", 60, second, second)}),
        epoch_per_poll()) |
      event_time("times", time_of_record) |
      count_window("sizes", SourceClock(time_of), TumblingWindow(10s, at_ns(0))) | values() |
      log_times(closed) | output("out", Discard{});
  cluster_main(flow, deterministic(3, 7));
  REQUIRE(closed.entries().size() == 6);
  CHECK(closed.entries().front().first < 12 * second);
}

TEST_CASE("a part that is silent for so long is not waited for, and may come back late",
          "[source_clock][event_time]") {
  constexpr Ns hour = 3'600'000'000'000;
  Log<std::pair<Ns, std::pair<std::string, std::uint64_t>>> closed;
  ByKeyLog<std::string, Late<Value>> late;
  ScheduledParts::Part silent{{{hour, {"b", {5, 1}}}}, hour + 1};
  ScheduledParts::Part busy = steady("a", 100, 100'000'000, 1'000'000'000);
  busy.end = 2 * hour;
  Dataflow flow;
  const auto sizes = input(flow, "in", ScheduledParts({busy, silent})) |
                     event_time("times", time_of_record, {.idle_after = 1min}) |
                     count_window("sizes", SourceClock(time_of), TumblingWindow(10s, at_ns(0)));
  sizes | values() | log_times(closed) | output("out", Discard{});
  late.end(sizes.late());
  cluster_main(flow, deterministic(3, 7));
  REQUIRE(closed.entries().size() == 10);
  for (std::size_t i = 0; i != 9; ++i) {
    CHECK(closed.entries()[i].first >= 60'000'000'000);
    CHECK(closed.entries()[i].first < hour);
  }
  CHECK(closed.entries().back().first >= hour);
  REQUIRE(late.sorted()["b"].size() == 1);
}

TEST_CASE("when all parts have ended or fallen idle, time has come as far as any of them has told",
          "[source_clock][event_time]") {
  constexpr Ns hour = 3'600'000'000'000;
  Log<std::pair<Ns, std::pair<std::string, std::uint64_t>>> closed;
  std::vector<std::string> told;
  const ScheduledParts::Part file = steady("a", 100, 1000, 1'000'000'000);
  const ScheduledParts::Part pipe{{{0, {"b", {7, 1}}}}, hour};
  Dataflow flow;
  input(flow, "in", ScheduledParts({file, pipe})) |
      event_time("times", time_of_record, {.idle_after = 1s}) |
      count_window("sizes", SourceClock(time_of), TumblingWindow(10s, at_ns(0))) | values() |
      log_times(closed) | output("out", Discard{});
  cluster_main(flow, telling_of_parts(told));
  REQUIRE(closed.entries().size() == 11);
  for (std::size_t i = 0; i != 10; ++i) CHECK(closed.entries()[i].first < 2'000'000'000);
  CHECK(closed.entries().back().first >= hour);  // 90 to 100 s, of which nobody knows
  REQUIRE_FALSE(told.empty());
  CHECK(told.front() ==
        "watermark of 'sizes': 1970-01-01T00:01:39Z at sizes.in0, because\n"
        "  part '1' of 'in' (worker 1) is idle, and no part is waited for; all have told of no "
        "later time");
}

TEST_CASE("a part that falls idle says so at once, though its epoch would go on",
          "[source_clock][event_time]") {
  constexpr Ns hour = 3'600'000'000'000;
  for (const auto interval : {10'000ms, 0ms}) {
    Log<std::pair<Ns, std::pair<std::string, std::uint64_t>>> closed;
    ScheduledParts::Part busy = steady("a", 30, 10'000'000, 1'000'000'000);
    busy.end = hour;
    Dataflow flow;
    input(flow, "in", ScheduledParts({busy, {{}, 2 * hour}}), {.epoch_interval = interval}) |
        event_time("times", time_of_record, {.idle_after = 50ms}) |
        count_window("sizes", SourceClock(time_of), TumblingWindow(10s, at_ns(0))) | values() |
        log_times(closed) | output("out", Discard{});
    cluster_main(flow, deterministic(2, 7));
    REQUIRE(closed.entries().size() == 3);
    CHECK(closed.entries().front().first < 1'000'000'000);
  }
}

TEST_CASE("a worker that closes its input where the dataflow is built is not waited for",
          "[source_clock]") {
  Log<std::pair<std::string, std::uint64_t>> closed;
  std::size_t before_the_end = 0;
  execute(deterministic(2, 1), [&](Worker& worker) {
    using Handle = InputHandle<Epoch, Keyed>;
    auto [handle, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [in, stream] = new_input<Keyed>(scope, "in");
      auto sizes = stream | event_time("times", time_of_record) |
                   count_window("sizes", SourceClock(time_of), TumblingWindow(10s, at_ns(0))) |
                   values() | inspect([&](const auto& size) { closed.add(size); });
      std::optional<Handle> kept;
      if (worker.index() == 0) kept.emplace(std::move(in));
      return std::pair(std::move(kept), tidemark::probe(sizes));
    });
    if (!handle) return;
    for (std::uint64_t second = 0; second != 30; ++second) {
      handle->send({"a", {static_cast<Ns>(second) * 1'000'000'000, 0}});
      handle->advance_to(second + 1);
    }
    worker.step_while([&] { return probe.less_than(30); });
    before_the_end = closed.entries().size();
  });
  CHECK(before_the_end == 2);
  CHECK(closed.entries().size() == 3);
}

TEST_CASE("windows of windows come right, since a result is sent with the epoch that closed it",
          "[source_clock]") {
  using Minute = std::pair<std::string, std::pair<Ns, int>>;
  constexpr Ns second = 1'000'000'000;
  ByKeyLog<std::string, int> hours;
  WindowCounts counts;
  Dataflow flow;
  hours.end(
      input(flow, "in", ScheduledParts({steady("a", 7200, 1000, second)}), {.epoch_items = 7}) |
      event_time("times", time_of_record) |
      fold_window(
          "minutes", SourceClock(time_of), TumblingWindow(1min, at_ns(0)),
          [] { return std::pair<Ns, int>(); },
          [](std::pair<Ns, int> all, const Value& value) {
            return std::pair(std::max(all.first, value.time), all.second + 1);
          }) |
      values() | map([](const Minute& minute) { return minute; }) |
      fold_window(
          "hours",
          SourceClock([](const std::pair<Ns, int>& minute) { return at_ns(minute.first); }),
          TumblingWindow(1h, at_ns(0)), [] { return 0; },
          [](int sum, const std::pair<Ns, int>& minute) { return sum + minute.second; },
          WindowOptions{.counts = &counts}));
  cluster_main(flow, deterministic(3, 1));
  CHECK(hours.sorted() == std::map<std::string, std::vector<int>>{{"a", {3600, 3600}}});
  CHECK(counts.late == 0u);
}

TEST_CASE("with checks, too, promises come with the changes that they belong to",
          "[source_clock]") {
  Log<InEpoch<std::pair<std::string, std::uint64_t>>> closed;
  Dataflow flow;
  input(flow, "in", ScheduledParts({steady("a", 30, 1000, 1'000'000'000)}), epoch_per_poll()) |
      event_time("times", time_of_record) |
      count_window("sizes", SourceClock(time_of), TumblingWindow(10s, at_ns(0))) | values() |
      inspect_epoch([&](Epoch epoch, const auto& size) {
        closed.add({epoch.value, size});
      }) |
      output("out", Discard{});
  Config config = deterministic(2, 1);
  config.check = true;
  cluster_main(flow, config);
  REQUIRE(closed.entries().size() == 3);
  CHECK(closed.entries()[0].first == 11);  // the epoch of the value at 10 s
  CHECK(closed.entries()[1].first == 21);
}

TEST_CASE("an explanation says which part holds a watermark back", "[source_clock][explain]") {
  constexpr Ns hour = 3'600'000'000'000;
  std::vector<std::string> told;
  Dataflow flow;
  input(flow, "in",
        ScheduledParts({steady("a", 100, 0, 1'000'000'000), {{{0, {"b", {7, 1}}}}, hour}}),
        {.epoch_interval = 0ms}) |
      event_time("times", time_of_record) |
      count_window("sizes", SourceClock(time_of), TumblingWindow(10s, at_ns(0))) |
      output("out", Discard{});
  cluster_main(flow, telling_of_parts(told));
  REQUIRE_FALSE(told.empty());
  CHECK(told.front() ==
        "watermark of 'sizes': 1970-01-01T00:00:00.000000007Z at sizes.in0, because\n"
        "  part '1' of 'in' (worker 1) has promised no more");
}

}  // namespace tidemark::source_clock_test
