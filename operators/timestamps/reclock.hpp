// SPDX-License-Identifier: MIT
//
// reclock: moves records to the timestamps at which a clock ticks.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/notificator.hpp>
#include <tidemark/core/operator.hpp>

#include <cstdint>
#include <iterator>
#include <map>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// Holds each record until a tick of the clock covers it, and sends it at the tick's timestamp: the
/// first that is later than or equal to its own. A tick is any record of `clock` at this worker;
/// what it says does not matter. It is obeyed when its timestamp is complete on both streams. What
/// no tick covers by the end of the clock is not sent.
///
/// Where timestamps are incomparable, a record that several ticks cover goes with whichever of them
/// is complete first. What is held is not saved, so a run with a StateStore refuses the step.
///
///     readings | reclock(seconds)
template <Timestamp T, typename Tick>
auto reclock(Stream<T, Tick> clock, std::string id = "") {
  return [clock, id]<typename Time, typename Item>(Stream<Time, Item> input) {
    static_assert(std::is_same_v<Time, T>,
                  "reclock: the clock and the stream must have the same type of timestamp");
    return binary_frontier<Item>(
        input, clock, Pipeline{}, Pipeline{}, "reclock", id,
        [held = std::map<T, std::vector<Item>>{}, ticks = Notificator<T>{}](
            auto& in, auto& clock_in, auto& out) mutable {
          in.for_each([&](auto& batch) {
            std::ranges::move(batch.records, std::back_inserter(held[batch.time]));
          });
          clock_in.for_each([&](auto& tick) { ticks.notify_at(out.retain(tick)); });
          ticks.for_each(
              [&](const Capability<T>& tick, std::uint64_t) {
                for (auto at = held.begin(); at != held.end();) {
                  if (!less_equal(at->first, tick.time())) {
                    ++at;
                    continue;
                  }
                  out.at(tick).give_all(at->second);
                  at = held.erase(at);
                }
              },
              in.frontier(), clock_in.frontier());
        },
        {Keeps::unsaved, "send each record in the epoch in which it comes"});
  };
}

/// The same in a blueprint.
template <typename Tick>
auto reclock(FlowStream<Tick> clock, std::string id = "") {
  return [clock, id]<typename Item>(FlowStream<Item> input) {
    return input.flow->apply(
        [id](auto records, auto ticks) { return records | reclock(ticks, id); }, input, clock);
  };
}

}  // namespace tidemark
