// SPDX-License-Identifier: MIT
//
// Event time by source: nothing is late because a machine is slow, and what a run gives is what a
// batch program says.
#include <tidemark/core/input_handle.hpp>
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
#include <tests/windowing/window_flow.hpp>

namespace tidemark::source_clock_test {

using namespace tests;
using namespace std::chrono_literals;

/// A record of a source: a key, and a value that knows its time.
using Keyed = std::pair<std::string, Value>;

constexpr auto time_of = [](const Value& value) { return at_ns(value.time); };
constexpr auto time_of_record = [](const Keyed& record) { return at_ns(record.second.time); };

/// A source of several parts, each of which gives its records when their time by the run's clock
/// has come, and ends at last.
class PartsInput {
 public:
  using item_type = Keyed;
  struct Part {
    std::vector<std::pair<Ns, Keyed>> schedule;
    Ns end = 0;
  };

  explicit PartsInput(std::vector<Part> parts) : parts_(std::move(parts)) {}

  std::vector<std::string> parts() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i != parts_.size(); ++i) names.push_back(std::to_string(i));
    return names;
  }
  std::unique_ptr<SourcePart<Keyed>> open(const std::string& part,
                                          const SourceContext& context) const {
    const Part& of = parts_[std::stoul(part)];
    return ScheduledInput<Keyed>(of.schedule, of.end).open(part, context);
  }

 private:
  std::vector<Part> parts_;
};

Ids append(Ids ids, const Value& value) {
  ids.push_back(value.id);
  return ids;
}
Ids concatenated(Ids a, const Ids& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
Ids none() {
  return {};
}

/// Some sources, and how to run them.
struct Case {
  std::vector<std::vector<PartsInput::Part>> sources;
  Ns wait = 0;
  InputOptions options{};
  Config config;
  bool routed = false;  // to any worker, before the window step does

  std::map<std::string, std::vector<Value>> values() const {
    std::map<std::string, std::vector<Value>> by_key;
    for (const auto& parts : sources)
      for (const auto& part : parts)
        for (const auto& [due, record] : part.schedule)
          by_key[record.first].push_back(record.second);
    return by_key;
  }
};

/// Sources of different speed, silent for a while, in order but for the wait.
Case draw_case(Tape& tape) {
  Case drawn;
  drawn.wait = tape.below(3) == 0 ? 0 : tape.below(20);
  drawn.options = {.epoch_interval = std::chrono::milliseconds(tape.below(2)),
                   .epoch_items = 1 + tape.below(6),
                   .epochs_ahead = 1 + tape.below(8)};
  drawn.config = deterministic(std::vector{1u, 2u, 7u}[tape.below(3)], tape.below(256));
  if (drawn.config.workers == 7) drawn.config.processes = 1 + tape.below(3);
  drawn.routed = tape.below(2) == 0;
  drawn.sources.resize(1 + tape.below(3));
  for (auto& parts : drawn.sources) parts.resize(1 + tape.below(3));
  const std::size_t keys = 1 + tape.below(3);
  struct State {
    PartsInput::Part* part;
    Ns speed, wall, now;
  };
  std::vector<State> states;
  for (auto& parts : drawn.sources)
    for (auto& part : parts)
      states.push_back({&part, tape.below(2'000'000), tape.below(3) * 1'000'000, 0});
  for (int id = 1; !tape.at_end(); ++id) {
    auto& [part, speed, wall, now] = states[tape.below(states.size())];
    now += tape.below(9);
    wall += tape.below(8) == 0 ? 300'000'000 : speed;
    const Ns time = now - static_cast<Ns>(tape.below(static_cast<std::size_t>(drawn.wait) + 1));
    part->schedule.push_back(
        {wall, {std::string(1, static_cast<char>('a' + tape.below(keys))), {time, id}}});
    part->end = wall + 1;
  }
  return drawn;
}

/// All sources of a case in one stream.
FlowStream<Keyed> merged(Dataflow& flow, const Case& drawn, const std::string& prefix = "") {
  std::vector<FlowStream<Keyed>> streams;
  for (std::size_t s = 0; s != drawn.sources.size(); ++s) {
    const std::string id = prefix + "source " + std::to_string(s);
    streams.push_back(input(flow, id, PartsInput(drawn.sources[s]), drawn.options) |
                      map([](Keyed record) { return record; }) |
                      event_time(id + ", times", time_of_record, {.wait = ns(drawn.wait)}));
  }
  FlowStream<Keyed> all = streams.front();
  for (std::size_t s = 1; s != streams.size(); ++s) all = merge(all, streams[s]);
  if (drawn.routed)
    all = all | exchange([](const Keyed& record) {
            return static_cast<std::uint64_t>(record.second.id);
          });
  return all;
}

template <typename Log>
std::map<std::string, std::vector<Ids>> sorted_ids(const Log& log) {
  auto all = log.sorted();
  for (auto& [key, contents] : all) {
    for (Ids& ids : contents) std::ranges::sort(ids);
    std::ranges::sort(contents);
  }
  return all;
}

std::map<std::string, std::vector<Ids>> sorted_ids(const std::map<std::string, Contents>& windows) {
  std::map<std::string, std::vector<Ids>> all;
  for (const auto& [key, contents] : windows)
    for (auto [open, close, ids] : contents) {
      std::ranges::sort(ids);
      all[key].push_back(ids);
    }
  for (auto& [key, contents] : all) std::ranges::sort(contents);
  return all;
}

TEST_CASE("no value that is in order by its own part is late, and windows hold all of them",
          "[source_clock][oracle]") {
  check_property(250, [] {
    Tape tape = draw_tape("case", 200);
    const Ns length = 1 + tape.below(30), offset = 1 + tape.below(20), align = tape.below(40);
    const Ns gap = 1 + tape.below(15);
    const Case drawn = draw_case(tape);
    const SlidingWindow grid(ns(length), ns(offset), at_ns(align));
    const SourceClock clock(time_of);
    ByKeyLog<std::string, Ids> windows, sessions;
    ByKeyLog<std::string, Late<Value>> late;
    WindowCounts counts;
    Dataflow flow;
    const WindowOptions options{.counts = &counts};
    const auto stream = merged(flow, drawn);
    windows.end(stream | fold_window("windows", clock, grid, none, append, concatenated, options));
    const auto folded = stream | fold_window("sessions", clock, SessionWindow(ns(gap)), none,
                                             append, concatenated, options);
    sessions.end(folded);
    late.end(folded.late());
    cluster_main(flow, drawn.config);

    std::map<std::string, Contents> expected, expected_sessions;
    for (const auto& [key, values] : drawn.values()) {
      Contents contents = grid_windows(values, length, offset, align);
      if (!contents.empty()) expected[key] = std::move(contents);
      expected_sessions[key] = session_windows(values, gap);
    }
    RC_ASSERT(counts.late == 0u);
    RC_ASSERT(late.sorted().empty());
    RC_ASSERT(sorted_ids(windows) == sorted_ids(expected));
    RC_ASSERT(sorted_ids(sessions) == sorted_ids(expected_sessions));
  });
}

/// What a join of the first source with the others gives, by any clock, sorted.
template <typename C>
std::vector<std::string> joined(const Case& drawn, const C& clock, const Config& config) {
  Log<std::string> rows;
  Dataflow flow;
  Case first = drawn, others = drawn;
  first.sources = {drawn.sources.front()};
  others.sources.erase(others.sources.begin());
  join_window("join", clock, TumblingWindow(ns(10), at_ns(3)),
              JoinMode{JoinInsert::product, JoinEmit::final}, merged(flow, first, "left "),
              merged(flow, others, "right ")) |
      inspect([&](const auto& row) {
        const auto& [a, b] = row.second.result;
        rows.add(row.first + (a ? std::to_string(a->id) : "-") + " " +
                 (b ? std::to_string(b->id) : "-"));
      }) |
      output("out", Discard{});
  cluster_main(flow, config);
  return rows.sorted();
}

TEST_CASE("joins hold what they would if nothing closed before the end, on all executors",
          "[source_clock][oracle]") {
  check_property(60, [] {
    Tape tape = draw_tape("case", 150);
    Case drawn = draw_case(tape);
    if (drawn.sources.size() == 1) drawn.sources.push_back(drawn.sources.front());
    const auto expected = joined(drawn, EventClock(time_of, Span::forever, [] { return at_ns(0); }),
                                 deterministic(1, 0));
    RC_ASSERT(joined(drawn, SourceClock(time_of), drawn.config) == expected);
    for (auto& parts : drawn.sources)  // on threads, time is real
      for (auto& part : parts) {
        for (auto& [due, record] : part.schedule) due = 0;
        part.end = 0;
      }
    Config config{.workers = drawn.config.workers};
    for (const ExecutorKind kind : real_executors()) {
      config.executor = kind;
      RC_ASSERT(joined(drawn, SourceClock(time_of), config) == expected);
    }
  });
}

TEST_CASE("what is late is late by its own part, and by no other", "[source_clock][oracle]") {
  check_property(100, [] {
    Tape tape = draw_tape("case", 120);
    Case drawn = draw_case(tape);
    drawn.options = {.epoch_interval = 0ms};  // each poll that gives something is an epoch
    drawn.sources.resize(1);
    drawn.sources.front().resize(1);
    auto& schedule = drawn.sources.front().front().schedule;
    for (std::size_t i = 0; i != schedule.size(); ++i) {  // one record a poll, out of order
      schedule[i].first = static_cast<Ns>(i) * 1'000'000;
      if (tape.below(4) == 0) schedule[i].second.second.time -= 100;
    }
    drawn.sources.front().front().end = static_cast<Ns>(schedule.size()) * 1'000'000;
    ByKeyLog<std::string, Late<Value>> late;
    Dataflow flow;
    late.end((merged(flow, drawn) | fold_window("windows", SourceClock(time_of),
                                                TumblingWindow(ns(10), at_ns(0)), none, append,
                                                concatenated))
                 .late());
    cluster_main(flow, drawn.config);

    std::map<std::string, std::vector<Value>> expected, found;
    Ns watermark = std::numeric_limits<Ns>::min();
    for (const auto& [due, record] : schedule) {
      if (record.second.time < watermark) expected[record.first].push_back(record.second);
      watermark = std::max(watermark, record.second.time - drawn.wait);
    }
    for (const auto& [key, all] : late.sorted())
      for (const Late<Value>& one : all) found[key].push_back(one.value);
    for (auto& [key, values] : expected) std::ranges::sort(values);
    for (auto& [key, values] : found) std::ranges::sort(values);
    RC_ASSERT(found == expected);
  });
}

/// A record that goes round a loop a few times.
struct Going {
  Keyed record;
  int left = 0;
};

TEST_CASE("nothing is late because it has gone round a loop more often than others",
          "[source_clock][oracle]") {
  check_property(100, [] {
    Tape tape = draw_tape("case", 80);
    const Config config = deterministic(std::vector{1u, 2u, 7u}[tape.below(3)], tape.below(256));
    std::vector<std::vector<std::vector<Keyed>>> fed(config.workers);  // by worker and epoch
    std::map<std::string, std::vector<Value>> values;
    std::vector<Ns> now(config.workers);
    for (auto& epochs : fed) epochs.resize(1);
    for (int id = 1; !tape.at_end(); ++id) {
      const std::uint32_t w = tape.below(config.workers);
      const Keyed record{std::string(1, static_cast<char>('a' + tape.below(3))),
                         {now[w] += tape.below(9), id}};
      if (tape.below(3) == 0) fed[w].emplace_back();
      fed[w].back().push_back(record);
      values[record.first].push_back(record.second);
    }
    Log<std::pair<std::string, Ids>> log;
    WindowCounts counts;
    execute(config, [&](Worker& worker) {
      auto input = worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
        auto [handle, stream] = new_input<Keyed>(scope, "in");
        const auto going = stream | event_time("times", time_of_record) | map([](Keyed record) {
                             const int rounds = 1 + record.second.id % 4;
                             return Going{std::move(record), rounds};
                           });
        iterate(going,
                [](auto each) {
                  return each | filter([](const Going& one) { return one.left > 0; }) |
                         map([](Going one) {
                           return Going{std::move(one.record), one.left - 1};
                         }) |
                         exchange([](const Going& one) {
                           return static_cast<std::uint64_t>(one.record.second.id + one.left);
                         });
                }) |
            filter([](const Going& one) { return one.left == 0; }) |
            map([](Going one) { return std::move(one.record); }) |
            fold_window("windows", SourceClock(time_of), TumblingWindow(ns(10), at_ns(0)), none,
                        append, concatenated, WindowOptions{.counts = &counts}) |
            tidemark::values() |
            inspect([&log](const std::pair<std::string, Ids>& window) { log.add(window); });
        return std::move(handle);
      });
      std::uint64_t epoch = 0;
      for (const auto& records : fed[worker.index()]) {
        for (const Keyed& record : records) input.send(record);
        input.advance_to(Nested<Epoch, 0, 1>{Epoch{++epoch}, {}});
        worker.step();
      }
    });
    std::map<std::string, Contents> expected;
    for (const auto& [key, of_key] : values) expected[key] = grid_windows(of_key, 10, 10, 0);
    std::map<std::string, std::vector<Ids>> found;
    for (auto [key, ids] : log.sorted()) {
      std::ranges::sort(ids);
      found[key].push_back(ids);
    }
    for (auto& [key, contents] : found) std::ranges::sort(contents);
    RC_ASSERT(counts.late == 0u);
    RC_ASSERT(found == sorted_ids(expected));
  });
}

/// A part that gives a record of `key` each `wall`, of values `step` apart.
PartsInput::Part steady(std::string key, int count, Ns wall, Ns step) {
  PartsInput::Part part;
  for (int i = 0; i != count; ++i) part.schedule.push_back({i * wall, {key, {i * step, i}}});
  part.end = count * wall;
  return part;
}

TEST_CASE("ten values of one instant are one session, without any wait", "[source_clock]") {
  for (const Config& config : {deterministic(1, 0), deterministic(2, 5), deterministic(7, 1)}) {
    ByKeyLog<std::string, std::uint64_t> sizes;
    Dataflow flow;
    sizes.end(input(flow, "in", PartsInput({steady("a", 10, 50'000'000, 0)}), epoch_per_poll()) |
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
    const auto slow = input(flow, "slow", PartsInput({steady("a", 30, second, 2 * second)})) |
                      event_time("slow times", time_of_record);
    const auto fast = input(flow, "fast", PartsInput({steady("a", 30, 1000, 2 * second)})) |
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
  PartsInput::Part part{{{0, {"a", {1, 1}}}, {3'600'000'000'000, {"a", {2, 2}}}},
                        3'600'000'000'001};
  Dataflow flow;
  const auto folded = input(flow, "in", PartsInput({part})) | event_time("times", time_of_record) |
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
  PartsInput::Part part{{{1, {"a", {1, 1}}}, {2, {"a", {24 * hour, 2}}}, {3, {"a", {3, 3}}}}, 4};
  ByKeyLog<std::string, Ids> windows;
  ByKeyLog<std::string, Value> ahead;
  Dataflow flow;
  auto [times, too_far] = input(flow, "in", PartsInput({part}), epoch_per_poll()) |
                          event_time_within("times", time_of_record, {.of_clock = 1h});
  ahead.end(too_far);
  windows.end(times | fold_window("windows", SourceClock(time_of), TumblingWindow(1s, at_ns(0)),
                                  none, append, concatenated));
  cluster_main(flow, deterministic(2, 0));
  CHECK(windows.sorted() == std::map<std::string, std::vector<Ids>>{{"a", {{1, 3}}}});
  CHECK(ahead.sorted() == std::map<std::string, std::vector<Value>>{{"a", {{24 * hour, 2}}}});
}

TEST_CASE("a part believes that time has moved after so many stamps in a row",
          "[source_clock][event_time]") {
  PartsInput::Part part;
  for (const auto& [time, id] : std::vector<std::pair<Ns, int>>{
           {0, 1}, {1000, 2}, {5, 3}, {1000, 4}, {1001, 5}, {1002, 6}, {1003, 7}})
    part.schedule.push_back({id, {"a", {time, id}}});
  part.end = 10;
  ByKeyLog<std::string, Value> within, ahead;
  Dataflow flow;
  auto [times, too_far] =
      input(flow, "in", PartsInput({part})) |
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
  input(flow, "in", PartsInput({steady("a", 100, 0, 1'000'000'000), {{}, hour}}),
        {.epoch_items = 1}) |
      event_time("times", time_of_record) | log_times(read) |
      count_window("sizes", SourceClock(time_of), TumblingWindow(10s, at_ns(0))) | values() |
      log_times(closed) | output("out", Discard{});
  cluster_main(flow, deterministic(3, 7));
  for (const auto& [when, record] : read.entries()) CHECK(when < 1'000'000'000);
  REQUIRE(closed.entries().size() == 10);
  for (const auto& [when, result] : closed.entries()) CHECK(when >= hour);
}

TEST_CASE("a part that is silent for so long is not waited for, and may come back late",
          "[source_clock][event_time]") {
  constexpr Ns hour = 3'600'000'000'000;
  Log<std::pair<Ns, std::pair<std::string, std::uint64_t>>> closed;
  ByKeyLog<std::string, Late<Value>> late;
  PartsInput::Part silent{{{hour, {"b", {5, 1}}}}, hour + 1};
  PartsInput::Part busy = steady("a", 100, 100'000'000, 1'000'000'000);
  busy.end = 2 * hour;
  Dataflow flow;
  const auto sizes = input(flow, "in", PartsInput({busy, silent})) |
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

TEST_CASE("windows of windows come right, since a result is sent with the epoch that closed it",
          "[source_clock]") {
  using Minute = std::pair<std::string, std::pair<Ns, int>>;
  constexpr Ns second = 1'000'000'000;
  ByKeyLog<std::string, int> hours;
  WindowCounts counts;
  Dataflow flow;
  hours.end(input(flow, "in", PartsInput({steady("a", 7200, 1000, second)}), {.epoch_items = 7}) |
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
  input(flow, "in", PartsInput({steady("a", 30, 1000, 1'000'000'000)}), epoch_per_poll()) |
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
  input(flow, "in", PartsInput({steady("a", 100, 0, 1'000'000'000), {{{0, {"b", {7, 1}}}}, hour}}),
        {.epoch_interval = 0ms}) |
      event_time("times", time_of_record) |
      count_window("sizes", SourceClock(time_of), TumblingWindow(10s, at_ns(0))) |
      output("out", Discard{});
  Config config = deterministic(2, 7);
  config.explain.after = 1min;
  config.explain.report = [&](const std::vector<Explanation>& all) {
    for (const Explanation& one : all)
      if (!one.parts.empty()) told.push_back(to_text(one));
  };
  cluster_main(flow, config);
  REQUIRE_FALSE(told.empty());
  CHECK(told.front() ==
        "watermark of 'sizes': 1970-01-01T00:00:00.000000007Z at sizes.in0, because\n"
        "  part '1' of 'in' (worker 1) has promised no more");
}

PartsInput nothing() {
  return PartsInput({PartsInput::Part{}});
}

template <typename Build>
std::string refusal(Build build) {
  Dataflow flow;
  build(flow);
  try {
    cluster_main(flow, deterministic(2, 0));
  } catch (const DataflowError& error) {
    return error.what();
  }
  return "";
}

auto sizes(std::string id) {
  return count_window(std::move(id), SourceClock(time_of), TumblingWindow(1s, at_ns(0)));
}

TEST_CASE("a step that goes by the event time of a source which has none names both",
          "[source_clock]") {
  CHECK(refusal([](Dataflow& flow) {
          const auto a = input(flow, "a", nothing()) | event_time("times", time_of_record);
          const auto b = input(flow, "b", nothing());
          merge(a, b) | sizes("sizes") | output("out", Discard{});
        }) ==
        "step 'sizes' goes by the event time of its sources, and none is read of 'b'; put "
        "event_time(...) behind it, or use an EventClock");
}

TEST_CASE("event times are read where a stream still is its source, and once",
          "[source_clock][event_time]") {
  CHECK(refusal([](Dataflow& flow) {
          input(flow, "a", nothing()) |
              exchange([](const Keyed& record) { return record.second.id; }) |
              event_time("times", time_of_record) | sizes("sizes") | output("out", Discard{});
        }) ==
        "step 'times' reads the event times of what 'exchange' sends, which is no source with "
        "parts; put it behind an input, with nothing but stateless steps between");
  CHECK(refusal([](Dataflow& flow) {
          input(flow, "a", nothing()) | event_time("once", time_of_record) |
              event_time("twice", time_of_record) | sizes("sizes") | output("out", Discard{});
        }) ==
        "step 'twice' reads the event times of 'a', which another step reads already; use "
        "what leaves that one");
  CHECK(refusal([](Dataflow& flow) {
          auto stream = input(flow, "a", nothing());
          for (int i = 0; i != 64; ++i) stream = stream | map([](Keyed record) { return record; });
          stream | event_time("times", time_of_record) | sizes("sizes") | output("out", Discard{});
        }) ==
        "step 'times' reads the event times of 'a' too far behind it; put fewer than 64 steps "
        "between");
  CHECK_THROWS_WITH(event_time("times", time_of_record, {.wait = -1s}),
                    "event_time 'times': the wait is -1000000000 ns; it must be at least 0");
}

}  // namespace tidemark::source_clock_test
