// SPDX-License-Identifier: MIT
//
// For ever is for ever, at both ends of time: waits, gaps, lengths, offsets and idle times.
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/windowers/count_windower.hpp>

#include <tests/support.hpp>
#include <tests/windowing/window_flow.hpp>

namespace tidemark::forever_test {
namespace {

using namespace std::chrono_literals;
using namespace tests;
using Keyed = std::pair<int, Value>;
constexpr Ns first_ns = std::numeric_limits<Ns>::min();
constexpr Ns last_ns = std::numeric_limits<Ns>::max();

TEST_CASE("for ever leads to the end of time from everywhere", "[event-time]") {
  for (const EventTime time : {before_all_time, at_ns(first_ns + 1), at_ns(-1), at_ns(0), at_ns(1),
                               at_ns(last_ns - 1), after_all_time}) {
    CHECK(advanced(time, Span::forever) == after_all_time);
    CHECK(set_back(time, Span::forever) == before_all_time);
    CHECK(advanced(time, -Span::forever) == before_all_time);
    CHECK(set_back(time, -Span::forever) == after_all_time);
    CHECK(advanced(time, Span(-std::chrono::years(1000)).length()) == before_all_time);
  }
  CHECK(advanced(at_ns(-5), ns(last_ns - 1)) == at_ns(last_ns - 6));
  CHECK(set_back(at_ns(-1), ns(last_ns - 1)) == at_ns(first_ns + 1));
  for (const EventTime end : {before_all_time, after_all_time}) {
    CHECK(advanced(end, 1h) == end);
    CHECK(set_back(end, 1h) == end);
  }
}

constexpr Ns in_2020 = 1'577'836'800'000'000'000;
constexpr Ns in_2262 = 9'222'681'600'000'000'000;  // and some write "no end" so
constexpr Ns in_1960 = -315'619'200'000'000'000;
constexpr Ns pause = 1'000'000'000;  // after the values and before the end of the run

/// What comes out of a key's values of such times, and that it comes at the end and nothing late.
template <typename Windows>
std::vector<Ids> kept_to_the_end(const std::vector<Ns>& times, const Windows& windows) {
  std::vector<std::variant<Keyed, TestingMark>> entries;
  int id = 0;
  for (const Ns time : times) entries.emplace_back(Keyed{7, {time, ++id}});
  entries.emplace_back(TestingMark::pause(ns(pause)));
  std::vector<Ids> all;
  WindowCounts counts;
  Log<std::pair<Ns, std::pair<int, Ids>>> log;
  Dataflow flow;
  windows(input(flow, "in", TestingInput<Keyed>::with_marks(entries), epoch_per_poll()),
          WindowOptions{.ordered = false, .counts = &counts}) |
      log_times(log) | output("out", Discard{});
  cluster_main(flow, deterministic(2, 1));
  CHECK(counts.late == 0);
  CHECK(counts.values == times.size());
  for (auto& [time, result] : log.sorted()) {
    CHECK(time >= pause);
    std::ranges::sort(result.second);
    all.push_back(result.second);
  }
  std::ranges::sort(all);
  return all;
}

/// The ids of each window by a clock, of values of which none may be late.
template <typename Windower>
std::vector<Ids> kept_to_the_end(const std::vector<Ns>& times, const Windower& windower, Span wait,
                                 bool by_source, WindowRules rules, bool shared) {
  const auto none = [] { return Ids(); };
  const auto append = [](Ids ids, const Value& value) {
    ids.push_back(value.id);
    return ids;
  };
  const auto merge_ids = [](Ids a, const Ids& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  const auto time_of = [](const Value& value) { return at_ns(value.time); };
  return kept_to_the_end(times, [&](FlowStream<Keyed> stream, WindowOptions options) {
    options.rules = rules;
    const auto fold = [&](FlowStream<Keyed> values, auto clock) {
      if (shared)
        return (values | fold_window("ids", clock, windower, none, append, associative(merge_ids),
                                     options)) |
               tidemark::values();
      return (values | fold_window("ids", clock, windower, none, append, merge_ids, options)) |
             tidemark::values();
    };
    if (!by_source) return fold(stream, EventClock(time_of, wait));
    return fold(
        stream | event_time("times", [](const Keyed& item) { return at_ns(item.second.time); },
                            {.wait = wait}),
        SourceClock(time_of));
  });
}

template <typename Test>
void by_each_clock(const Test& test) {
  for (const bool by_source : {false, true})
    for (const WindowRules rules : {WindowRules::v0_21, WindowRules::v0_17})
      for (const bool shared : {false, true}) {
        INFO((by_source ? "by the sources" : "by an EventClock")
             << (rules == WindowRules::v0_17 ? ", 0.17" : "") << (shared ? ", shared" : ""));
        test(by_source, rules, shared);
      }
}

TEST_CASE("with a wait for ever nothing is late and nothing closes before the end, in any window",
          "[window][late]") {
  by_each_clock([](auto... how) {
    const auto kept = [&](const auto& windower) {
      return kept_to_the_end({in_2020, in_2262, in_1960, last_ns, first_ns}, windower,
                             Span::forever, how...);
    };
    const std::vector<Ids> apart{{1}, {2}, {3}, {4}, {5}};
    CHECK(kept(TumblingWindow(std::chrono::days(6), at_ns(0))) == apart);
    CHECK(kept(SlidingWindow(std::chrono::days(6), std::chrono::days(3), at_ns(0))) ==
          std::vector<Ids>{{1}, {1}, {2}, {2}, {3}, {3}, {4}, {4}, {5}, {5}});
    CHECK(kept(SessionWindow(std::chrono::days(1))) == apart);
    CHECK(kept(SessionWindow(Span::forever)) == std::vector<Ids>{{1, 2, 3, 4, 5}});
    CHECK(kept(TumblingWindow(Span::forever, at_ns(0))) == std::vector<Ids>{{1, 2, 3, 4, 5}});
    CHECK(kept(CountWindow(9)) == std::vector<Ids>{{1, 2, 3, 4, 5}});
  });
}

TEST_CASE("a gap or a length for ever makes one window, which closes at the end",
          "[window][session]") {
  by_each_clock([](auto... how) {
    const auto kept = [&](const auto& windower) {
      return kept_to_the_end({first_ns, first_ns + 1, in_1960, 0, in_2020, in_2262}, windower, 0s,
                             how...);
    };
    CHECK(kept(SessionWindow(Span::forever)) == std::vector<Ids>{{1, 2, 3, 4, 5, 6}});
    for (const Ns align : {first_ns, in_1960, Ns{0}, in_2020, last_ns})
      CHECK(kept(TumblingWindow(Span::forever, at_ns(align))) ==
            std::vector<Ids>{{1, 2, 3, 4, 5, 6}});
  });
}

TEST_CASE("with an offset for ever there is one window, and a window for ever has no other",
          "[windower]") {
  const auto ids_of = [](const SlidingWindow& windower, Ns time) {
    SlidingWindow::State state;
    std::vector<std::int64_t> ids;
    windower.windows_of(state, at_ns(time), [&](const auto& window) { ids.push_back(window.id); });
    const detail::Slicing slicing(windower);
    const std::int64_t slice = slicing.slice_of(at_ns(time));
    CHECK(ids.empty() == (slicing.last_window(slice) < slicing.first_window(slice)));
    if (!ids.empty()) {
      CHECK(slicing.first_window(slice) == ids.front());
      CHECK(slicing.last_window(slice) == ids.back());
    }
    return ids;
  };
  const std::vector<std::int64_t> one{0}, none;
  for (const Ns align : {first_ns, in_1960, Ns{0}, in_2262, last_ns - 10}) {
    const SlidingWindow windower(10ns, Span::forever, at_ns(align));
    for (const Ns time : {first_ns, in_1960, Ns{0}, in_2262, last_ns})
      CHECK(ids_of(windower, time) == (time == align ? one : none));
    CHECK(ids_of(windower, align + 9) == one);
    CHECK(ids_of(windower, align + 10) == none);
  }
  const SlidingWindow all(Span::forever, Span::forever, at_ns(in_2020));
  for (const Ns time : {first_ns, in_1960, Ns{0}, in_2262, last_ns})
    CHECK(ids_of(all, time) == one);
  CHECK(all.info({0}).open == before_all_time);
  CHECK(all.info({0}).close == after_all_time);
  CHECK_THROWS_WITH(SlidingWindow(Span::forever, 1h, at_ns(0)),
                    "SlidingWindow: a value would be in windows without number, for they have an "
                    "offset and no end; let the offset be for ever, too");
}

TEST_CASE("a part is not idle within for ever, and no stamp lies further ahead than that",
          "[event-time]") {
  EventSource<Epoch> source("in");
  source.read_stamps(0s, Span::forever);
  CHECK(source.idle_after() == std::nullopt);
  source.read_stamps(0s, std::chrono::years(1000));
  CHECK(source.idle_after() == std::nullopt);
  source.read_stamps(0s, 3s);
  CHECK(source.idle_after() == 3s);
  PartTimes part;
  const AheadLimits limits{.of_clock = Span::forever, .of_part = std::chrono::years(1000)};
  for (const Ns time : {in_2020, first_ns, last_ns, in_1960, last_ns})
    CHECK(detail::accept_stamp(part, at_ns(time), at_ns(in_1960), limits));
}

}  // namespace
}  // namespace tidemark::forever_test
