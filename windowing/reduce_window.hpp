// SPDX-License-Identifier: MIT
//
// reduce_window, min_window, max_window: one value for the values of a window.
#pragma once

#include <tidemark/windowing/aggregates/extreme.hpp>
#include <tidemark/windowing/aggregates/fold.hpp>
#include <tidemark/windowing/window_step.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {
namespace detail {

template <typename Reducer>
struct ReduceWindow {
  Reducer reducer;

  template <typename Item, typename W>
  auto aggregate() const {
    static_assert(
        KeyedItem<Item>,
        "reduce_window: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Value = typename Item::second_type;
    static_assert(std::is_invocable_r_v<Value, Reducer&, Value, Value>,
                  "reduce_window: the reducer must take two values and return one");
    return Reduction<Value, Reducer>{reducer};
  }
};

template <typename By, typename Before>
struct ExtremeWindow {
  By by;

  template <typename Item, typename W>
  auto aggregate() const {
    static_assert(KeyedItem<Item>,
                  "min_window, max_window: the stream must be keyed; its records must be "
                  "std::pair<Key, Value>");
    using Value = typename Item::second_type;
    static_assert(
        requires(By f, const Value& v) { Before{}(std::invoke(f, v), std::invoke(f, v)); },
        "min_window, max_window: the values, or what `by` makes of them, must be comparable");
    return Extreme<Value, By, Before>{by};
  }
};

}  // namespace detail

/// Combines the values of each window of a key: the accumulator is the first value, then
/// `reducer(accumulator, value)`. When the window closes, the accumulator is sent with it. Sessions
/// that merge are joined by the reducer. If that is declared associative, commutative or invertible
/// (declared.hpp), as std::plus of integers is, overlapping windows share their work.
///
///     sales | reduce_window("revenue", clock, TumblingWindow(1h, midnight), std::plus<>{})
template <typename C, typename W, typename Reducer>
auto reduce_window(std::string id, C clock, W windower, Reducer reducer,
                   WindowOptions options = {}) {
  return detail::window_step("reduce_window", std::move(id), std::move(clock), std::move(windower),
                             detail::ReduceWindow<Reducer>{std::move(reducer)}, options);
}

/// The value of each window whose `by(value)` is least; the first of several, and of those that are
/// not ordered. Where `by(value)` is NaN, or is not equal to itself for another reason, for some
/// values, the first of these is sent.
template <typename C, typename W, typename By = std::identity>
  requires(!std::same_as<By, WindowOptions>)
auto min_window(std::string id, C clock, W windower, By by = {}, WindowOptions options = {}) {
  return detail::window_step("min_window", std::move(id), std::move(clock), std::move(windower),
                             detail::ExtremeWindow<By, std::less<>>{std::move(by)}, options);
}

/// The same with the greatest.
template <typename C, typename W, typename By = std::identity>
  requires(!std::same_as<By, WindowOptions>)
auto max_window(std::string id, C clock, W windower, By by = {}, WindowOptions options = {}) {
  return detail::window_step("max_window", std::move(id), std::move(clock), std::move(windower),
                             detail::ExtremeWindow<By, std::greater<>>{std::move(by)}, options);
}

}  // namespace tidemark
