// SPDX-License-Identifier: MIT
//
// count_window: how many values a window has.
#pragma once

#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/aggregates/count.hpp>
#include <tidemark/windowing/window_step.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {
namespace detail {

struct CountWindowStep {
  template <typename Item, typename W>
  auto aggregate() const {
    static_assert(
        KeyedItem<Item>,
        "count_window: the stream must be keyed; its records must be std::pair<Key, Value>, or "
        "give a function from record to key after the windower");
    return Count{};
  }
};

}  // namespace detail

/// Sends the number of values of a window, with it, when it closes.
template <typename C, typename W>
auto count_window(std::string id, C clock, W windower, WindowOptions options = {}) {
  return detail::window_step("count_window", std::move(id), std::move(clock), std::move(windower),
                             detail::CountWindowStep{}, options);
}

/// The same of any stream, by `key(record)`. The clock gets the record.
///
///     visits | count_window("visits", clock, TumblingWindow(1h, midnight), &Visit::page)
template <typename C, typename W, typename ByKey>
  requires(!std::same_as<ByKey, WindowOptions>)
auto count_window(std::string id, C clock, W windower, ByKey key, WindowOptions options = {}) {
  return [step = count_window(std::move(id), std::move(clock), std::move(windower), options),
          key](auto stream) {
    using Item = typename decltype(stream)::item_type;
    static_assert(std::invocable<const ByKey&, const Item&>,
                  "count_window: the key function must take the stream's record");
    return stream | map([key](Item item) {
             auto of_item = std::invoke(key, std::as_const(item));
             return std::pair(std::move(of_item), std::move(item));
           }) |
           step;
  };
}

}  // namespace tidemark
