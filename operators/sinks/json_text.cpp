// SPDX-License-Identifier: MIT
#include <tidemark/operators/json.hpp>
#include <tidemark/operators/sinks/json_text.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace tidemark::detail {
namespace {

/// The library's reason without its own number.
std::string reason_of(const nlohmann::json::exception& error) {
  const std::string reason = error.what();
  const std::size_t at = reason.find("] ");
  return at == std::string::npos ? reason : reason.substr(at + 2);
}

[[noreturn]] void refuse_number(std::string_view number) {
  throw NotJson(std::string(number) +
                " is no number of JSON; drop such a value, or write null (an empty std::optional)");
}

/// Looks for what dump() would write as something else, or not return from.
void require_json(const nlohmann::json& value, std::size_t depth) {
  std::vector<std::pair<const nlohmann::json*, std::size_t>> open{{&value, depth}};
  while (!open.empty()) {
    const auto [at, level] = open.back();
    open.pop_back();
    if (at->is_number_float() && !std::isfinite(at->get<double>()))
      refuse_number(NumberText(at->get<double>()).view());
    if (at->is_binary() || at->is_discarded())
      throw NotJson(std::string("a ") + at->type_name() + " value is no JSON; write a string");
    if (!at->is_structured()) continue;
    require_json_depth(level + 1);
    for (const nlohmann::json& each : *at) open.emplace_back(&each, level + 1);
  }
}

void dump(std::string& to, const nlohmann::json& value) {
  try {
    to += value.dump();
  } catch (const nlohmann::json::type_error& error) {
    throw NotJson("text of JSON must be UTF-8: " + reason_of(error));
  }
}

}  // namespace

void write_json_string(std::string& to, std::string_view text) {
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
  if (!std::ranges::all_of(text, is_plain)) return dump(to, text);
  to += '"';
  to += text;
  to += '"';
}

void write_json_value(std::string& to, const nlohmann::json& value, std::size_t depth) {
  require_json(value, depth);
  dump(to, value);
}

void write_json_floating(std::string& to, std::string_view number) {
  if (number.ends_with("f") || number.ends_with("n")) refuse_number(number);  // inf or nan
  to += number;
  if (number.find_first_of(".e") == std::string_view::npos) to += ".0";  // else it were an integer
}

void require_json_depth(std::size_t depth) {
  if (depth > deepest_json)
    throw NotJson("the value is nested more than " + std::to_string(deepest_json) +
                  " deep, and could not be read again");
}

}  // namespace tidemark::detail
