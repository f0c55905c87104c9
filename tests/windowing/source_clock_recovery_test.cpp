// SPDX-License-Identifier: MIT
//
// Event time by source from run to run: a run that goes on gives what the first gave from there on,
// late values and corrections too.
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/join_window.hpp>
#include <tidemark/windowing/windowers/corrected.hpp>

#include <tests/operators/going_on.hpp>
#include <tests/support.hpp>
#include <tests/windowing/scheduled_parts.hpp>

namespace tidemark::source_clock_recovery_test {

using namespace tests;
using namespace tests::by_source;
using tests::by_source::Keyed;
using namespace std::chrono_literals;

using Step = StepInTest<Keyed>;

constexpr Ns second = 1'000'000'000;

/// Out of order by up to 8 s, some of one time, and keys that are silent for long.
std::vector<Keyed> some_items() {
  std::vector<Keyed> items;
  for (int id = 0; id != 40; ++id)
    items.push_back({std::string(1, static_cast<char>('a' + id / 3 % 4)),
                     {(2 * id - id * 7 % 9) * second, id}});
  return items;
}

FlowStream<std::string> all_of(const auto& windows) {
  return merge(windows.results() | map([](const auto& item) {
                 const auto& [window, result] = item.second;
                 return item.first + "=" + text_of(result) + " in " + text_of(window);
               }),
               windows.late() | map([](const auto& late) {
                 return late.first + ": late " + std::to_string(late.second.value.id) + " " +
                        text_of(late.second);
               }));
}

FlowStream<Keyed> timed(const FlowStream<Keyed>& items, Span wait) {
  return items | event_time("times", time_of_record, {.wait = wait});
}

/// With `windower`, from values to the texts of its windows.
Step folds(Span wait, const auto& windower, std::optional<bool> remember) {
  return [=](FlowStream<Keyed> items) {
    return all_of(timed(items, wait) | fold_window("step", SourceClock(time_of), windower, none,
                                                   append, concatenated, {.remember = remember}));
  };
}

std::map<std::string, Step> steps(Span wait) {
  const TumblingWindow tumbling(10s, at_ns(0));
  const SlidingWindow sliding(20s, 6s, at_ns(0));
  const SessionWindow session(5s);
  return {{"tumbling", folds(wait, tumbling, {})},
          {"sliding", folds(wait, sliding, {})},
          {"sessions", folds(wait, session, {})},
          {"sessions, keys remembered", folds(wait, session, true)},
          {"tumbling, corrected", folds(wait, Corrected(tumbling, 12s), {})},
          {"sessions, corrected", folds(wait, Corrected(session, 12s), {})},
          {"a join", [=](FlowStream<Keyed> items) {
             const auto values = timed(items, wait);
             return join_window("step", SourceClock(time_of), tumbling,
                                {.insert = JoinInsert::product, .emit = JoinEmit::final}, {},
                                values, values) |
                    map([](const auto& row) {
                      const auto& [a, b] = row.second.result;
                      return row.first + " " + std::to_string(a->id) + " " + std::to_string(b->id) +
                             text_of(row.second.window);
                    });
           }}};
}

TEST_CASE("windows by the sources go on from any epoch, with other workers, and judge as before",
          "[source_clock][recovery]") {
  for (const Span wait : {Span(0s), Span(6s)})
    for (const auto& [name, step] : steps(wait)) {
      INFO(name << ", wait " << wait.length().count());
      const auto results = results_of(step, paced(some_items(), 2), deterministic(2, 1));
      CHECK(std::ranges::any_of(results, [](const auto& result) { return result.first < 10; }));
      check_going_on(step, paced(some_items(), 2));
    }
}

TEST_CASE("what the store keeps under an input's id and no input has saved is refused",
          "[source_clock][recovery][error]") {
  MemoryStore store;
  store.save("items", 0, 1, {{"items", std::string("7"), 0}});
  const auto going_on = store.going_on_with(2);
  Config config = deterministic(1, 0);
  config.states = going_on.get();
  CHECK_THROWS_WITH(
      results_of(folds(0s, TumblingWindow(10s, at_ns(0)), {}), paced(some_items(), 2), config),
      "step 'items' failed on worker 0: input 'items': what the store keeps of the part 'items' is "
      "no position that an input "
      "has saved; was the id that of another step?");
}

}  // namespace tidemark::source_clock_recovery_test
