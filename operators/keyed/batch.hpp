// SPDX-License-Identifier: MIT
//
// batch: the values of a key, several together.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/operators/keyed/keyed_step.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

template <typename Item>
struct BatchLogic {
  using Key = typename Item::first_type;
  using Values = std::vector<typename Item::second_type>;
  struct State {
    Values values;
    Clock::time_point due;
  };
  std::size_t max_size;
  Clock::duration timeout;

  void on_item(Item item, auto& states, auto& out, Clock::time_point now) {
    const auto [at, is_new] = states.try_emplace(item.first);
    State& state = at->second;
    if (is_new) state.due = now + timeout;
    state.values.push_back(std::move(item.second));
    if (state.values.size() >= max_size || now >= state.due) on_eof(item.first, states, out);
  }
  Clock::time_point notify_at(const State& state) const { return state.due; }
  void on_notify(const Key& key, auto& states, auto& out, Clock::time_point) {
    on_eof(key, states, out);
  }
  void on_eof(const Key& key, auto& states, auto& out) {
    const auto at = states.find(key);
    out.give({key, std::move(at->second.values)});
    states.erase(at);
  }
  Values snapshot(const State& state) const { return state.values; }
  State restore(Values values, Clock::time_point now) const {
    return {std::move(values), now + timeout};
  }
};

}  // namespace detail

/// Sends (key, values), the values of a key in the order of arrival: when there are `max_size` of
/// them, when `timeout` has passed since the first of them, by the clock of the run, and at the end
/// of input. A `max_size` of 0 is taken as 1. Throws ConfigError if either is negative.
///
///     events | batch("inserts", 1000, 10s)
inline auto batch(std::string id, std::int64_t max_size, std::chrono::nanoseconds timeout) {
  if (max_size < 0 || timeout.count() < 0)
    throw ConfigError("batch '" + id + "' was given " +
                      (max_size < 0
                           ? "a size of " + std::to_string(max_size) + "; it must be at least 1"
                           : "a time-out of " + std::to_string(timeout.count()) +
                                 " ns; it must not be negative"));
  const auto size = static_cast<std::size_t>(std::max<std::int64_t>(1, max_size));
  const auto at_most = std::min<std::chrono::nanoseconds>(timeout, std::chrono::hours(24 * 36500));
  return [id, size, at_most]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(KeyedItem<Item>,
                  "batch: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Logic = detail::BatchLogic<Item>;
    return keyed_step<std::pair<typename Logic::Key, typename Logic::Values>>(input, "batch", id,
                                                                              Logic{size, at_most});
  };
}

}  // namespace tidemark
