// SPDX-License-Identifier: MIT
//
// Folds: what is made of two or three functions.
#pragma once

#include <tidemark/windowing/aggregates/declared.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace tidemark {

/// Begins with `builder()`; `folder(accumulator, value)` is the next accumulator. `merger(a, b)`
/// joins two; it may be declared associative, and so on (declared.hpp), which `folder` must then be
/// in keeping with. Without one it is a std::nullptr_t.
template <typename Builder, typename Folder, typename Merger>
struct Fold {
  ///@{
  /// As Aggregate says (aggregate.hpp). An accumulator is what `builder` returns.
  using Accumulator = std::remove_cvref_t<std::invoke_result_t<Builder&>>;
  using Known = detail::Known<Merger, Accumulator>;  ///< what `merger` is declared to be
  static constexpr Algebra algebra = Known::algebra;
  static constexpr bool commutative = Known::commutative;
  ///@}

  Builder builder;  ///< gives the accumulator of no values
  Folder folder;    ///< takes an accumulator and a value
  Merger merger;    ///< takes two accumulators; a std::nullptr_t: there is none

  ///@{
  /// As Aggregate says (aggregate.hpp).
  template <typename Value>
  Accumulator first(Value&& value, EventTime) {
    return std::invoke(folder, Accumulator(std::invoke(builder)), std::forward<Value>(value));
  }
  template <typename Value>
  void add(Accumulator& accumulator, Value&& value, EventTime) {
    accumulator = std::invoke(folder, std::move(accumulator), std::forward<Value>(value));
  }
  void combine(Accumulator& accumulator, const Accumulator& later)
    requires(!std::is_null_pointer_v<Merger>)
  {
    accumulator = std::invoke(merger, std::move(accumulator), later);
  }
  void subtract(Accumulator& accumulator, const Accumulator& earlier)
    requires(algebra == Algebra::invertible)
  {
    accumulator = Known::undo(merger, std::move(accumulator), earlier);
  }
  Accumulator result(Accumulator&& accumulator) { return std::move(accumulator); }
  ///@}
};

/// The first value, then `reducer(accumulator, value)`, by which accumulators are joined, too.
template <typename Value, typename Reducer>
struct Reduction {
  ///@{
  /// As Aggregate says (aggregate.hpp). An accumulator is a value, too.
  using Accumulator = Value;
  using Known = detail::Known<Reducer, Value>;  ///< what `reducer` is declared to be
  static constexpr Algebra algebra = Known::algebra;
  static constexpr bool commutative = Known::commutative;
  ///@}

  Reducer reducer;  ///< takes an accumulator and a value, or two accumulators

  ///@{
  /// As Aggregate says (aggregate.hpp).
  Value first(Value value, EventTime) { return value; }
  void add(Value& accumulator, Value value, EventTime) {
    accumulator = std::invoke(reducer, std::move(accumulator), std::move(value));
  }
  void combine(Value& accumulator, const Value& later) {
    accumulator = std::invoke(reducer, std::move(accumulator), later);
  }
  void subtract(Value& accumulator, const Value& earlier)
    requires(algebra == Algebra::invertible)
  {
    accumulator = Known::undo(reducer, std::move(accumulator), earlier);
  }
  Value result(Value&& accumulator) { return std::move(accumulator); }
  ///@}
};

}  // namespace tidemark
