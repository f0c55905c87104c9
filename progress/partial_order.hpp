// SPDX-License-Identifier: MIT
//
// Partial orders: when one timestamp comes before another, and when neither does.
#pragma once

#include <concepts>

namespace tidemark {

/// A type with a partial order, spelled `less_equal(a, b)`.
///
/// Kept apart from `operator<=>`, which here is always a *total* order that containers sort by: one
/// type can then be a map key and still have incomparable values.
///
/// Laws: reflexive, antisymmetric, transitive (timestamp_laws.hpp).
template <typename T>
concept PartiallyOrdered = std::equality_comparable<T> && requires(const T& a, const T& b) {
  { less_equal(a, b) } -> std::same_as<bool>;
};

/// True when `a` comes strictly before `b`.
template <PartiallyOrdered T>
constexpr bool less_than(const T& a, const T& b) {
  return less_equal(a, b) && !(a == b);
}

/// True for a type whose partial order is total: its frontiers have at most one element.
/// A type says so with `static constexpr bool totally_ordered = true`.
template <typename T>
inline constexpr bool is_totally_ordered = requires { requires T::totally_ordered; };

/// True only if `a` precedes all that `<=>` sorts after it; a type that cannot tell says false.
template <PartiallyOrdered T>
constexpr bool precedes_all_after(const T& /*a*/) {
  return is_totally_ordered<T>;
}

/// The least element that is greater than or equal to both: in a total order, the later one. A
/// partial order whose elements have one declares it beside its type; the law is in
/// timestamp_laws.hpp.
template <PartiallyOrdered T>
  requires is_totally_ordered<T>
constexpr T least_upper_bound(const T& a, const T& b) {
  return less_equal(a, b) ? b : a;
}

/// A partial order in which any two elements have a least upper bound.
template <typename T>
concept Joinable = PartiallyOrdered<T> && requires(const T& a, const T& b) {
  { least_upper_bound(a, b) } -> std::same_as<T>;
};

}  // namespace tidemark
