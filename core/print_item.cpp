// SPDX-License-Identifier: MIT
#include <tidemark/core/print_item.hpp>

#include <charconv>

namespace tidemark {
namespace {

std::size_t print_number(char (&text)[64], auto number) {
  return static_cast<std::size_t>(std::to_chars(text, text + sizeof(text), number).ptr - text);
}

}  // namespace

void NumberText::print(long long number) {
  size_ = print_number(text_, number);
}
void NumberText::print(unsigned long long number) {
  size_ = print_number(text_, number);
}
void NumberText::print(float number) {
  size_ = print_number(text_, number);
}
void NumberText::print(double number) {
  size_ = print_number(text_, number);
}
void NumberText::print(long double number) {
  size_ = print_number(text_, number);
}

}  // namespace tidemark
