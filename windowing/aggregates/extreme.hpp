// SPDX-License-Identifier: MIT
//
// Extreme: the least or the greatest value.
#pragma once

#include <tidemark/windowing/aggregate.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace tidemark {

/// The value whose `by(value)` comes before all others' by `Before`; of several the first.
template <typename Value, typename By, typename Before>
struct Extreme {
  using Accumulator = Value;
  static constexpr Algebra algebra = Algebra::associative;
  /// Unless equal ones can be told apart.
  static constexpr bool commutative =
      std::is_same_v<By, std::identity> && std::is_integral_v<Value>;

  By by;

  Value first(Value value, EventTime) { return value; }
  void add(Value& best, Value value, EventTime) {
    if (is_better(value, best)) best = std::move(value);
  }
  void combine(Value& best, const Value& later) {
    if (is_better(later, best)) best = later;
  }
  Value result(Value&& best) { return std::move(best); }

 private:
  bool is_better(const Value& a, const Value& b) {
    return Before{}(std::invoke(by, a), std::invoke(by, b));
  }
};

}  // namespace tidemark
