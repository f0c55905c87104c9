// SPDX-License-Identifier: MIT
//
// What window steps tell a store, and that a run which goes on from it, at any epoch and with any
// number of workers, gives what the first run gave from there on.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/aggregate_window.hpp>
#include <tidemark/windowing/aggregates/histogram.hpp>
#include <tidemark/windowing/aggregates/least_squares.hpp>
#include <tidemark/windowing/aggregates/mean_covariance.hpp>
#include <tidemark/windowing/clocks/frontier_clock.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/collect_window.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/instant.hpp>
#include <tidemark/windowing/join_window.hpp>
#include <tidemark/windowing/reduce_window.hpp>
#include <tidemark/windowing/windowers/calendar_windower.hpp>
#include <tidemark/windowing/windowers/corrected.hpp>
#include <tidemark/windowing/windowers/count_windower.hpp>

#include <tests/core/runs.hpp>
#include <tests/operators/going_on.hpp>
#include <tests/support.hpp>
#include <tests/windowing/window_flow.hpp>

#include <list>

namespace tidemark {
namespace tests {

inline std::ostream& operator<<(std::ostream& out, const Value& value) {
  return out << value.id << '@' << value.time;
}

}  // namespace tests
}  // namespace tidemark

namespace tidemark::window_recovery_test {
namespace {

using namespace std::chrono_literals;
using namespace tests;
using Keyed = std::pair<std::string, Value>;
using Step = StepInTest<Keyed>;

constexpr Ns second = 1'000'000'000;

/// Out of order, and some of one time.
std::vector<Keyed> some_items() {
  std::vector<Keyed> items;
  for (int id = 0; id != 32; ++id)
    items.push_back({std::string(1, static_cast<char>('a' + id * id % 3)),
                     {(id * 3 - id * 7 % 17) / 4 * 4 * second, id}});
  return items;
}

FlowStream<std::string> texts_of(const auto& stream) {
  return stream.results() | map([](const auto& item) {
           const auto& [window, result] = item.second;
           return item.first + "=" + text_of(result) + " in " + text_of(window);
         });
}
/// The results, and what is said about late values.
FlowStream<std::string> all_of(const auto& stream) {
  return merge(texts_of(stream), stream.late() | map([](const auto& late) {
                                   return late.first + ": late " + text_of(late.second.value);
                                 }));
}

Ids append(Ids ids, const Value& value) {
  ids.push_back(value.id);
  return ids;
}
Ids join_ids(Ids ids, const Ids& later) {
  ids.insert(ids.end(), later.begin(), later.end());
  return ids;
}
Ids no_ids() {
  return {};
}

FlowStream<std::string> sessions_of(const FlowStream<Keyed>& items,
                                    const decltype(value_clock(0))& clock,
                                    const SessionWindow& session, const WindowOptions& options) {
  return all_of(items | fold_window("step", clock, session, no_ids, append, join_ids, options));
}

FlowStream<std::string> counts_of(const FlowStream<Keyed>& items,
                                  const decltype(value_clock(0))& clock,
                                  const SlidingWindow& windows, const WindowOptions& options) {
  return texts_of(items | count_window("step", clock, windows, options));
}

/// With `wait` the values of some epochs stay in the queue, and without it some are late.
std::map<std::string, Step> steps(WindowRules rules, Span wait) {
  const WindowOptions options{.rules = rules};
  const auto clock = value_clock(wait.length().count());
  const TumblingWindow tumbling(10s, at_ns(0));
  const SlidingWindow sliding(20s, 6s, at_ns(0));
  const SessionWindow session(5s);
  const SystemClock arrival{[] { return at_ns(5); }};
  return {
      {"fold_window, tumbling",
       [=](FlowStream<Keyed> items) {
         return texts_of(items | fold_window("step", clock, tumbling, no_ids, append, options));
       }},
      {"fold_window, by days",
       [=](FlowStream<Keyed> items) {
         const auto days = CalendarWindow::days("Europe/Berlin").beginning(1h + 10s);  // UTC: 10 s
         return texts_of(items | fold_window("step", clock, days, no_ids, append, options));
       }},
      {"fold_window, sliding",
       [=](FlowStream<Keyed> items) {
         return texts_of(items | fold_window("step", clock, sliding, no_ids, append,
                                             associative(join_ids), options));
       }},
      {"fold_window, sessions",
       [=](FlowStream<Keyed> items) { return sessions_of(items, clock, session, options); }},
      {"fold_window, sessions, corrected",
       [=](FlowStream<Keyed> items) {
         return all_of(items | fold_window("step", clock, Corrected(session, 12s), no_ids, append,
                                           join_ids, options));
       }},
      {"count_window, sliding, corrected",
       [=](FlowStream<Keyed> items) {
         return all_of(items | count_window("step", clock, Corrected(sliding, 12s), options));
       }},
      {"reduce_window, by count",
       [=](FlowStream<Keyed> items) {
         return texts_of(items | reduce_window(
                                     "step", clock, CountWindow(4, 3),
                                     [](const Value& a, const Value& b) {
                                       return Value{b.time, a.id * 3 % 1000 + b.id};
                                     },
                                     options));
       }},
      {"collect_window, by arrival",
       [=](FlowStream<Keyed> items) {
         return texts_of(items | collect_window("step", arrival, tumbling, options));
       }},
      {"count_window, sliding, with a running difference",
       [=](FlowStream<Keyed> items) { return counts_of(items, clock, sliding, options); }},
      {"max_window, sessions",
       [=](FlowStream<Keyed> items) {
         return texts_of(items | max_window("step", clock, session, &Value::time, options));
       }},
      {"join_window",
       [=](FlowStream<Keyed> items) {
         const auto numbers =
             items | map([](const Keyed& item) { return std::pair(item.first, item.second); });
         return texts_of(join_window("step", clock, tumbling,
                                     {.insert = JoinInsert::product, .emit = JoinEmit::final},
                                     options, items, numbers));
       }},
      {"aggregate_window, of Eigen's vectors", [=](FlowStream<Keyed> items) {
         const auto points =
             items | map([](const Keyed& item) {
               return std::pair(item.first,
                                Eigen::Vector2d(item.second.time / second, item.second.id));
             });
         const EventClock by_first(
             [](const Eigen::Vector2d& point) { return at_ns(static_cast<Ns>(point[0]) * second); },
             wait, [] { return at_ns(1'000'000); });
         return points | aggregate_window("step", by_first, sliding, MeanCovariance<2>(), options) |
                map([](const auto& result) {
                  const auto& [count, mean, covariance] = result.second.result;
                  return text_of(std::tuple(result.first, count, mean, covariance));
                });
       }}};
}

TEST_CASE("windows go on from any epoch, with other workers, and give what is left to give",
          "[window][recovery]") {
  for (const WindowRules rules : {WindowRules::v0_21, WindowRules::v0_17})
    for (const Span wait : {Span(0s), Span(9s)})
      for (const auto& [name, step] : steps(rules, wait)) {
        INFO(name << ", wait " << wait.length().count()
                  << (rules == WindowRules::v0_17 ? ", 0.17" : ""));
        check_going_on(step, paced(some_items(), 2));
      }
}

/// A key's values at 5 s and then, in the next epoch, at `time`, read by runs whose wall clocks
/// stand, the second's `later` than the first's. What is sent from there on.
std::vector<std::string> after_pause(Span later, Span time) {
  const auto step_at = [](EventTime wall) -> Step {
    return [wall](FlowStream<Keyed> items) {
      auto clock = value_clock(0);
      clock.now = [wall] { return wall; };
      return sessions_of(items, clock, SessionWindow(5s), {});
    };
  };
  const auto at = [](Span span) { return span.length().count(); };
  const auto items = paced(std::vector<Keyed>{{"a", {at(5s), 1}}, {"a", {at(time), 2}}}, 1);
  const EventTime first = at_ns(at(1h));
  MemoryStore store;
  Config config = deterministic(1, 0);
  config.states = &store;
  results_of(step_at(first), items, config);
  const auto restored = store.going_on_with(2);
  config.states = restored.get();
  std::vector<std::string> texts;
  for (const auto& [epoch, text] :
       results_of(step_at(advanced(first, later.length())), items, config))
    texts.push_back(text.substr(0, text.find(" in ")));
  return texts;
}

TEST_CASE("the time between two runs has passed for the watermark, which never moves back",
          "[window][recovery]") {
  CHECK(after_pause(0s, 7s) == std::vector<std::string>{"a=1 2 "});
  CHECK(after_pause(2s, 7s) == std::vector<std::string>{"a=1 2 "});
  CHECK(after_pause(3s, 7s) == std::vector<std::string>{"a: late 2@7000000000", "a=1 "});
  CHECK(after_pause(0s, 4s) == std::vector<std::string>{"a: late 2@4000000000", "a=1 "});
  // The clock has been set back.
  CHECK(after_pause(-1min, 4s) == std::vector<std::string>{"a: late 2@4000000000", "a=1 "});
  CHECK(after_pause(-1min, 5s) == std::vector<std::string>{"a=1 2 "});
}

TEST_CASE("a run that goes on closes a window when the wall clock has taken its watermark there",
          "[window][recovery]") {
  // By the clock of the run, which begins at 0 in both: it has been set back by 3 s in the second.
  const auto items = TestingInput<Keyed>::with_marks(
      {TestingMark::pause(3s), Keyed{"a", {5 * second, 1}}, TestingMark::pause(20s)});
  const auto run = [&](MemoryStore& store) {
    Log<std::pair<Ns, std::string>> log;
    Config config = deterministic(1, 0);
    config.states = &store;
    auto clock = value_clock(0);
    clock.now = {};
    Dataflow flow;
    sessions_of(input(flow, "items", items, epoch_per_poll()), clock, SessionWindow(5s), {}) |
        log_times(log) | output("", Discard{});
    cluster_main(flow, config);
    return log.sorted();
  };
  MemoryStore store;
  const auto closed = run(store);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].first == 8 * second + 1);
  CHECK(run(*store.going_on_with(2)) == closed);
  // What the passing of time has closed was an epoch's doing, too.
  CHECK(store.touched("step", 1) == store.touched("step", 2));
  CHECK(run(*store.going_on_with(3)).empty());
}

TEST_CASE("a window step saves the keys that an epoch has touched, and no others",
          "[window][recovery]") {
  // With gaps, so that a value can close a window and leave its key with nothing.
  const SlidingWindow windows(10s, 30s, at_ns(0));
  const Step step = [&](FlowStream<Keyed> items) {
    return counts_of(items, value_clock(0), windows, {});
  };
  const std::vector<Keyed> items{
      {"a", {second, 1}}, {"b", {2 * second, 2}}, {"a", {3 * second, 3}}, {"a", {15 * second, 4}}};
  MemoryStore store;
  Config config = deterministic(2, 1);
  config.states = &store;
  results_of(step, paced(items, 1), config);
  const auto a = to_bytes(std::string("a")), b = to_bytes(std::string("b"));
  CHECK(store.touched("step", 1) == std::set{a});
  CHECK(store.touched("step", 2) == std::set{b});
  CHECK(store.touched("step", 3) == std::set{a});
  CHECK(store.touched("step", 4) == std::set{a});
  CHECK(store.touched("step", 5) == std::set{b});  // the end
  CHECK(store.going_on_with(4)->state("step", a) != std::nullopt);
  CHECK(store.going_on_with(5)->state("step", a) == std::nullopt);
  CHECK(store.going_on_with(5)->state("step", b) != std::nullopt);
  CHECK(store.state("step", b) == std::nullopt);
}

/// Goes on with half of the values from an accumulator that was written and read.
template <typename A, typename Value, typename Text>
void check_codec(A aggregate, const std::vector<Value>& values, Text text) {
  std::optional<typename A::Accumulator> whole, read;
  for (const Value& value : values) {
    for (auto* all : {&whole, &read}) {
      if (*all) {
        aggregate.add(**all, value, EventTime());
      } else {
        *all = aggregate.first(value, EventTime());
      }
    }
    read = from_bytes<typename A::Accumulator>(to_bytes(*read));
  }
  CHECK(text(*read) == text(*whole));
}

TEST_CASE("accumulators of numbers are read as they were written", "[window][recovery]") {
  check_codec(
      MeanCovariance<2>(), std::vector<Eigen::Vector2d>{{1, 3}, {-1, 0.1}, {2, 2}},
      [](const auto& all) { return text_of(std::tuple(all.count, all.mean, all.scatter)); });
  using Point = std::pair<Eigen::Vector2d, double>;
  check_codec(
      LeastSquares<2>(), std::vector<Point>{{{1, 2}, 3}, {{1, 3}, 5}, {{1, 7}, -1}, {{1, -2}, 0.5}},
      [](const auto& all) { return text_of(std::tuple(all.count, all.xx, all.xy, all.yy)); });
  check_codec(Histogram(0, 1, 3), std::vector<double>{0.5, -1, 2, 3, 0.9, std::nan("")},
              [](const auto& all) {
                return text_of(std::tuple(all.counts(0), all.counts(1), all.counts(2), all.below,
                                          all.above, all.unknown));
              });
}

struct Unsaved {
  std::uint64_t values = 0;
};

}  // namespace
}  // namespace tidemark::window_recovery_test

template <>
struct tidemark::Codec<tidemark::window_recovery_test::Unsaved> : NotSaved {};

namespace tidemark::window_recovery_test {
namespace {

TEST_CASE("windows of what is not saved, or by the frontier, refuse a store",
          "[window][recovery][error]") {
  MemoryStore store;
  Config config = deterministic(1, 0);
  config.states = &store;
  Dataflow flow;
  input(flow, "in", TestingInput(some_items())) |
      fold_window(
          "unsaved", value_clock(0), TumblingWindow(10s, at_ns(0)), [] { return Unsaved(); },
          [](Unsaved all, const Value&) { return all; }) |
      output("out", Discard{});
  CHECK_THAT(error_of(flow, config),
             Catch::Contains("fold_window 'unsaved' keeps values from epoch to epoch that are "
                             "not saved"));
  Dataflow without_codec;
  input(without_codec, "in", TestingInput(some_items())) |
      fold_window(
          "all", value_clock(0), TumblingWindow(10s, at_ns(0)), [] { return std::list<Value>(); },
          [](std::list<Value> all, const Value& value) {
            all.push_back(value);
            return all;
          }) |
      output("out", Discard{});
  CHECK_THAT(error_of(without_codec, config), Catch::Contains("fold_window 'all' keeps values") &&
                                                  Catch::Contains("give std::__cxx11::list<"));
  config.states = nullptr;
  CHECK(error_of(without_codec, config) == "");
  config.states = &store;
  CHECK_THROWS_WITH(execute(config,
                            [](Worker& worker) {
                              worker.dataflow<Instant>([](Scope<Instant>& scope) {
                                new_input<Keyed>(scope).second |
                                    count_window("counts", FrontierClock{},
                                                 TumblingWindow(10s, at_ns(0)));
                              });
                            }),
                    Catch::Contains("use an EventClock in a dataflow on epochs"));
}

}  // namespace
}  // namespace tidemark::window_recovery_test
