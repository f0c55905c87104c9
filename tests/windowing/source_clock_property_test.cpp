// SPDX-License-Identifier: MIT
//
// Event time by source under random sources, schedules and loops: nothing in order is late, and
// what a run gives is what a batch program says.
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
#include <tests/windowing/scheduled_parts.hpp>

namespace tidemark::source_clock_property_test {

using namespace tests;
using namespace tests::by_source;
using tests::by_source::Keyed;
using namespace std::chrono_literals;

/// Some sources, and how to run them.
struct Case {
  std::vector<std::vector<ScheduledParts::Part>> sources;
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
    ScheduledParts::Part* part;
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
    streams.push_back(input(flow, id, ScheduledParts(drawn.sources[s]), drawn.options) |
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
    Tape tape = draw_tape("case", 1000);
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

}  // namespace tidemark::source_clock_property_test
