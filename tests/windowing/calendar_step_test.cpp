// SPDX-License-Identifier: MIT
//
// Steps over calendar windows: sums of days, one of which has 23 hours, by hand.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/windowing/clocks/frontier_clock.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/instant.hpp>
#include <tidemark/windowing/iso8601.hpp>
#include <tidemark/windowing/reduce_window.hpp>
#include <tidemark/windowing/windowers/calendar_windower.hpp>

#include <tests/support.hpp>
#include <tests/windowing/events.hpp>

namespace tidemark::calendar_step_test {
namespace {

using namespace tests;

/// What was sold when: the clock is set forward on the 31st.
std::vector<Keyed> sales() {
  const auto sale = [](const char* time, int number) {
    return Keyed{"shop", {parse_iso8601(time), "", number}};
  };
  return {sale("2024-03-30T00:00+01:00", 1),   sale("2024-03-30T23:59+01:00", 2),
          sale("2024-03-31T00:00+01:00", 10),  sale("2024-03-31T01:59+01:00", 20),
          sale("2024-03-31T03:00+02:00", 30),  sale("2024-03-31T23:59+02:00", 40),
          sale("2024-04-01T00:00+02:00", 100), sale("2024-04-01T23:59+02:00", 200),
          sale("2024-04-02T00:00+02:00", 1000)};
}

TEST_CASE("sums of days go over a change of the clock, by an event clock", "[calendar][window]") {
  const auto sums = [](const WindowOptions& options) {
    return results_of(
        sales(), fold_window(
                     "sums", event_clock(), CalendarWindow::days("Europe/Berlin"), [] { return 0; },
                     [](int sum, const Event& event) { return sum + event.number; }, options));
  };
  const std::vector<std::pair<std::string, int>> expected{
      {"shop", 3}, {"shop", 100}, {"shop", 300}, {"shop", 1000}};
  CHECK(sums({}) == expected);
  CHECK(sums({.rules = WindowRules::v0_17}) == expected);
}

TEST_CASE("sums of days go over a change of the clock, by the frontier", "[calendar][window]") {
  using Sum = std::pair<std::string, int>;
  for_each_schedule([](Config config) {
    Log<std::pair<std::string, Sum>> log;  // and the timestamps
    execute(config, [&](Worker& worker) {
      auto in = worker.dataflow<Instant>([&](Scope<Instant>& scope) {
        auto [handle, stream] = new_input<std::pair<std::string, int>>(scope);
        stream |
            reduce_window("sums", FrontierClock{}, CalendarWindow::days("Europe/Berlin"),
                          invertible(std::plus<>{}, std::minus<>{})) |
            values() | inspect_epoch([&](const Instant& at, const Sum& sum) {
              log.add({to_iso8601(at.time), sum});
            });
        return std::move(handle);
      });
      if (worker.index() != 0) return;
      for (const auto& [key, event] : sales()) {
        in.advance_to(Instant::at(event.time));
        in.send(Sum{key, event.number});
      }
    });
    CHECK(log.sorted() == std::vector<std::pair<std::string, Sum>>{
                              {"2024-03-30T22:59:59.999999999Z", {"shop", 3}},
                              {"2024-03-31T21:59:59.999999999Z", {"shop", 100}},
                              {"2024-04-01T21:59:59.999999999Z", {"shop", 300}},
                              {"2024-04-02T21:59:59.999999999Z", {"shop", 1000}}});
  });
}

}  // namespace
}  // namespace tidemark::calendar_step_test
