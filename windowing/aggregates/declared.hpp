// SPDX-License-Identifier: MIT
//
// Declarations: what the author of a function of two accumulators knows about it.
#pragma once

#include <tidemark/windowing/aggregate.hpp>

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace tidemark {

/// A function with what is known about it. Made by `associative`, `commutative` and `invertible`.
template <typename F, typename Inverse, bool is_commutative>
struct Declared {
  F function;       ///< of two accumulators
  Inverse inverse;  ///< takes the first of them away again; a std::nullptr_t: there is none

  /// Calls the function, and returns what it does.
  template <typename A, typename B>
    requires std::invocable<F&, A, B>
  decltype(auto) operator()(A&& a, B&& b) {
    return std::invoke(function, std::forward<A>(a), std::forward<B>(b));
  }
};

/// f(a, f(b, c)) == f(f(a, b), c): overlapping windows may share what they have in common.
template <typename F>
auto associative(F f) {
  return Declared<F, std::nullptr_t, false>{std::move(f), nullptr};
}
/// Associative, and f(a, b) == f(b, a): values need not wait for their turn, either.
template <typename F>
auto commutative(F f) {
  return Declared<F, std::nullptr_t, true>{std::move(f), nullptr};
}
/// Commutative, and inverse(f(a, b), a) == b: a window is got from the one before.
template <typename F, typename Inverse>
auto invertible(F f, Inverse inverse) {
  return Declared<F, Inverse, true>{std::move(f), std::move(inverse)};
}

namespace detail {

/// What is known of F as a function of two T: nothing, unless it was declared, or F is an operation
/// on integers that the standard library names.
template <typename F, typename T>
struct Known {
  static constexpr Algebra algebra = Algebra::plain;
  static constexpr bool commutative = false;
};
template <typename F, typename Inverse, bool is_commutative, typename T>
struct Known<Declared<F, Inverse, is_commutative>, T> {
  static constexpr Algebra algebra =
      std::is_null_pointer_v<Inverse> ? Algebra::associative : Algebra::invertible;
  static constexpr bool commutative = is_commutative;
  static T undo(Declared<F, Inverse, is_commutative>& f, T all, const T& part) {
    return std::invoke(f.inverse, std::move(all), part);
  }
};

struct KnownCommutative {
  static constexpr Algebra algebra = Algebra::associative;
  static constexpr bool commutative = true;
};
template <std::integral T, typename Of>
  requires std::is_void_v<Of> || std::same_as<T, Of>
struct Known<std::plus<Of>, T> {
  static constexpr Algebra algebra = Algebra::invertible;
  static constexpr bool commutative = true;
  static T undo(std::plus<Of>&, T all, const T& part) { return static_cast<T>(all - part); }
};
template <std::integral T, typename Of>
struct Known<std::multiplies<Of>, T> : KnownCommutative {};
template <std::integral T, typename Of>
struct Known<std::bit_and<Of>, T> : KnownCommutative {};
template <std::integral T, typename Of>
struct Known<std::bit_or<Of>, T> : KnownCommutative {};
template <std::integral T, typename Of>
struct Known<std::bit_xor<Of>, T> : KnownCommutative {};

}  // namespace detail
}  // namespace tidemark
