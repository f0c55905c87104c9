// SPDX-License-Identifier: MIT
//
// Undefined values: NaN, and whatever else is not equal to itself because it holds one.
#pragma once

#include <tidemark/core/print_item.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tidemark {
namespace detail {

/// Whether `==` compiles: that of the standard library's pairs and containers only says so.
template <typename Value>
constexpr bool has_equality() {
  if constexpr (requires { typename Value::value_type; }) {
    if constexpr (!std::is_same_v<typename Value::value_type, Value>)
      if constexpr (!has_equality<typename Value::value_type>()) return false;
    return std::equality_comparable<Value>;
  } else if constexpr (TupleLike<Value>) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (has_equality<std::remove_cvref_t<std::tuple_element_t<I, Value>>>() && ...);
    }(std::make_index_sequence<std::tuple_size_v<Value>>());
  } else {
    return std::equality_comparable<Value>;
  }
}

/// False for what has an order without holes, such as integers and text: it is not even asked.
template <typename Value>
inline constexpr bool may_be_undefined =
    !std::three_way_comparable<Value, std::weak_ordering> && has_equality<Value>();

}  // namespace detail

/// Whether the value is not equal to itself. A type without `==` has no such values.
template <typename Value>
constexpr bool is_undefined(const Value& value) {
  if constexpr (detail::may_be_undefined<Value>) {
    return !(value == value);
  } else {
    return false;
  }
}

/// Whether `value` takes the place of `best`, the first so far by `before`. An undefined value
/// comes before all others, so that it is lost nowhere in the order in which they come.
template <typename Before, typename Value>
constexpr bool takes_place_of(const Value& best, const Value& value, Before before) {
  if (is_undefined(best)) return false;
  return is_undefined(value) || before(value, best);
}

}  // namespace tidemark
