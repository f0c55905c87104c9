// SPDX-License-Identifier: MIT
//
// fold_final, reduce_final, count_final, min_final, max_final: one result for each key, at the end.
#pragma once

#include <tidemark/core/undefined.hpp>
#include <tidemark/operators/keyed/build_state.hpp>
#include <tidemark/operators/keyed/keyed_step.hpp>
#include <tidemark/operators/stateless/key_on.hpp>
#include <tidemark/operators/stateless/map_value.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {
namespace detail {

/// `add(states, item)` adds an item to the accumulator of its key.
template <typename Item, typename Accumulator, typename Add>
struct FinalLogic {
  using State = Accumulator;
  Add add;

  void on_item(Item item, auto& states, auto&) { add(states, std::move(item)); }
  void on_eof(const typename Item::first_type& key, auto& states, auto& out) {
    const auto at = states.find(key);
    out.give({key, std::move(at->second)});
    states.erase(at);
  }
};

template <typename Item, typename Accumulator, Timestamp T, typename Add, typename Expiry>
auto final_step(const Stream<T, Item>& input, std::string kind, std::string id, Add add,
                const Expiry& expiry) {
  return keyed_step<std::pair<typename Item::first_type, Accumulator>>(
      input, std::move(kind), std::move(id), FinalLogic<Item, Accumulator, Add>{std::move(add)},
      expiry);
}

template <typename Reducer, typename Expiry = NoExpiry>
auto reduce_final_as(std::string kind, std::string id, Reducer reducer, Expiry expiry = {}) {
  const auto step = [kind, id, reducer, expiry]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(
        KeyedItem<Item>,
        "reduce_final: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Value = typename Item::second_type;
    static_assert(std::is_invocable_r_v<Value, Reducer&, Value, Value>,
                  "reduce_final: the reducer must take two values and return one");
    const auto add = [reducer](auto& states, Item item) mutable {
      auto [at, is_new] = states.try_emplace(item.first, item.second);
      if (!is_new) at->second = std::invoke(reducer, std::move(at->second), std::move(item.second));
    };
    return final_step<Item, Value>(input, kind, id, add, expiry);
  };
  return with_expiry(expiry, step);
}

/// The value that comes first by `before`.
template <typename By, typename Before>
auto extreme_final(std::string kind, std::string id, By by, Before before) {
  return reduce_final_as(std::move(kind), std::move(id), [by, before](auto best, auto value) {
    return takes_place_of(std::invoke(by, best), std::invoke(by, value), before) ? value : best;
  });
}

}  // namespace detail

/// Folds all values of a key, in the order of epochs and, within one, of arrival: the accumulator
/// begins as `builder()`, or `builder(key)`, and becomes `folder(accumulator, value)`. At the end
/// of input sends (key, accumulator), at the last timestamp, in the order of keys. `expiry`: see
/// expire_after; what has expired is not sent at the end.
///
///     sales | fold_final("prices", [] { return std::vector<int>(); }, append)
template <typename Builder, typename Folder, typename Expiry = NoExpiry>
auto fold_final(std::string id, Builder builder, Folder folder, Expiry expiry = {}) {
  const auto step = [id, builder, folder,
                     expiry]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(
        KeyedItem<Item>,
        "fold_final: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Accumulator = decltype(detail::build_state(
        std::declval<Builder&>(), std::declval<const typename Item::first_type&>()));
    static_assert(
        std::is_invocable_r_v<Accumulator, Folder&, Accumulator, typename Item::second_type>,
        "fold_final: the folder must take an accumulator and a value and return an accumulator");
    const auto add = [builder, folder](auto& states, Item item) mutable {
      auto at = states.find(item.first);
      if (at == states.end())
        at = states.emplace(item.first, detail::build_state(builder, item.first)).first;
      at->second = std::invoke(folder, std::move(at->second), std::move(item.second));
    };
    return detail::final_step<Item, Accumulator>(input, "fold_final", id, add, expiry);
  };
  return detail::with_expiry(expiry, step);
}

/// The same with the first value as accumulator, and `reducer(accumulator, value)`.
template <typename Reducer, typename Expiry = NoExpiry>
auto reduce_final(std::string id, Reducer reducer, Expiry expiry = {}) {
  return detail::reduce_final_as("reduce_final", std::move(id), std::move(reducer), expiry);
}

/// Sends (key, occurrences) for each `key(record)`, at the end of input.
///
///     words | count_final("count", std::identity())
template <typename F>
auto count_final(std::string id, F key) {
  return [id, key]<typename T, typename Item>(Stream<T, Item> input) {
    return input | key_on(key) | map_value([](const Item&) { return std::uint64_t{1}; }) |
           detail::reduce_final_as("count_final", id, std::plus<std::uint64_t>());
  };
}

/// Sends (key, value) with the least value of each key, at the end of input; of equal ones, and of
/// those that `<` does not order, the first. Values are compared by `by(value)`; where that is NaN,
/// or is not equal to itself for another reason, for some of them, the first of these is sent.
///
///     rides | min_final("shortest", &Ride::length)
template <typename By = std::identity>
auto min_final(std::string id, By by = {}) {
  return detail::extreme_final("min_final", std::move(id), by, std::less<>());
}

/// The same with the greatest.
template <typename By = std::identity>
auto max_final(std::string id, By by = {}) {
  return detail::extreme_final("max_final", std::move(id), by,
                               [](const auto& a, const auto& b) { return b < a; });
}

}  // namespace tidemark
