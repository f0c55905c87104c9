// SPDX-License-Identifier: MIT
//
// collect_window: the values of a window themselves.
#pragma once

#include <tidemark/windowing/aggregates/collection.hpp>
#include <tidemark/windowing/window_step.hpp>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

template <typename Into>
struct CollectWindow {
  bool sorted;

  template <typename Item, typename W>
  auto aggregate() const {
    static_assert(
        KeyedItem<Item>,
        "collect_window: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Value = typename Item::second_type;
    using Container = std::conditional_t<std::is_void_v<Into>, std::vector<Value>, Into>;
    return Collection<Value, Container>{sorted};
  }
};

}  // namespace detail

/// Sends the values of a window, with it, when it closes: a std::vector in the order of their
/// times, or a container of your choice, such as collect_window<std::set<Value>> or, of pairs, a
/// std::map; of NaN only one by KeyLess (hash.hpp), else it is refused. Unless `options.ordered`,
/// the order is that of arrival; under the rules of 0.17 it never is.
template <typename Into = void, typename C, typename W>
auto collect_window(std::string id, C clock, W windower, WindowOptions options = {}) {
  const bool sorted = options.ordered || options.rules == WindowRules::v0_17;
  return detail::window_step("collect_window", std::move(id), std::move(clock), std::move(windower),
                             detail::CollectWindow<Into>{sorted}, options);
}

}  // namespace tidemark
