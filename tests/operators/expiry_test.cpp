// SPDX-License-Identifier: MIT
//
// Expiry: what expires, when, and with which state.
#include <tidemark/operators/keyed/join_sides.hpp>
#include <tidemark/operators/keyed/reduce.hpp>
#include <tidemark/operators/keyed/stateful.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/operators/expiring.hpp>
#include <tests/operators/timed_input.hpp>
#include <tests/support.hpp>

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
        "event_time(...) behind it if it is an input, or let keys expire by the run's clock: "
        "expire_after(time)");
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
