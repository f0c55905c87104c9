// SPDX-License-Identifier: MIT
//
// Numbers read back from their text: the counterpart of print_item.hpp.
#pragma once

#include <tidemark/core/print_item.hpp>

#include <concepts>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace tidemark {

/// Text that is not what it is to be read as. The message quotes it, and says what would be right.
class BadText : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {
void read_number(std::string_view text, long long& number, long long low, long long high);
void read_number(std::string_view text, unsigned long long& number, unsigned long long high);
void read_number(std::string_view text, float& number);
void read_number(std::string_view text, double& number);
void read_number(std::string_view text, long double& number);
char read_character(std::string_view text);
}  // namespace detail

/// The number, bool or character that print_item has printed as `text`; nothing may stand before it
/// or behind it, no blank either. Throws BadText, also for what does not fit.
///
/// Only for those. Of a pair or a tuple `(a, b, c)` does not tell which comma is whose; write such
/// records as JSON (sinks/json_lines_output.hpp) or CSV (sinks/csv_output.hpp) if they are to be
/// read again.
template <typename Item>
  requires(NumericItem<Item> || std::same_as<Item, char>)
Item read_item(std::string_view text) {
  if constexpr (std::same_as<Item, char>) {
    return detail::read_character(text);
  } else if constexpr (std::floating_point<Item>) {
    Item number = 0;
    detail::read_number(text, number);
    return number;
  } else if constexpr (std::is_signed_v<Item>) {
    long long number = 0;
    detail::read_number(text, number, std::numeric_limits<Item>::min(),
                        std::numeric_limits<Item>::max());
    return static_cast<Item>(number);
  } else {
    unsigned long long number = 0;
    detail::read_number(text, number, std::numeric_limits<Item>::max());
    return static_cast<Item>(number);
  }
}

}  // namespace tidemark
