// SPDX-License-Identifier: MIT
//
// Aggregates: how the values of a window become one result, and what a step may make of that.
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/windowing/window.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace tidemark {

/// What an aggregate can do with accumulators. The more it declares, the less work overlapping
/// windows cost (sliced_windows.hpp).
enum class Algebra {
  /// Takes values only. Every window folds all of its values.
  plain,
  /// `combine(a, b)` is the accumulator of a's values followed by b's. Windows share slices, which
  /// two stacks combine, or where values may come for a slice in use, a tree.
  associative,
  /// And `subtract(a, b)`, where a's values begin with b's, is that of the others. A window is the
  /// one before, with what it lacks taken away and what is new added.
  invertible,
};

namespace detail {

template <typename A>
concept LooksAtWindow =
    requires(A& aggregate, typename A::Accumulator& accumulator, const WindowInfo& window) {
      aggregate.result(std::move(accumulator), window);
    };

/// What an aggregate makes of an accumulator of `window`.
template <typename A>
  requires(LooksAtWindow<A> ||
           requires(A& aggregate, typename A::Accumulator& accumulator) {
             aggregate.result(std::move(accumulator));
           })
auto result_of(A& aggregate, typename A::Accumulator&& accumulator, const WindowInfo& window) {
  if constexpr (LooksAtWindow<A>) {
    return aggregate.result(std::move(accumulator), window);
  } else {
    return aggregate.result(std::move(accumulator));
  }
}

}  // namespace detail

/// Folds the values of a window.
///
/// `first(value, time)` is the accumulator of one value, `add(accumulator, value, time)` takes one
/// more, and `result(accumulator)` is what the step sends, of a std::optional what is in it; it may
/// look at the window, too: `result(accumulator, window)`, a const WindowInfo& (window.hpp).
/// `commutative` says that the order of the values cannot be seen in the result. They are copied
/// for each worker, and called by it alone.
///
/// Laws, up to rounding:
///   homomorphic  combine(fold of A, fold of B) is the fold of A followed by B; A and B not empty
///   inverse      subtract(fold of A followed by B, fold of A) is the fold of B
///   commutative  if declared: folding in any order, and combining in any, gives the same
template <typename A, typename Value>
concept Aggregate =
    std::copy_constructible<A> && std::movable<typename A::Accumulator> &&
    requires(A& aggregate, typename A::Accumulator& accumulator, Value value, EventTime time) {
      { aggregate.first(value, time) } -> std::same_as<typename A::Accumulator>;
      aggregate.add(accumulator, value, time);
      detail::result_of(aggregate, std::move(accumulator), WindowInfo());
      { A::algebra } -> std::convertible_to<Algebra>;
      { A::commutative } -> std::convertible_to<bool>;
    } &&
    (!(A::algebra >= Algebra::associative) ||
     requires(A& aggregate, typename A::Accumulator& accumulator,
              const typename A::Accumulator& other) { aggregate.combine(accumulator, other); }) &&
    (!(A::algebra == Algebra::invertible) ||
     requires(A& aggregate, typename A::Accumulator& accumulator,
              const typename A::Accumulator& other) { aggregate.subtract(accumulator, other); });

/// Whether sessions can be merged.
template <typename A>
concept Mergeable =
    requires(A& aggregate, typename A::Accumulator& accumulator,
             const typename A::Accumulator& other) { aggregate.combine(accumulator, other); };

namespace detail {

template <typename>
inline constexpr bool is_optional = false;
template <typename R>
inline constexpr bool is_optional<std::optional<R>> = true;

template <typename A>
using ResultOf = decltype(result_of(std::declval<A&>(), std::declval<typename A::Accumulator>(),
                                    std::declval<const WindowInfo&>()));

}  // namespace detail
}  // namespace tidemark
