// SPDX-License-Identifier: MIT
//
// Expiry: what expires, when, and with which state.
#include <tidemark/core/watermark_reader.hpp>
#include <tidemark/operators/keyed/join_sides.hpp>
#include <tidemark/operators/keyed/reduce.hpp>
#include <tidemark/operators/keyed/stateful.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/operators/expiring.hpp>
#include <tests/operators/timed_input.hpp>
#include <tests/support.hpp>
#include <tests/tape.hpp>

namespace tidemark::expiry_test {
namespace {

using namespace std::chrono_literals;
using namespace tests;

using Keyed = std::pair<std::string, int>;
using At = std::pair<std::int64_t, Keyed>;

/// The sums of a key's values, which expire after 10 ms: all results, and what expires when.
std::pair<std::vector<Keyed>, std::vector<At>> sums_of(const TimedInput<Keyed>& source,
                                                       const Config& config) {
  Log<Keyed> results;
  Log<At> expired;
  Dataflow flow;
  const auto sums = input(flow, "in", source) |
                    stateful_map(
                        "sums", [] { return 0; },
                        [](int sum, int value) { return std::pair(sum + value, sum + value); },
                        expire_after(10ms));
  sums | inspect([&](const Keyed& sum) { results.add(sum); }) | output("out", Discard{});
  sums.expired() | log_times(expired) | output("expired", Discard{});
  cluster_main(flow, config);
  return {results.sorted(), expired.sorted()};
}

TEST_CASE("a key of which nothing has come for so long expires, and begins anew", "[expiry]") {
  const TimedInput<Keyed> source(
      {{0ms, {"a", 1}}, {5ms, {"a", 2}}, {5ms, {"b", 7}}, {20ms, {"a", 4}}}, 100ms);
  for_each_schedule([&](const Config& config) {
    const auto [results, expired] = sums_of(source, config);
    CHECK(results == std::vector<Keyed>{{"a", 1}, {"a", 3}, {"a", 4}, {"b", 7}});
    CHECK(expired == std::vector<At>{{15, {"a", 3}}, {15, {"b", 7}}, {30, {"a", 4}}});
  });
}

TEST_CASE("a value that comes in the instant in which its key expires begins anew", "[expiry]") {
  const TimedInput<Keyed> source({{0ms, {"a", 1}}, {10ms, {"a", 2}}}, 100ms);
  for_each_schedule([&](const Config& config) {
    const auto [results, expired] = sums_of(source, config);
    CHECK(results == std::vector<Keyed>{{"a", 1}, {"a", 2}});
    CHECK(expired == std::vector<At>{{10, {"a", 1}}, {20, {"a", 2}}});
  });
}

TEST_CASE("at the end of input nothing expires by the run's clock", "[expiry]") {
  const auto [results, expired] =
      sums_of(TimedInput<Keyed>({{0ms, {"a", 1}}, {9ms, {"b", 2}}}, 15ms), deterministic(2, 1));
  CHECK(results == std::vector<Keyed>{{"a", 1}, {"b", 2}});
  CHECK(expired == std::vector<At>{{10, {"a", 1}}});
}

TEST_CASE("a key whose state its logic has dropped does not expire", "[expiry]") {
  Log<Keyed> expired;
  Dataflow flow;
  const auto sums =
      input(
          flow, "in",
          TimedInput<Keyed>(
              {{0ms, {"a", 1}}, {1ms, {"a", 9}}, {2ms, {"b", 3}}, {4ms, {"c", 9}}, {8ms, {"c", 1}}},
              50ms)) |
      reduce(
          "sums", std::plus<int>(), [](int sum) { return sum > 8; }, expire_after(10ms));
  sums | output("out", Discard{});
  sums.expired() | inspect([&](const Keyed& sum) { expired.add(sum); }) |
      output("expired", Discard{});
  cluster_main(flow, deterministic(2, 3));
  CHECK(expired.sorted() == std::vector<Keyed>{{"b", 3}, {"c", 1}});
}

/// Says the latest of its values at its timer.
struct AfterAWhile {
  int value = 0;
  Clock::time_point when{};
  std::pair<Ids, bool> on_item(int next, Clock::time_point now) {
    value = next;
    when = now + 15ms;
    return {{}, false};
  }
  std::optional<Clock::time_point> notify_at() const { return when; }
  std::pair<Ids, bool> on_notify(Clock::time_point) { return {{value}, true}; }
};

TEST_CASE("with a key that expires its timer is gone, and so is the timer of one that does not",
          "[expiry][timer]") {
  for (const auto& [life, said, lost] :
       {std::tuple(10ms, std::vector<At>{}, std::vector<At>{{10, {"a", 1}}}),
        std::tuple(20ms, std::vector<At>{{15, {"a", 1}}}, std::vector<At>{})}) {
    Log<At> results, expired;
    Dataflow flow;
    const auto step = input(flow, "in", TimedInput<Keyed>({{0ms, {"a", 1}}}, 100ms)) |
                      stateful(
                          "later", [] { return AfterAWhile{}; }, expire_after(life));
    step | log_times(results) | output("out", Discard{});
    step.expired() | map([](const auto& logic) { return Keyed(logic.first, logic.second.value); }) |
        log_times(expired) | output("expired", Discard{});
    cluster_main(flow, deterministic(1, 0));
    CHECK(results.entries() == said);
    CHECK(expired.entries() == lost);
  }
}

using Paid = std::pair<std::string, std::tuple<std::optional<int>, std::optional<int>>>;

TEST_CASE("orders without a payment are told after their time, and none that is paid in time",
          "[expiry][event_time]") {
  constexpr std::int64_t minute = 60'000'000'000;
  const std::vector<KeyedReading> orders{{"a", {0, 1}},
                                         {"b", {10 * minute, 2}},
                                         {"c", {120 * minute, 3}},
                                         {"d", {200 * minute, 4}},
                                         {"e", {400 * minute, 5}}};
  const auto payments = TestingInput<KeyedReading>::with_marks(
      {KeyedReading{"a", {59 * minute, 1}}, KeyedReading{"c", {121 * minute, 3}},
       KeyedReading{"x", {122 * minute, 9}}, KeyedReading{"y", {300 * minute, 8}},
       TestingMark::pause(1ms), KeyedReading{"d", {320 * minute, 4}}});
  const auto ids_of = [](const auto& paid) {
    const auto& [order, payment] = paid.second;
    const auto id_of = [](const auto& reading) {
      return reading ? std::optional<int>(reading->id) : std::nullopt;
    };
    return Paid(paid.first, {id_of(order), id_of(payment)});
  };
  const auto none = std::optional<int>();
  for_each_schedule([&](const Config& config) {
    Log<Paid> paid, expired;
    Dataflow flow;
    const auto both = join("paid", {}, expire_after(1h, time_of, time_of),
                           input(flow, "orders", TestingInput(orders), epoch_per_poll()) |
                               event_time("order times", time_of_record),
                           input(flow, "payments", payments, epoch_per_poll()) |
                               event_time("payment times", time_of_record));
    both | map(ids_of) | inspect([&](const Paid& row) { paid.add(row); }) |
        output("out", Discard{});
    both.expired() | map(ids_of) | inspect([&](const Paid& row) { expired.add(row); }) |
        output("expired", Discard{});
    cluster_main(flow, config);
    CHECK(paid.sorted() == std::vector<Paid>{{"a", {1, 1}}, {"c", {3, 3}}});
    CHECK(expired.sorted() == std::vector<Paid>{{"b", {2, none}},
                                                {"d", {none, 4}},
                                                {"d", {4, none}},
                                                {"e", {5, none}},
                                                {"x", {none, 9}},
                                                {"y", {none, 8}}});
  });
}

TEST_CASE("a late value counts as one of what the watermark has come to", "[expiry][event_time]") {
  Log<InEpoch<std::pair<std::string, Ids>>> expired;
  Dataflow flow;
  const auto readings = input(flow, "in",
                              TestingInput<KeyedReading>({{"a", {0, 1}},
                                                          {"b", {100, 2}},
                                                          {"a", {1, 3}},
                                                          {"c", {109, 4}},
                                                          {"c", {110, 5}},
                                                          {"c", {111, 6}}}),
                              epoch_per_poll()) |
                        event_time("times", time_of_record);
  const auto gathered = [](Stream<Epoch, KeyedReading> stream) {
    return (stream | gather(expire_after(10ns, time_of))).expired();
  };
  log_output(flow.apply(gathered, readings), expired);
  cluster_main(flow, deterministic(2, 5));
  const auto all = expired.sorted();
  REQUIRE(all.size() == 4);
  CHECK(all[0] == std::pair(std::uint64_t{2}, std::pair(std::string("a"), Ids{1})));
  CHECK(all[1] == std::pair(std::uint64_t{5}, std::pair(std::string("a"), Ids{3})));
  CHECK(all[2] == std::pair(std::uint64_t{5}, std::pair(std::string("b"), Ids{2})));
  CHECK(all[3].second == std::pair(std::string("c"), Ids{4, 5, 6}));  // when time has ended
}

/// Logs the watermarks that a step at this place goes by, and passes everything on.
auto log_watermarks(Log<std::pair<std::uint64_t, EventTime>>& log) {
  return [&log](Stream<Epoch, KeyedReading> stream) {
    OperatorBuilder<Epoch> op(*stream.scope, "watermarks");
    op.set_interest(Interest::always);
    auto& in = op.input(stream, Exchange{ByKey{}});
    auto [out, passed] = op.output<KeyedReading>();
    auto& sources = op.watermarks(0, "");
    op.build([&, first = stream.scope->worker().index() == 0] {
      in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
      sources.follow(in.frontier(), [&](const Epoch& through, EventTime watermark) {
        if (first) log.add({through.value, watermark});
      });
    });
    return passed;
  };
}

/// Some sources, each of parts in order but for late values, and how to run them.
struct Case {
  std::vector<std::vector<PartsInput<KeyedReading>::Polls>> sources;
  InputOptions options;
  Config config;
  std::int64_t life = 1;
};

Case draw_case(Tape& tape) {
  Case drawn;
  drawn.life = 1 + tape.below(60);
  drawn.options = {.epoch_interval = std::chrono::milliseconds(tape.below(2)),
                   .epoch_items = 1 + tape.below(6),
                   .epochs_ahead = 1 + tape.below(8)};
  drawn.config = deterministic(std::vector{1u, 2u, 7u}[tape.below(3)], tape.below(256));
  if (drawn.config.workers == 7) drawn.config.processes = 1 + tape.below(3);
  drawn.sources.resize(1 + tape.below(2));
  for (auto& parts : drawn.sources) parts.resize(1 + tape.below(3));
  const std::size_t keys = 1 + tape.below(5);
  std::map<PartsInput<KeyedReading>::Polls*, std::int64_t> now;
  for (int id = 1; !tape.at_end(); ++id) {
    auto& parts = drawn.sources[tape.below(drawn.sources.size())];
    auto& polls = parts[tape.below(parts.size())];
    now[&polls] += tape.below(12);
    const std::int64_t late = tape.below(8) == 0 ? tape.below(100) : 0;
    if (polls.empty() || tape.below(3) == 0) polls.emplace_back();
    const std::string key(1, static_cast<char>('a' + tape.below(keys)));
    polls.back().push_back({key, {now[&polls] - late, id}});
  }
  return drawn;
}

using Told = InEpoch<std::pair<std::string, Ids>>;

/// What a batch program says that expires, and in which epoch.
std::vector<Told> expected_of(const std::vector<InEpoch<KeyedReading>>& values,
                              const std::vector<std::pair<std::uint64_t, EventTime>>& watermarks,
                              std::int64_t life) {
  struct State {
    EventTime last = before_all_time;
    Ids ids;
  };
  std::map<std::uint64_t, std::vector<KeyedReading>> by_epoch;
  for (const auto& [epoch, value] : values) by_epoch[epoch].push_back(value);
  for (const auto& [epoch, watermark] : watermarks) by_epoch[epoch];
  std::vector<Told> told;
  std::map<std::string, State> states;
  EventTime watermark = before_all_time;
  auto next = watermarks.begin();
  for (const auto& [epoch, records] : by_epoch) {
    for (const auto& [key, reading] : records) {
      State& state = states[key];
      state.last = std::max({state.last, watermark, time_of(reading)});
      state.ids.push_back(reading.id);
    }
    if (next == watermarks.end() || next->first != epoch) continue;
    watermark = (next++)->second;
    for (auto at = states.begin(); at != states.end();) {
      auto& [key, state] = *at;
      if (watermark < state.last + std::chrono::nanoseconds(life)) {
        ++at;
      } else {
        std::ranges::sort(state.ids);
        told.push_back({epoch, {key, state.ids}});
        at = states.erase(at);
      }
    }
  }
  REQUIRE(states.empty());  // for time has come to its end
  std::ranges::sort(told);
  return told;
}

TEST_CASE("what expires in event time, when and with what, is a function of epochs",
          "[expiry][event_time][oracle]") {
  check_property(300, [] {
    Tape tape = draw_tape("case", 200);
    const Case drawn = draw_case(tape);
    Log<InEpoch<KeyedReading>> values;
    Log<std::pair<std::uint64_t, EventTime>> watermarks;
    Log<Told> told;
    Log<Keyed> sizes;
    Dataflow flow;
    std::vector<FlowStream<KeyedReading>> sources;
    for (std::size_t s = 0; s != drawn.sources.size(); ++s) {
      const std::string id = "source " + std::to_string(s);
      sources.push_back(input(flow, id, PartsInput<KeyedReading>(drawn.sources[s]), drawn.options) |
                        event_time(id + ", times", time_of_record));
    }
    const auto all = sources.size() == 1 ? sources[0] : merge(sources[0], sources[1]);
    all | log_watermarks(watermarks) | log_epochs(values) | output("watermarks", Discard{});
    const auto ids = all | gather(expire_after(std::chrono::nanoseconds(drawn.life), time_of));
    ids | inspect([&](const Keyed& size) { sizes.add(size); }) | output("sizes", Discard{});
    log_output(ids.expired() | map([](std::pair<std::string, Ids> state) {
                 std::ranges::sort(state.second);
                 return state;
               }),
               told);
    cluster_main(flow, drawn.config);

    const auto expected = expected_of(values.entries(), watermarks.entries(), drawn.life);
    RC_ASSERT(told.sorted() == expected);
    // Each value counts from the beginning of its key's life.
    std::vector<Keyed> counted;
    for (const auto& [epoch, state] : expected)
      for (std::size_t i = 0; i != state.second.size(); ++i)
        counted.emplace_back(state.first, static_cast<int>(i + 1));
    std::ranges::sort(counted);
    RC_ASSERT(sizes.sorted() == counted);
  });
}

TEST_CASE("a life that is not positive is refused, and so is event time of sources that have none",
          "[expiry][error]") {
  CHECK_THROWS_WITH(expire_after(0s), "expire_after was given a life of 0 ns; it must be positive");
  CHECK_THROWS_WITH(expire_after(-1s, time_of),
                    "expire_after was given a life of -1000000000 ns; it must be positive");
  Dataflow flow;
  input(flow, "in", TestingInput<KeyedReading>({})) | gather(expire_after(1s, time_of)) |
      output("out", Discard{});
  CHECK(error_of(flow, deterministic(1, 0)) ==
        "step 'ids' goes by the event time of its sources, and none is read of 'in'; put "
        "event_time(...) behind it, or let keys expire by the run's clock: expire_after(time)");
}

TEST_CASE("the longest life there is ends with event time", "[expiry]") {
  for (const Config& config : {deterministic(1, 0), deterministic(2, 4)}) {
    Log<std::string> by_clock;
    Log<Keyed> in_event_time;
    Dataflow flow;
    const auto readings = input(flow, "in", TestingInput<KeyedReading>({{"a", {5, 1}}})) |
                          event_time("times", time_of_record);
    const auto lost = [](auto a, auto b) {
      const JoinMode mode{.emit = JoinEmit::final};
      return join("rows", mode, expire_after(Span::forever), a, b).expired();
    };
    flow.apply(lost, readings, readings) |
        inspect([&](const auto& row) { by_clock.add(row.first); }) | output("by clock", Discard{});
    const auto timed = readings | stateful_map<int>(
                                      "timed",
                                      [](std::optional<int>, const Reading& reading) {
                                        return std::pair(std::optional(reading.id), 0);
                                      },
                                      expire_after(Span::forever, time_of));
    timed | output("out", Discard{});
    timed.expired() | inspect([&](const Keyed& state) { in_event_time.add(state); }) |
        output("in event time", Discard{});
    cluster_main(flow, config);
    CHECK(by_clock.entries().empty());
    CHECK(in_event_time.entries() == std::vector<Keyed>{{"a", 1}});
  }
}

}  // namespace
}  // namespace tidemark::expiry_test
