// SPDX-License-Identifier: MIT
//
// reduce: combines a key's values until they are complete.
#pragma once

#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/predicate.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <utility>

namespace tidemark {

/// Combines the values of a key: the accumulator is the first value, then
/// `reducer(accumulator, value)`. When `is_complete(accumulator)`, asked after every value, is
/// true, (key, accumulator) is sent at the timestamp of that value and the key forgotten. What is
/// not complete at the end is not sent.
template <typename Reducer, typename IsComplete>
auto reduce(std::string id, Reducer reducer, IsComplete is_complete) {
  return [id, reducer, is_complete]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(KeyedItem<Item>,
                  "reduce: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Key = typename Item::first_type;
    using Value = typename Item::second_type;
    static_assert(std::is_invocable_r_v<Value, Reducer&, Value, Value>,
                  "reduce: the reducer must take two values and return one");
    static_assert(PredicateOn<IsComplete, const Value&>,
                  "reduce: is_complete must take a value and return bool");
    return stateful_in_order<Item>(
        input, "reduce", id,
        [reducer, is_complete, table = KeyTable<Key, Value>{}](Item item, auto& out) mutable {
          auto [at, is_new] = table.try_emplace(item.first, item.second);
          if (!is_new)
            at->second = std::invoke(reducer, std::move(at->second), std::move(item.second));
          if (!std::invoke(is_complete, std::as_const(at->second))) return;
          out.give({std::move(item.first), std::move(at->second)});
          table.erase(at);
        });
  };
}

}  // namespace tidemark
