// SPDX-License-Identifier: MIT
#include "arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

std::string is_not(std::string_view value, std::string_view what) {
  return fmt::format("'{}' is not {}", value.substr(0, 40), what);
}

/// What is wrong with a whole number; without zeros at its beginning, which would make it octal.
std::string check_digits(std::string& number, bool may_be_negative) {
  const std::size_t sign = may_be_negative && number.starts_with('-') ? 1 : 0;
  const auto is_digit = [](char c) { return '0' <= c && c <= '9'; };
  if (number.size() == sign ||
      !std::all_of(number.begin() + static_cast<std::ptrdiff_t>(sign), number.end(), is_digit))
    return is_not(number, "a whole number, in decimal digits");
  const std::size_t last = number.size() - 1;
  number.erase(sign, std::min(number.find_first_not_of('0', sign), last) - sign);
  std::uint64_t unsigned_number = 0;
  const char* const end = number.data() + number.size();
  return std::from_chars(number.data() + sign, end, unsigned_number).ec == std::errc()
             ? ""
             : is_not(number, "a number of 64 bits");
}

}  // namespace

void check_arguments(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const std::string type = option->get_type_name();
    const bool is_number = type.starts_with("UINT") || type.starts_with("INT");
    if (option->get_type_size_max() == 0) continue;  // a flag
    option->transform({[is_number, may_be_negative = type.starts_with("INT")](std::string& value) {
                         if (value.empty()) return std::string("its argument is empty");
                         return is_number ? check_digits(value, may_be_negative) : "";
                       },
                       ""});
  }
  for (CLI::App* command : app.get_subcommands({})) check_arguments(*command);
}

CLI::Validator file_name() {
  return {[](const std::string& value) -> std::string {
            if (value != "-") return "";
            return "'-' is no file here: /dev/stdout is standard output, and ./- a file";
          },
          ""};
}

CLI::Validator duration() {
  static constexpr std::pair<std::string_view, double> units[] = {
      {"ms", 1}, {"min", 60'000}, {"s", 1000}, {"", 1000}};
  static constexpr double longest = 1e10;
  return {
      [](std::string& value) -> std::string {
        const auto* const unit = std::ranges::find_if(
            units, [&](const auto& each) { return value.ends_with(each.first); });
        const char* const end = value.data() + value.size() - unit->first.size();
        double number = 0;
        const auto [rest, error] = std::from_chars(value.data(), end, number);
        const double milliseconds = number * unit->second;
        if (error != std::errc() || rest != end || !(milliseconds >= 0 && milliseconds <= longest))
          return is_not(value, "a time, as 10s, 500ms or 2min, of at most 115 days");
        value = fmt::format("{:.0f}", milliseconds);
        return "";
      },
      ""};
}

CLI::Validator one_of(std::vector<std::string> words) {
  return {[words = std::move(words)](const std::string& word) -> std::string {
            if (std::ranges::find(words, word) != words.end()) return "";
            return is_not(word, fmt::format("one of {}", fmt::join(words, ", ")));
          },
          ""};
}

}  // namespace tidemark
