// SPDX-License-Identifier: MIT
//
// reduce: combines a key's values until they are complete.
#pragma once

#include <tidemark/operators/keyed/keyed_step.hpp>
#include <tidemark/operators/stateless/predicate.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <utility>

namespace tidemark {
namespace detail {

template <typename Item, typename Reducer, typename IsComplete>
struct ReduceLogic {
  using State = typename Item::second_type;
  Reducer reducer;
  IsComplete is_complete;

  void on_item(Item item, auto& states, auto& out) {
    auto [at, is_new] = states.try_emplace(item.first, item.second);
    if (!is_new) at->second = std::invoke(reducer, std::move(at->second), std::move(item.second));
    if (!std::invoke(is_complete, std::as_const(at->second))) return;
    out.give({std::move(item.first), std::move(at->second)});
    states.erase(at);
  }
};

}  // namespace detail

/// Combines the values of a key: the accumulator is the first value, then
/// `reducer(accumulator, value)`. When `is_complete(accumulator)`, asked after every value, is
/// true, (key, accumulator) is sent at the timestamp of that value and the key forgotten. What is
/// not complete at the end is not sent. `expiry`: see expire_after.
template <typename Reducer, typename IsComplete, typename Expiry = NoExpiry>
auto reduce(std::string id, Reducer reducer, IsComplete is_complete, Expiry expiry = {}) {
  const auto step = [id, reducer, is_complete,
                     expiry]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(KeyedItem<Item>,
                  "reduce: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Value = typename Item::second_type;
    static_assert(std::is_invocable_r_v<Value, Reducer&, Value, Value>,
                  "reduce: the reducer must take two values and return one");
    static_assert(PredicateOn<IsComplete, const Value&>,
                  "reduce: is_complete must take a value and return bool");
    return keyed_step<Item>(input, "reduce", id,
                            detail::ReduceLogic<Item, Reducer, IsComplete>{reducer, is_complete},
                            expiry);
  };
  return detail::with_expiry(expiry, step);
}

}  // namespace tidemark
