// SPDX-License-Identifier: MIT
//
// Keyed streams: records that are pairs of a key and a value.
#pragma once

#include <tidemark/core/hash.hpp>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark {

/// A std::pair whose first member is a hashable key.
template <typename Item>
concept KeyedItem = requires(const Item& item) {
  typename Item::first_type;
  typename Item::second_type;
  { KeyHash{}(item.first) } -> std::same_as<std::uint64_t>;
  requires std::same_as<Item, std::pair<typename Item::first_type, typename Item::second_type>>;
};

/// The state of each key at its worker. Which keys are one, KeyEqual says.
template <typename Key, typename State>
using KeyTable = boost::unordered_flat_map<Key, State, TableHash, KeyEqual>;
/// Keys at their worker.
template <typename Key>
using KeySet = boost::unordered_flat_set<Key, TableHash, KeyEqual>;

/// The route that brings all records of a key to one worker.
struct ByKey {
  /// Where a key goes: workers are chosen by this number.
  static std::uint64_t of(const auto& key) { return KeyHash{}(key); }
  /// Where a record goes, by its key.
  template <KeyedItem Item>
  std::uint64_t operator()(const Item& item) const {
    return of(item.first);
  }
};

namespace detail {

/// By key; by hash where keys have no order, or one of them is not even ordered with itself.
template <typename Key>
std::vector<Key> in_order(std::vector<Key> keys) {
  if constexpr (std::totally_ordered<Key>) {
    const auto has_place = [](const Key& key) { return holds_float<Key> || key <= key; };
    if (std::ranges::all_of(keys, has_place)) {
      std::ranges::sort(keys, KeyLess{});
      return keys;
    }
  }
  std::ranges::stable_sort(keys, {}, KeyHash{});
  return keys;
}

}  // namespace detail
}  // namespace tidemark
