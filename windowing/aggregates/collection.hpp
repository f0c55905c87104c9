// SPDX-License-Identifier: MIT
//
// Collection: all values.
#pragma once

#include <tidemark/windowing/aggregate.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// All values in a container: a sequence, in the order of their times and, of one time, of arrival,
/// or all in that of arrival unless they are `sorted`; a set; or a map of values that are pairs, of
/// which the last of a key stays.
template <typename Value, typename Into>
struct Collection {
  using Accumulator = std::vector<std::pair<EventTime, Value>>;
  static constexpr Algebra algebra = Algebra::plain;  // to share slices would be to copy them
  static constexpr bool commutative = true;           // for it sorts by itself

  bool sorted = true;

  Accumulator first(Value value, EventTime time) {
    Accumulator all;
    all.emplace_back(time, std::move(value));
    return all;
  }
  void add(Accumulator& all, Value value, EventTime time) {
    all.emplace_back(time, std::move(value));
  }
  void combine(Accumulator& all, const Accumulator& later) {
    all.insert(all.end(), later.begin(), later.end());
  }
  Into result(Accumulator&& all) {
    if (sorted) std::ranges::stable_sort(all, {}, [](const auto& entry) { return entry.first; });
    Into values;
    for (auto& [time, value] : all) {
      if constexpr (requires { values.insert_or_assign(value.first, value.second); }) {
        values.insert_or_assign(std::move(value.first), std::move(value.second));
      } else {
        values.insert(values.end(), std::move(value));
      }
    }
    return values;
  }
};

}  // namespace tidemark
