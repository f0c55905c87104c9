// SPDX-License-Identifier: MIT
//
// join_window: the values of several streams that fall into one window, as rows.
#pragma once

#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/stateless/flat_map.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/aggregates/join_rows.hpp>
#include <tidemark/windowing/window_step.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {
namespace detail {

struct NoWall {};

/// A clock for values of several sides.
template <typename C>
struct SidesClock {
  using State = typename C::State;
  static constexpr bool by_source = is_by_source<C>;

  explicit SidesClock(C of_each) : clock(std::move(of_each)) {
    if constexpr (!by_source) now = clock.now;
  }

  template <typename... Sides>
  Reading read(State& state, const std::variant<Sides...>& value, EventTime wall) {
    static_assert((WindowClock<C, Sides> && ...),
                  "join_window: the clock must take the values of every side");
    return std::visit([&](const auto& v) { return clock.read(state, v, wall); }, value);
  }
  EventTime watermark(const State& state, EventTime wall) const {
    return clock.watermark(state, wall);
  }
  EventTime due(const State& state, EventTime time) const { return clock.due(state, time); }

  [[no_unique_address]] std::conditional_t<by_source, NoWall, Now> now;
  C clock;
};

template <typename Rows>
struct JoinWindow {
  Rows rows;

  template <typename Item, typename W>
  auto aggregate() const {
    return rows;
  }
};

template <std::size_t Side, typename Value, typename S>
auto side_of_join(const S& stream) {
  using Item = typename S::item_type;
  return stream | map([](Item item) {
           return std::pair(std::move(item.first),
                            Value(std::in_place_index<Side>, std::move(item.second)));
         });
}

template <typename First, typename... Others>
inline constexpr bool one_key =
    (std::is_same_v<typename First::first_type, typename Others::first_type> && ...);

}  // namespace detail

/// Joins the values of a key from two or more streams in each window: sends rows, each with its
/// window, where a row is a std::tuple with a std::optional of each side's type of value. `mode`
/// says which values stay in the row and when it is sent: when the window closes (`final`); as soon
/// as all sides are there, and then the window begins anew (`complete`); or whenever a value comes
/// (`running`). The clock must take the values of every side.
///
///     join_window("clicks of views", clock, SessionWindow(30min), mode, views, clicks)
template <typename C, typename W, typename First, typename... Others>
auto join_window(std::string id, C clock, W windower, JoinMode mode, WindowOptions options,
                 First first, Others... others) {
  using Item = typename First::item_type;
  static_assert(sizeof...(Others) > 0, "join_window: there must be at least two streams to join");
  static_assert(KeyedItem<Item> && (KeyedItem<typename Others::item_type> && ...),
                "join_window: all streams must be keyed; their records must be "
                "std::pair<Key, Value>");
  static_assert(detail::one_key<Item, typename Others::item_type...>,
                "join_window: all streams must have the same type of key");
  using Key = typename Item::first_type;
  using Rows = JoinRows<typename Item::second_type, typename Others::item_type::second_type...>;
  using Value = typename Rows::Value;
  const auto sides = [&]<std::size_t... S>(std::index_sequence<S...>) {
    return merge(detail::side_of_join<0, Value>(first),
                 detail::side_of_join<S + 1, Value>(others)...);
  }(std::index_sequence_for<Others...>());
  const auto of_sides = [&] {
    if constexpr (std::is_same_v<C, FrontierClock>) {
      return clock;
    } else {
      return detail::SidesClock<C>(std::move(clock));
    }
  }();
  auto joined =
      sides | detail::window_step("join_window", std::move(id), of_sides, std::move(windower),
                                  detail::JoinWindow<Rows>{{mode}}, options);
  auto rows =
      joined.results() | flat_map([](std::pair<Key, WindowResult<typename Rows::Rows>> all) {
        auto& [key, of_window] = all;
        std::vector<std::pair<Key, WindowResult<typename Rows::Row>>> each;
        for (auto& row : of_window.result)
          each.push_back({key, {of_window.window, std::move(row)}});
        return each;
      });
  return Windowed<decltype(rows), decltype(joined.late_values)>{rows, joined.late_values,
                                                                joined.late_wanted};
}

/// The same without options.
template <typename C, typename W, typename First, typename... Others>
  requires(!std::same_as<First, WindowOptions>)
auto join_window(std::string id, C clock, W windower, JoinMode mode, First first,
                 Others... others) {
  return join_window(std::move(id), std::move(clock), std::move(windower), mode, WindowOptions{},
                     first, others...);
}

/// The same with the last value of each side, when the window closes.
template <typename C, typename W, typename First, typename... Others>
  requires(!std::same_as<First, JoinMode>)
auto join_window(std::string id, C clock, W windower, First first, Others... others) {
  return join_window(std::move(id), std::move(clock), std::move(windower),
                     JoinMode{JoinInsert::last, JoinEmit::final}, WindowOptions{}, first,
                     others...);
}

}  // namespace tidemark
