// SPDX-License-Identifier: MIT
//
// Window steps: the examples of the original's page, and each rule by hand.
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/windowing/clocks/event_clock.hpp>
#include <tidemark/windowing/clocks/system_clock.hpp>
#include <tidemark/windowing/collect_window.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/reduce_window.hpp>
#include <tidemark/windowing/windowers/count_window.hpp>
#include <tidemark/windowing/windowers/session_window.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

namespace tidemark {
namespace {

using namespace std::chrono_literals;
struct Event {
  EventTime time;
  std::string val;
};
using Keyed = std::pair<std::string, Event>;

TEST_CASE("fold_window gives what the page prints", "[window]") {
  const EventTime align = std::chrono::sys_days(std::chrono::year(2022) / 1 / 1);
  tests::for_each_schedule([&](const Config& config) {
    tests::Log<std::pair<std::string, std::vector<std::string>>> log;
    Dataflow flow;
    input(flow, "inp",
          TestingInput(std::vector<Keyed>{{"ALL", {align, "a"}},
                                          {"ALL", {align + 4s, "b"}},
                                          {"ALL", {align + 8s, "c"}},
                                          {"ALL", {align + 12s, "d"}},
                                          {"ALL", {align + 16s, "e"}}})) |
        fold_window(
            "sum", EventClock([](const Event& e) { return e.time; }, 0s),
            TumblingWindow(10s, align), [] { return std::vector<std::string>(); },
            [](std::vector<std::string> acc, const Event& e) {
              acc.push_back(e.val);
              return acc;
            }) |
        inspect([&](const auto& item) { log.add(item); }) | output("out", tests::Discard{});
    cluster_main(flow, config);
    CHECK(log.sorted() == std::vector<std::pair<std::string, std::vector<std::string>>>{
                              {"ALL", {"a", "b", "c"}}, {"ALL", {"d", "e"}}});
  });
}

}  // namespace
}  // namespace tidemark
