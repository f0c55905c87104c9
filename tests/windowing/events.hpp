// SPDX-License-Identifier: MIT
//
// Events for the tests that are worked out by hand.
#pragma once

#include <tests/windowing/window_flow.hpp>

namespace tidemark::tests {

using namespace std::chrono_literals;

struct Event {
  EventTime time{};
  std::string text{};
  int number = 1;
  static auto fields(auto& self) { return std::tie(self.time, self.text, self.number); }
  friend auto operator<=>(const Event&, const Event&) = default;
};
using Keyed = std::pair<std::string, Event>;
inline const EventTime align = std::chrono::sys_days(std::chrono::year(2022) / 1 / 1);

inline auto event_clock(Span wait = 0s) {
  return EventClock([](const Event& event) { return event.time; }, wait, [] { return align; });
}
inline Keyed event(std::string key, int at_second, std::string text = "", int number = 1) {
  return {std::move(key), {align + std::chrono::seconds(at_second), std::move(text), number}};
}

/// Runs `step` on the events, on some schedules, and gives the values of the results, sorted.
template <typename Step>
auto results_of(const std::vector<Keyed>& events, const Step& step, std::size_t batch = 1) {
  const auto apply = [&](const FlowStream<Keyed>& stream) { return (stream | step) | values(); };
  using Item = typename decltype(apply(std::declval<FlowStream<Keyed>>()))::item_type;
  std::optional<std::vector<Item>> results;
  for (const Config& config : {deterministic(1, 0), deterministic(2, 5), deterministic(7, 1)}) {
    Log<Item> log;
    Dataflow flow;
    apply(input(flow, "in", TestingInput(events, batch), epoch_per_poll())) |
        inspect([&](const Item& item) { log.add(item); }) | output("out", Discard{});
    cluster_main(flow, config);
    if (results) CHECK(log.sorted() == *results);
    results = log.sorted();
  }
  return *results;
}

}  // namespace tidemark::tests
