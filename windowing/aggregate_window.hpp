// SPDX-License-Identifier: MIT
//
// aggregate_window: what any aggregate makes of the values of a window.
#pragma once

#include <tidemark/windowing/window_step.hpp>

#include <string>
#include <utility>

namespace tidemark {
namespace detail {

template <typename A>
struct AggregateWindow {
  A of_values;

  template <typename Item, typename W>
  auto aggregate() const {
    static_assert(
        KeyedItem<Item>,
        "aggregate_window: the stream must be keyed; its records must be std::pair<Key, Value>");
    static_assert(Aggregate<A, typename Item::second_type>,
                  "aggregate_window: the aggregate must take the stream's values (aggregate.hpp)");
    return of_values;
  }
};

}  // namespace detail

/// Sends the result of the aggregate, with its window, when that closes (aggregate.hpp). The step
/// that the others are made of.
///
///     points | aggregate_window("covariance", clock, SlidingWindow(1h, 1min, midnight),
///                               MeanCovariance<2>())
template <typename C, typename W, typename A>
auto aggregate_window(std::string id, C clock, W windower, A aggregate,
                      WindowOptions options = {}) {
  return detail::window_step("aggregate_window", std::move(id), std::move(clock),
                             std::move(windower), detail::AggregateWindow<A>{std::move(aggregate)},
                             options);
}

}  // namespace tidemark
