// SPDX-License-Identifier: MIT
//
// How a record looks as text.
#pragma once

#include <concepts>
#include <cstddef>
#include <ostream>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tidemark {

template <typename Item>
concept Streamable = requires(std::ostream& out, const Item& item) { out << item; };

namespace detail {

/// As a std::optional.
template <typename Item>
concept MaybeValue = requires(const Item& item) {
  typename Item::value_type;
  { item.has_value() } -> std::same_as<bool>;
  { *item } -> std::same_as<const typename Item::value_type&>;
};

/// A pair or a tuple.
template <typename Item>
concept TupleLike = requires { std::tuple_size<Item>::value; };

template <typename Item>
constexpr bool is_printable() {
  if constexpr (Streamable<Item>) {
    return true;
  } else if constexpr (MaybeValue<Item>) {
    return is_printable<typename Item::value_type>();
  } else if constexpr (TupleLike<Item>) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (is_printable<std::remove_cvref_t<std::tuple_element_t<I, Item>>>() && ...);
    }(std::make_index_sequence<std::tuple_size_v<Item>>());
  } else {
    return false;
  }
}

}  // namespace detail

/// What << can print, and pairs, tuples and optional ones of such.
template <typename Item>
concept Printable = detail::is_printable<Item>();

/// Prints a record as `<<` does, a pair or a tuple as `(first, second)`, and `none` for what is not
/// there.
template <Printable Item>
void print_item(std::ostream& out, const Item& item) {
  if constexpr (Streamable<Item>) {
    out << item;
  } else if constexpr (detail::MaybeValue<Item>) {
    if (item.has_value()) {
      print_item(out, *item);
    } else {
      out << "none";
    }
  } else {
    const char* before = "(";
    std::apply(
        [&](const auto&... each) {
          ((out << std::exchange(before, ", "), print_item(out, each)), ...);
        },
        item);
    out << (std::tuple_size_v<Item> == 0 ? "()" : ")");
  }
}

}  // namespace tidemark
