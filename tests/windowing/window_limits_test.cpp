// SPDX-License-Identifier: MIT
//
// Window steps at their limits: errors, both ends of time, bad hashes, a million keys.
#include <tidemark/progress/sanitizers.hpp>
#include <tidemark/windowing/aggregate_window.hpp>
#include <tidemark/windowing/aggregates/mean_covariance.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>

#include <tests/core/runs.hpp>
#include <tests/support.hpp>
#include <tests/windowing/events.hpp>

#include <functional>
#include <limits>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace tidemark::window_limits_test {
namespace {

using namespace tests;

TEST_CASE("what a getter or a folder throws names the step and the epoch", "[window][error]") {
  using Getter = std::function<EventTime(const Event&)>;
  using Folder = std::function<int(int, const Event&)>;
  const auto error_with = [](const Getter& getter, const Folder& folder) {
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
            [](const Event& event) {
              if (event.time == align + 2s) throw std::runtime_error("no time");
              return event.time;
            },
            sum) == "step 'fold' failed on worker 0 at timestamp 2: no time");
  CHECK(error_with(time_of, [](int, const Event&) -> int { throw std::runtime_error("no sum"); }) ==
        "step 'fold' failed on worker 0 at timestamp 1: no sum");
  CHECK(
      error_with(
          [](const Event&) {
            return to_event_time(std::chrono::sys_days(std::chrono::year(9999) / 1 / 1));
          },
          sum) ==
      "step 'fold' failed on worker 0 at timestamp 1: an event time is before 1677-09-21 or after "
      "2262-04-11; nanoseconds in 64 bits do not reach that far");
}

TEST_CASE("the system clock may be another than the run's", "[window][clock]") {
  Log<std::pair<std::string, WindowInfo>> windows;
  Dataflow flow;
  const auto counts =
      input(flow, "in", TestingInput(std::vector<Keyed>{event("k", 1), event("k", 2)})) |
      count_window("count", SystemClock{[] { return align + 25s; }}, TumblingWindow(10s, align));
  windows_of(counts) | inspect([&](const auto& window) { windows.add(window); }) |
      output("windows", Discard{});
  cluster_main(flow, deterministic(1, 0));
  CHECK(windows.entries() ==
        std::vector<std::pair<std::string, WindowInfo>>{{"k", {2, align + 20s, align + 30s}}});
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

TEST_CASE("vectors of different sizes in a window are an error that names the step",
          "[window][error]") {
  const std::vector<std::pair<std::string, Eigen::VectorXd>> vectors{
      {"k", Eigen::VectorXd::Ones(2)}, {"k", Eigen::VectorXd::Ones(3)}};
  Dataflow flow;
  input(flow, "in", TestingInput(vectors)) |
      aggregate_window("model", SystemClock{[] { return align; }}, TumblingWindow(10s, align),
                       MeanCovariance<Eigen::Dynamic>()) |
      values() | output("out", Discard{});
  CHECK(error_of(flow, deterministic(1, 0)) ==
        "step 'model' failed on worker 0 at timestamp 1: MeanCovariance: a vector of 3 numbers "
        "comes to one of 2; all vectors of a key must have as many");
}

/// A key whose hash is always the same.
struct Colliding {
  int number = 0;
  friend auto operator<=>(const Colliding&, const Colliding&) = default;
};

}  // namespace
}  // namespace tidemark::window_limits_test

template <>
struct std::hash<tidemark::window_limits_test::Colliding> {
  std::size_t operator()(const tidemark::window_limits_test::Colliding&) const noexcept {
    return 7;
  }
};

namespace tidemark::window_limits_test {
namespace {

TEST_CASE("keys whose hashes always collide are told apart", "[window]") {
  std::vector<std::pair<Colliding, int>> items;
  for (int i = 0; i != 600; ++i) items.push_back({{i % 200}, i});
  Log<std::pair<Colliding, std::uint64_t>> log;
  Dataflow flow;
  input(flow, "in", TestingInput(items, 50)) |
      count_window("count", SystemClock{}, TumblingWindow(10s, align)) |
      inspect([&](const auto& item) {
        log.add({item.first, item.second.result});
      }) |
      output("out", Discard{});
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
#if defined(__GLIBC__) && !TIDEMARK_ADDRESS_SANITIZER && !TIDEMARK_THREAD_SANITIZER
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
      inspect([&](const auto& item) { results += item.second.result == 2; }) |
      output("out", Discard{});
  cluster_main(flow, deterministic(1, 0));
  CHECK(results == keys);
  const std::size_t state = sizeof(std::uint64_t) * 2;
  WARN("a live key costs " << (most - least) / keys << " bytes, of which " << state
                           << " are the key and the count");
  CHECK(most - least <= keys * (200 + state));
}

}  // namespace
}  // namespace tidemark::window_limits_test
