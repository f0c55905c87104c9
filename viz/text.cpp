// SPDX-License-Identifier: MIT
#include <tidemark/core/utf8.hpp>
#include <tidemark/viz/text.hpp>

namespace tidemark::detail {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

bool allowed_in_xml(std::string_view character) {
  if (character.size() == 1) {
    const auto c = static_cast<unsigned char>(character[0]);
    return c >= 0x20 || c == '\n';
  }
  return character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";  // U+FFFE, U+FFFF
}

}  // namespace

std::string clean_utf8(std::string_view bytes) {
  std::string clean;
  clean.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    const std::string_view character = bytes.substr(0, length == 0 ? 1 : length);
    if (character == "\t") {
      clean += ' ';
    } else {
      clean += length != 0 && allowed_in_xml(character) ? character : replacement;
    }
    bytes.remove_prefix(character.size());
  }
  return clean;
}

std::string abbreviate(std::string_view text, std::size_t limit) {
  std::size_t characters = 0;
  std::size_t cut = 0;  // where the last character that may stay before "…" ends
  for (std::size_t i = 0; i != text.size(); ++i) {
    if (is_continuation(text[i])) continue;
    if (++characters == limit) cut = i;
  }
  if (characters <= limit) return std::string(text);
  return std::string(text.substr(0, cut)) + "…";
}

std::string to_tooltip(std::string_view text) {
  std::string tooltip;
  for (const char c : text) {
    if (c == '&') {
      tooltip += "&amp;";
    } else {
      tooltip.append(c == '\\' ? 4 : 1, c);
    }
  }
  return tooltip;
}

std::string to_html(std::string_view text, std::string_view newline) {
  const auto written = [&](const char& c) -> std::string_view {
    if (c == '&') return "&amp;";
    if (c == '<') return "&lt;";
    if (c == '>') return "&gt;";
    if (c == '"') return "&quot;";
    if (c == '\\') return R"(\\)";
    if (c == '\n') return newline;
    return {&c, 1};
  };
  std::string html;
  for (const char& c : text) html += written(c);
  return html;
}

}  // namespace tidemark::detail
