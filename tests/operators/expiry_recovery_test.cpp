// SPDX-License-Identifier: MIT
//
// Expiry from run to run: what one run has left expires in the next.
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/keyed/join_sides.hpp>
#include <tidemark/operators/keyed/reduce.hpp>
#include <tidemark/operators/keyed/state_machine.hpp>
#include <tidemark/operators/keyed/stateful.hpp>
#include <tidemark/operators/keyed/stateful_flat_map.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/operators/expiring.hpp>
#include <tests/operators/going_on.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/support.hpp>

namespace tidemark::expiry_recovery_test {
namespace {

using namespace std::chrono_literals;
using namespace tests;

using Step = StepInTest<KeyedReading>;

std::string text_of_reading(const Reading& reading) {
  return "#" + std::to_string(reading.id);
}

/// Results and what expires, as texts that tell them apart.
template <typename Results, typename Text>
FlowStream<std::string> told(const Results& results, Text text) {
  return merge(
      results | map([text](const auto& of) { return "result " + text_of(text(of)); }),
      results.expired() | map([text](const auto& of) { return "expired " + text_of(text(of)); }));
}
template <typename Results>
FlowStream<std::string> told(const Results& results) {
  return told(results, [](const auto& of) { return of; });
}

FlowStream<KeyedReading> timed(FlowStream<KeyedReading> readings) {
  return readings | event_time("times", time_of_record);
}

/// Keeps the ids of a key, but sends them nowhere.
struct Keeper {
  Ids ids;
  std::pair<Ids, bool> on_item(const Reading& reading) {
    ids.push_back(reading.id);
    return {{}, reading.id % 7 == 0};
  }
  Ids snapshot() const { return ids; }
  static Keeper restore(Ids saved) { return {std::move(saved)}; }
};

/// Every step that takes an expiry, with one in event time.
std::map<std::string, Step> steps() {
  const auto expiry = expire_after(12ns, time_of);
  const auto latest = [](const Reading& a, const Reading& b) { return std::max(a, b); };
  const auto keyed_text = [](const auto& of) {
    return std::pair(of.first, text_of_reading(of.second));
  };
  return {
      {"stateful_map",
       [=](FlowStream<KeyedReading> items) { return told(timed(items) | gather(expiry)); }},
      {"stateful_map without a builder",
       [=](FlowStream<KeyedReading> items) {
         return told(timed(items) | stateful_map<int>(
                                        "step",
                                        [](std::optional<int> sum, const Reading& reading) {
                                          const int next = sum.value_or(0) + reading.id;
                                          return std::pair(
                                              next % 5 == 0 ? std::nullopt : std::optional(next),
                                              next);
                                        },
                                        expiry));
       }},
      {"stateful_flat_map",
       [=](FlowStream<KeyedReading> items) {
         return told(timed(items) | stateful_flat_map<Ids>(
                                        "step",
                                        [](std::optional<Ids> ids, const Reading& reading) {
                                          Ids next = ids.value_or(Ids());
                                          next.push_back(reading.id);
                                          return std::pair(std::optional(next), next);
                                        },
                                        expiry));
       }},
      {"state_machine",
       [=](FlowStream<KeyedReading> items) {
         const auto step =
             timed(items) | state_machine<Ids>(
                                "step",
                                [](const std::string& key, const Reading& reading, Ids& ids) {
                                  ids.push_back(reading.id);
                                  return std::pair(ids.size() == 4, std::vector<std::string>{key});
                                },
                                expiry);
         return told(step);
       }},
      {"stateful",
       [=](FlowStream<KeyedReading> items) {
         const auto step = timed(items) | stateful(
                                              "step", [] { return Keeper(); }, expiry);
         return merge(step | map([](const auto& of) { return text_of(of); }),
                      step.expired() |
                          map([](const auto& of) { return of.first + text_of(of.second.ids); }));
       }},
      {"reduce",
       [=](FlowStream<KeyedReading> items) {
         return told(timed(items) | reduce(
                                        "step", latest,
                                        [](const Reading& r) { return r.id % 6 == 0; }, expiry),
                     keyed_text);
       }},
      {"reduce_final",
       [=](FlowStream<KeyedReading> items) {
         return told(timed(items) | reduce_final("step", latest, expiry), keyed_text);
       }},
      {"fold_final",
       [=](FlowStream<KeyedReading> items) {
         return told(timed(items) | fold_final(
                                        "step", [] { return 0; },
                                        [](int sum, const Reading& r) { return sum + r.id; },
                                        expiry));
       }},
      {"join", [=](FlowStream<KeyedReading> items) {
         const auto readings = timed(items);
         const auto some =
             readings | filter([](const KeyedReading& r) { return r.second.id % 3 == 0; });
         return told(join("step", {.insert = JoinInsert::product}, expiry, readings, some),
                     [](const auto& row) {
                       const auto& [a, b] = row.second;
                       return row.first + (a ? text_of_reading(*a) : "-") +
                              (b ? text_of_reading(*b) : "-");
                     });
       }}};
}

/// In order of time, with silences of some keys.
std::vector<KeyedReading> some_readings() {
  std::vector<KeyedReading> readings;
  for (int id = 1; id != 24; ++id)
    readings.push_back({std::string(1, static_cast<char>('a' + id * id % 5)), {id * 3, id}});
  return readings;
}

TEST_CASE("every keyed step lets keys expire, and a run that goes on expires what is left",
          "[expiry][recovery]") {
  for (const auto& [name, step] : steps()) {
    INFO(name);
    const auto results = results_of(step, paced(some_readings(), 2), deterministic(2, 1));
    CHECK(std::ranges::any_of(results, [](const auto& result) { return result.first < 10; }));
    check_going_on(step, paced(some_readings(), 2));
  }
}

/// What expires by the run's clock, with the time, if the run goes on from `store`.
std::vector<std::pair<std::int64_t, std::pair<std::string, Ids>>> run_on(
    MemoryStore& store, const TestingInput<KeyedReading>& source) {
  Log<std::pair<std::int64_t, std::pair<std::string, Ids>>> expired;
  Dataflow flow;
  const auto ids = input(flow, "in", source, epoch_per_poll()) | gather(expire_after(10ms));
  ids | output("out", Discard{});
  ids.expired() | log_times(expired) | output("expired", Discard{});
  Config config = deterministic(2, 0);
  config.states = &store;
  cluster_main(flow, config);
  return expired.entries();
}

TEST_CASE("by the run's clock the time between two runs has passed, too", "[expiry][recovery]") {
  const auto source =
      TestingInput<KeyedReading>::with_marks({KeyedReading{"a", {0, 1}}, TestingMark::pause(5ms),
                                              TestingMark::abort(), TestingMark::pause(50ms)});
  MemoryStore store;
  CHECK(run_on(store, source).empty());
  const auto a = std::pair(std::string("a"), Ids{1});
  // Virtual time begins anew in each run: as if the second had begun when the first did.
  CHECK(run_on(*store.going_on_with(2), source) == std::vector{std::pair(std::int64_t{10}, a)});

  // As if it had begun 4 ms later, or a day.
  for (const auto& [between, left] :
       {std::pair<std::chrono::nanoseconds, std::int64_t>(4ms, 6), {24h, 0}}) {
    const std::pair<Ids, EventTime> kept({1}, EventTime(-between));
    MemoryStore other;
    other.save("ids", 0, 1, {{to_bytes(a.first), to_bytes(kept), ByKey::of(a.first)}});
    CHECK(run_on(*other.going_on_with(2),
                 TestingInput<KeyedReading>::with_marks({TestingMark::pause(50ms)})) ==
          std::vector{std::pair(left, a)});
  }
}

TEST_CASE("a key that has expired is no more in the store", "[expiry][recovery]") {
  const auto source =
      TestingInput<KeyedReading>::with_marks({KeyedReading{"a", {0, 1}}, TestingMark::pause(5ms),
                                              KeyedReading{"b", {0, 1}}, TestingMark::pause(7ms)});
  MemoryStore store;
  CHECK(run_on(store, source).size() == 1);
  CHECK(store.state("ids", to_bytes(std::string("a"))) == std::nullopt);
  CHECK(store.state("ids", to_bytes(std::string("b"))) != std::nullopt);
}

TEST_CASE("a run that is stopped leaves for the next what time has not come to",
          "[expiry][recovery][stop]") {
  using Told = std::pair<std::string, Ids>;
  bool stops = true;
  const auto run = [&](MemoryStore& states) {
    Log<Told> expired;
    Dataflow flow;
    const auto readings =
        input(flow, "in",
              TestingInput<KeyedReading>({{"a", {0, 1}}, {"b", {5, 2}}, {"b", {14, 3}}}),
              epoch_per_poll()) |
        event_time("times", time_of_record);
    const auto ids = flow.apply(
                         [&](Stream<Epoch, KeyedReading> stream) {
                           Process& process = stream.scope->worker().process();
                           return stream | inspect("stop", [&](const KeyedReading& reading) {
                                    if (stops && reading.second.id == 2) process.request_stop();
                                  });
                         },
                         readings) |
                     gather(expire_after(10ns, time_of));
    ids | output("out", Discard{});
    ids.expired() | inspect([&](const Told& state) { expired.add(state); }) |
        output("expired", Discard{});
    Config config = deterministic(1, 0);
    config.states = &states;
    if (stops) {
      CHECK_THROWS_AS(cluster_main(flow, config), Interrupted);
    } else {
      cluster_main(flow, config);
    }
    return expired.sorted();
  };
  MemoryStore store;
  CHECK(run(store).empty());
  stops = false;
  CHECK(run(*store.going_on_with(store.last_epoch() + 1)) ==
        std::vector<Told>{{"a", {1}}, {"b", {2, 3}}});
}

}  // namespace
}  // namespace tidemark::expiry_recovery_test
