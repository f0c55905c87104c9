// SPDX-License-Identifier: MIT
//
// Extreme: the least or the greatest value.
#pragma once

#include <tidemark/core/undefined.hpp>
#include <tidemark/windowing/aggregate.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace tidemark {

/// The value whose `by(value)` comes before all others' by `Before`; of several, and of those that
/// are not ordered, the first. One that is NaN, or is not equal to itself for another reason, comes
/// before all others.
template <typename Value, typename By, typename Before>
struct Extreme {
  ///@{
  /// As Aggregate says (aggregate.hpp). An accumulator is the best value so far.
  using Accumulator = Value;
  static constexpr Algebra algebra = Algebra::associative;
  /// Unless equal ones can be told apart.
  static constexpr bool commutative =
      std::is_same_v<By, std::identity> && std::is_integral_v<Value>;
  ///@}

  By by;  ///< what values are compared by

  ///@{
  /// As Aggregate says (aggregate.hpp).
  Value first(Value value, EventTime) { return value; }
  void add(Value& best, Value value, EventTime) {
    if (is_better(best, value)) best = std::move(value);
  }
  void combine(Value& best, const Value& later) {
    if (is_better(best, later)) best = later;
  }
  Value result(Value&& best) { return std::move(best); }
  ///@}

 private:
  bool is_better(const Value& best, const Value& value) {
    return takes_place_of(std::invoke(by, best), std::invoke(by, value), Before{});
  }
};

}  // namespace tidemark
