// SPDX-License-Identifier: MIT
//
// Where event times cannot be read, or are asked for and not read, and what is said of it.
#include <tidemark/core/run.hpp>
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/routing/exchange.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/count_window.hpp>

#include <tests/support.hpp>
#include <tests/windowing/scheduled_parts.hpp>

namespace tidemark::source_clock_refusal_test {

using namespace tests;
using namespace tests::by_source;
using tests::by_source::Keyed;
using namespace std::chrono_literals;

ScheduledParts nothing() {
  return ScheduledParts({ScheduledParts::Part{}});
}

template <typename Build>
std::string refusal(Build build) {
  Dataflow flow;
  build(flow);
  try {
    cluster_main(flow, deterministic(2, 0));
  } catch (const DataflowError& error) {
    return error.what();
  }
  return "";
}

auto sizes(std::string id) {
  return count_window(std::move(id), SourceClock(time_of), TumblingWindow(1s, at_ns(0)));
}

TEST_CASE("a step that goes by the event time of a source which has none names both",
          "[source_clock]") {
  CHECK(refusal([](Dataflow& flow) {
          const auto a = input(flow, "a", nothing()) | event_time("times", time_of_record);
          const auto b = input(flow, "b", nothing());
          merge(a, b) | sizes("sizes") | output("out", Discard{});
        }) ==
        "step 'sizes' goes by the event time of its sources, and none is read of 'b'; put "
        "event_time(...) behind it if it is an input, or use an EventClock");
}

TEST_CASE("event times are read where a stream still is its source, and once",
          "[source_clock][event_time]") {
  CHECK(refusal([](Dataflow& flow) {
          input(flow, "a", nothing()) |
              exchange([](const Keyed& record) { return record.second.id; }) |
              event_time("times", time_of_record) | sizes("sizes") | output("out", Discard{});
        }) ==
        "step 'times' reads the event times of what 'exchange' sends, which is no source with "
        "parts; put it behind an input, with nothing but stateless steps between");
  CHECK(refusal([](Dataflow& flow) {
          input(flow, "a", nothing()) | event_time("once", time_of_record) |
              event_time("twice", time_of_record) | sizes("sizes") | output("out", Discard{});
        }) ==
        "step 'twice' reads the event times of 'a', which another step reads already; use "
        "what leaves that one");
  CHECK(refusal([](Dataflow& flow) {
          auto stream = input(flow, "a", nothing());
          for (int i = 0; i != 64; ++i) stream = stream | map([](Keyed record) { return record; });
          stream | event_time("times", time_of_record) | sizes("sizes") | output("out", Discard{});
        }) ==
        "step 'times' reads the event times of 'a' too far behind it; put fewer than 64 steps "
        "between");
  CHECK_THROWS_WITH(event_time("times", time_of_record, {.wait = -1s}),
                    "event_time 'times': the wait is -1000000000 ns; it must be at least 0");
  CHECK_THROWS_WITH(event_time_within("times", time_of_record, {}),
                    "event_time_within 'times': how far ahead a stamp may lie is not said; say it "
                    "by of_clock or of_part, or use event_time");
}

}  // namespace tidemark::source_clock_refusal_test
