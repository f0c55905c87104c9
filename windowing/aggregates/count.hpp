// SPDX-License-Identifier: MIT
//
// Count: how many values.
#pragma once

#include <tidemark/windowing/aggregate.hpp>

#include <cstdint>

namespace tidemark {

/// How many values there are.
struct Count {
  ///@{
  /// As Aggregate says (aggregate.hpp). An accumulator is the count.
  using Accumulator = std::uint64_t;
  static constexpr Algebra algebra = Algebra::invertible;
  static constexpr bool commutative = true;
  ///@}

  ///@{
  /// As Aggregate says (aggregate.hpp).
  template <typename Value>
  Accumulator first(const Value&, EventTime) {
    return 1;
  }
  template <typename Value>
  void add(Accumulator& count, const Value&, EventTime) {
    ++count;
  }
  void combine(Accumulator& count, Accumulator later) { count += later; }
  void subtract(Accumulator& count, Accumulator earlier) { count -= earlier; }
  Accumulator result(Accumulator count) { return count; }
  ///@}
};

}  // namespace tidemark
