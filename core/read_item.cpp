// SPDX-License-Identifier: MIT
#include <tidemark/core/read_item.hpp>

#include <charconv>
#include <locale>
#include <sstream>
#include <string>
#include <system_error>

namespace tidemark {
namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& wanted) {
  constexpr std::size_t shown = 60;
  const std::string quoted =
      text.size() <= shown ? std::string(text) : std::string(text.substr(0, shown)) + "...";
  throw BadText("'" + quoted + "' is not " + wanted);
}

/// Reads all of the text; false if it is no number or does not fit.
template <typename N>
bool read(std::string_view text, N& number) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (stopped != end || error == std::errc::invalid_argument) return false;
  if constexpr (std::floating_point<N>) {
    if (error != std::errc()) {  // also said of what is between 0 and the least normal number
      std::istringstream in{std::string(text)};
      in.imbue(std::locale::classic());
      if (!(in >> number)) return false;
    }
    const std::string_view digits = text.substr(0, text.find_first_of("eE"));
    return number != 0 || digits.find_first_of("123456789") == std::string_view::npos;
  }
  return error == std::errc();
}

void read_floating(std::string_view text, auto& number, const char* type) {
  if (!read(text, number))
    refuse(text, std::string("a number that fits into a ") + type +
                     ", such as -12.5, 1e+300, inf or nan");
}

}  // namespace

void detail::read_number(std::string_view text, long long& number, long long low, long long high) {
  if (!read(text, number) || number < low || number > high)
    refuse(text, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
}
void detail::read_number(std::string_view text, unsigned long long& number,
                         unsigned long long high) {
  if (!read(text, number) || number > high)
    refuse(text, high == 1 ? "0 or 1" : "a whole number from 0 to " + std::to_string(high));
}
void detail::read_number(std::string_view text, float& number) {
  read_floating(text, number, "float");
}
void detail::read_number(std::string_view text, double& number) {
  read_floating(text, number, "double");
}
void detail::read_number(std::string_view text, long double& number) {
  read_floating(text, number, "long double");
}

char detail::read_character(std::string_view text) {
  if (text.size() != 1) refuse(text, "one character");
  return text.front();
}

}  // namespace tidemark
