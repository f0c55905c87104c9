// SPDX-License-Identifier: MIT
//
// Event time by source on real threads: what comes out does not depend on how fast anybody is. Each
// test runs five times, or as often as TIDEMARK_REPEAT says.
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/join_window.hpp>

#include <tests/operators/directory.hpp>
#include <tests/support.hpp>
#include <tests/windowing/window_flow.hpp>

#include <cstdlib>

namespace tidemark::source_clock_threads_test {

using namespace tests;
using namespace std::chrono_literals;

int repeats() {
  const char* const given = std::getenv("TIDEMARK_REPEAT");
  return given == nullptr ? 5 : std::atoi(given);
}

using Second = std::pair<std::string, std::int64_t>;  // a key, and a second

constexpr auto time_of = [](std::int64_t second) {
  return std::chrono::sys_seconds(std::chrono::seconds(second));
};
constexpr auto time_of_record = [](const Second& record) { return time_of(record.second); };

/// A line of a file, read slowly or fast.
auto read_at(std::chrono::microseconds pace) {
  return map([pace](const std::string& line) {
    const auto until = std::chrono::steady_clock::now() + pace;
    while (pace.count() != 0 && std::chrono::steady_clock::now() < until) {
    }
    return Second("a", std::stoll(line));
  });
}

TEST_CASE("files that are read at different speeds are joined whole, on real threads",
          "[source_clock][threads]") {
  const Directory directory;
  std::string lines;
  for (int second = 0; second != 3000; ++second) lines += std::to_string(second) + "\n";
  const std::string slow_file = directory.write("slow", lines);
  const std::string fast_file = directory.write("fast", lines);
  std::vector<std::string> whole;
  for (int minute = 0; minute != 50; ++minute) {
    const std::string last = std::to_string(60 * minute + 59);
    whole.push_back(last + " " + last);
  }
  std::ranges::sort(whole);
  for (int run = 0; run != repeats(); ++run)
    for (const bool swapped : {false, true}) {
      Config config{.workers = 2};
      config.executor = real_executors()[static_cast<std::size_t>(run) % real_executors().size()];
      Log<std::string> rows;
      Dataflow flow;
      const InputOptions options{.epoch_interval = 1ms, .epoch_items = 100};
      const auto slow = input(flow, "slow", FileInput(slow_file), options) | read_at(20us) |
                        event_time("slow times", time_of_record);
      const auto fast = input(flow, "fast", FileInput(fast_file), options) | read_at(0us) |
                        event_time("fast times", time_of_record);
      const SourceClock clock(time_of);
      const TumblingWindow minutes(1min, EventTime());
      const auto joined = swapped ? join_window("join", clock, minutes, fast, slow)
                                  : join_window("join", clock, minutes, slow, fast);
      joined | inspect([&](const auto& row) {
        const auto& [a, b] = row.second.result;
        rows.add((a ? std::to_string(*a) : "-") + " " + (b ? std::to_string(*b) : "-"));
      }) | output("out", Discard{});
      cluster_main(flow, config);
      CHECK(rows.sorted() == whole);
    }
}

/// Gives a value at each poll, a moment after the one before, of which 6,000 stand in a second.
class Replayed {
 public:
  using item_type = Second;
  std::vector<std::string> parts() const { return {"replayed"}; }
  std::unique_ptr<SourcePart<Second>> open(const std::string&, const SourceContext& context) const {
    struct Part final : SourcePart<Second> {
      Poll next_batch(std::vector<Second>& batch) override {
        if (given == 300) return {Poll::State::end, {}};
        batch.push_back({"a", given++});
        return {Poll::State::wait, now() + 500us};
      }
      std::int64_t given = 0;
      std::function<Clock::time_point()> now;
    };
    auto part = std::make_unique<Part>();
    part->now = context.now;
    return part;
  }
};

TEST_CASE("values in order that are replayed more slowly than they happened are not late",
          "[source_clock][threads]") {
  for (int run = 0; run != repeats(); ++run) {
    Config config{.workers = 2};
    config.executor = real_executors()[static_cast<std::size_t>(run) % real_executors().size()];
    WindowCounts counts;
    ByKeyLog<std::string, std::uint64_t> sizes;
    Dataflow flow;
    const auto time_of_value = [](std::int64_t number) { return at_ns(number * 166'667); };
    sizes.end(
        input(flow, "in", Replayed(), {.epoch_interval = 3ms}) |
        event_time("times", [=](const Second& record) { return time_of_value(record.second); }) |
        count_window("sizes", SourceClock(time_of_value), TumblingWindow(10ms, EventTime()),
                     WindowOptions{.counts = &counts}));
    cluster_main(flow, config);
    CHECK(counts.late == 0u);
    CHECK(sizes.sorted() ==
          std::map<std::string, std::vector<std::uint64_t>>{{"a", {60, 60, 60, 60, 60}}});
  }
}

}  // namespace tidemark::source_clock_threads_test
