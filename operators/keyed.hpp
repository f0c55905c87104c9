// SPDX-License-Identifier: MIT
//
// Keyed streams: records that are pairs of a key and a value.
#pragma once

#include <tidemark/core/hash.hpp>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <concepts>
#include <cstdint>
#include <utility>

namespace tidemark {

/// A std::pair whose first member is a hashable key.
template <typename Item>
concept KeyedItem = requires(const Item& item) {
  typename Item::first_type;
  typename Item::second_type;
  { KeyHash{}(item.first) } -> std::same_as<std::uint64_t>;
  requires std::same_as<Item, std::pair<typename Item::first_type, typename Item::second_type>>;
};

/// The state of each key at its worker.
template <typename Key, typename State>
using KeyTable = boost::unordered_flat_map<Key, State, TableHash>;
template <typename Key>
using KeySet = boost::unordered_flat_set<Key, TableHash>;

/// The route that brings all records of a key to one worker.
struct ByKey {
  static std::uint64_t of(const auto& key) { return KeyHash{}(key); }
  template <KeyedItem Item>
  std::uint64_t operator()(const Item& item) const {
    return of(item.first);
  }
};

}  // namespace tidemark
