// SPDX-License-Identifier: MIT
//
// stateful_flat_map: one value in, any number out, with a state for each key.
#pragma once

#include <tidemark/operators/keyed/keyed_step.hpp>

#include <concepts>
#include <functional>
#include <optional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {
namespace detail {

template <typename Result, typename State>
concept StateAndRange = requires(Result result) {
  { result.first } -> std::convertible_to<std::optional<State>>;
  requires std::ranges::input_range<typename Result::second_type>;
};

template <typename Item, typename Kept, typename Mapper>
struct StatefulFlatMapLogic {
  using State = Kept;
  Mapper mapper;

  void on_item(Item item, auto& states, auto& out) {
    auto at = states.find(item.first);
    std::optional<State> before;
    if (at != states.end()) before = std::move(at->second);
    auto [state, range] = std::invoke(mapper, std::move(before), std::move(item.second));
    for (auto&& element : range) out.give({item.first, element});
    if (std::optional<State> next = std::move(state)) {
      states.insert_or_assign(std::move(item.first), *std::move(next));
    } else if (at != states.end()) {
      states.erase(at);
    }
  }
};

}  // namespace detail

/// Maps the values of a key with a state, which the step is told the type of.
/// `mapper(state, value)` is given a std::optional<State>, empty for a key that has none, and
/// returns a pair of the new state (std::nullopt: the key is forgotten) and a range, whose elements
/// are sent as (key, element), at the value's timestamp. `expiry`: see expire_after.
///
///     clicks | stateful_flat_map<Click>("double clicks", [](std::optional<Click> last, Click
///     click)
///     {
///       const bool is_double = last && click.time - last->time < 300ms;
///       return std::pair(std::optional(click), std::vector<Click>(is_double ? 1 : 0, click));
///     })
template <typename State, typename Mapper, typename Expiry = NoExpiry>
auto stateful_flat_map(std::string id, Mapper mapper, Expiry expiry = {}) {
  const auto step = [id, mapper, expiry]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(
        KeyedItem<Item>,
        "stateful_flat_map: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Key = typename Item::first_type;
    using Value = typename Item::second_type;
    static_assert(std::invocable<Mapper&, std::optional<State>, Value>,
                  "stateful_flat_map: the mapper must take a std::optional state and a value");
    using Result = std::remove_cvref_t<std::invoke_result_t<Mapper&, std::optional<State>, Value>>;
    static_assert(
        detail::StateAndRange<Result, State>,
        "stateful_flat_map: the mapper must return a std::pair of the new state, optional, and a "
        "range");
    return keyed_step<std::pair<Key, std::ranges::range_value_t<typename Result::second_type>>>(
        input, "stateful_flat_map", id, detail::StatefulFlatMapLogic<Item, State, Mapper>{mapper},
        expiry);
  };
  return detail::with_expiry(expiry, step);
}

}  // namespace tidemark
