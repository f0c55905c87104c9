// SPDX-License-Identifier: MIT
//
// Replays of runs on real threads that go by clocks: sources that wait, timers, windows.
#include <tidemark/core/process.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/keyed/stateful.hpp>
#include <tidemark/windowing/clocks/event_clock.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>
#include <tests/windowing/scheduled_parts.hpp>

namespace tidemark::replay_windows_test {

using namespace tests;
using namespace tests::by_source;
using tests::by_source::Keyed;
using namespace std::chrono_literals;

/// Says when a key has been quiet for 2 ms.
struct Quiet {
  int count = 0;
  Clock::time_point last{};

  std::pair<std::vector<int>, bool> on_item(const Value&, Clock::time_point now) {
    last = now;
    return {{++count}, false};
  }
  std::optional<Clock::time_point> notify_at() const { return last + 2ms; }
  std::pair<std::vector<int>, bool> on_notify(Clock::time_point) { return {{-count}, true}; }
};

/// Parts that give some records in the course of 30 ms, in bursts and in order but for a few.
std::vector<ScheduledParts::Part> draw_parts(Random& random) {
  std::vector<ScheduledParts::Part> parts(1 + random.below(3));
  int id = 0;
  for (ScheduledParts::Part& part : parts) {
    Ns wall = 0;
    for (std::uint64_t records = 10 + random.below(20); records != 0; --records) {
      wall += static_cast<Ns>(random.below(4) == 0 ? random.below(3'000'000) : 0);
      const Ns time = wall - static_cast<Ns>(random.below(8) == 0 ? 5'000'000 : 0);
      part.schedule.push_back(
          {wall, {std::string(1, static_cast<char>('a' + random.below(4))), {time, ++id}}});
    }
    part.end = wall + 1'000'000;
  }
  return parts;
}

/// What the run gives; where it runs on several workers, in any order.
using Results = std::vector<std::string>;

Results run(std::uint64_t seed, const Config& config) {
  Random random(seed);
  Log<std::string> results;
  const auto log = [&results](const auto& result) {
    results.add(result.first + " " + std::to_string(result.second));
  };
  Dataflow flow;
  const InputOptions options{.epoch_interval = 2ms, .epoch_items = 3 + random.below(8)};
  const auto records = input(flow, "in", ScheduledParts(draw_parts(random)), options);
  switch (seed % 4) {
    case 0:
      records | stateful("quiet", [] { return Quiet{}; }) | inspect(log) | output("out", Discard{});
      break;
    case 1:
      records |
          count_window("minutes", EventClock(time_of, 1ms), TumblingWindow(2ms, EventTime())) |
          inspect([&](const auto& window) {
            results.add(window.first + " " + std::to_string(window.second.result));
          }) |
          output("out", Discard{});
      break;
    case 2:
      records | event_time("time", time_of_record, {.wait = 1ms}) |
          fold_window("sessions", SourceClock(time_of), SessionWindow(1ms), none, append,
                      concatenated) |
          inspect([&](const auto& window) {
            results.add(window.first + " " + std::to_string(window.second.result.size()));
          }) |
          output("out", Discard{});
      break;
    default:
      records | count_window("wall", SystemClock(), TumblingWindow(3ms, EventTime())) |
          inspect([&](const auto& window) {
            results.add(window.first + " " + std::to_string(window.second.result));
          }) |
          output("out", Discard{});
  }
  cluster_main(flow, config);
  return results.sorted();
}

TEST_CASE("what a clock, a timer or a source said is said again in a replay", "[replay]") {
  std::size_t runs = 0, moves = 0;
  for (std::uint64_t seed = 0; seed != 52; ++seed) {
    Config config{.workers = 1 + static_cast<std::uint32_t>(seed % 5), .threads = 2};
    config.executor = real_executors()[seed % real_executors().size()];
    INFO(to_text(config) << ", run " << seed);
    Trace first, second;
    config.trace = &first;
    const Results results = run(seed, config);
    Replay replay(first.read());
    config.trace = &second;
    config.replay = &replay;
    CHECK(run(seed, config) == results);
    ++runs;
    moves += require_same(first, second);
  }
  CHECK(moves > 20 * runs);
}

}  // namespace tidemark::replay_windows_test
