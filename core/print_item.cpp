// SPDX-License-Identifier: MIT
#include <tidemark/core/print_item.hpp>

#include <charconv>
#include <cmath>

namespace tidemark {
namespace {

std::size_t print_number(char (&text)[64], auto number) {
  return static_cast<std::size_t>(std::to_chars(text, text + sizeof(text), number).ptr - text);
}

/// 100000 and not 1e+05: with an exponent only what is far from 1.
std::size_t print_floating(char (&text)[64], auto number) {
  const auto size = std::abs(number);
  if (size < 1e-5 || !(size < 1e16)) return print_number(text, number);
  const auto printed = std::to_chars(text, text + sizeof(text), number, std::chars_format::fixed);
  return static_cast<std::size_t>(printed.ptr - text);
}

}  // namespace

void NumberText::print(long long number) {
  size_ = print_number(text_, number);
}
void NumberText::print(unsigned long long number) {
  size_ = print_number(text_, number);
}
void NumberText::print(float number) {
  size_ = print_floating(text_, number);
}
void NumberText::print(double number) {
  size_ = print_floating(text_, number);
}
void NumberText::print(long double number) {
  size_ = print_floating(text_, number);
}

}  // namespace tidemark
