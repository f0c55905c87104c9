// SPDX-License-Identifier: MIT
//
// Interned values: equal ones have one number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>

namespace tidemark::model {

template <typename Value>
class Interned {
 public:
  /// `hash` is equal for equal values.
  std::uint32_t add(Value value, std::size_t hash) {
    const auto [first, last] = numbers_.equal_range(hash);
    for (auto at = first; at != last; ++at)
      if (values_[at->second] == value) return at->second;
    const auto number = static_cast<std::uint32_t>(values_.size());
    values_.push_back(std::move(value));
    numbers_.emplace(hash, number);
    return number;
  }

  const Value& operator[](std::uint32_t number) const { return values_[number]; }

 private:
  std::deque<Value> values_;
  std::unordered_multimap<std::size_t, std::uint32_t> numbers_;
};

}  // namespace tidemark::model
