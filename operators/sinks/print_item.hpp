// SPDX-License-Identifier: MIT
//
// How records look in text sinks.
#pragma once

#include <concepts>
#include <ostream>

namespace tidemark {

template <typename Item>
concept Streamable = requires(std::ostream& out, const Item& item) { out << item; };

/// Prints a record as `<<` does, and a pair as `(first, second)`.
template <typename Item>
void print_item(std::ostream& out, const Item& item) {
  if constexpr (Streamable<Item>) {
    out << item;
  } else {
    static_assert(
        requires { item.first, item.second; },
        "a text sink needs records that << can print, or pairs of such");
    out << '(';
    print_item(out, item.first);
    out << ", ";
    print_item(out, item.second);
    out << ')';
  }
}

}  // namespace tidemark
