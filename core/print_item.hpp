// SPDX-License-Identifier: MIT
//
// How a record looks as text.
#pragma once

#include <concepts>
#include <ostream>

namespace tidemark {

template <typename Item>
concept Streamable = requires(std::ostream& out, const Item& item) { out << item; };

namespace detail {

template <typename Item>
constexpr bool is_printable() {
  if constexpr (Streamable<Item>) {
    return true;
  } else if constexpr (requires(const Item& item) { item.first, item.second; }) {
    return is_printable<typename Item::first_type>() && is_printable<typename Item::second_type>();
  } else {
    return false;
  }
}

}  // namespace detail

/// What << can print, and pairs of such.
template <typename Item>
concept Printable = detail::is_printable<Item>();

/// Prints a record as `<<` does, and a pair as `(first, second)`.
template <Printable Item>
void print_item(std::ostream& out, const Item& item) {
  if constexpr (Streamable<Item>) {
    out << item;
  } else {
    out << '(';
    print_item(out, item.first);
    out << ", ";
    print_item(out, item.second);
    out << ')';
  }
}

}  // namespace tidemark
