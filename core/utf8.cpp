// SPDX-License-Identifier: MIT
#include <tidemark/core/utf8.hpp>

namespace tidemark {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Of what is text: all that is UTF-8, or without control characters.
enum class Text { all, printable };

std::string with_bytes_told(std::string_view bytes, Text kept) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    const auto byte = static_cast<unsigned char>(bytes[0]);
    if (length == 0 || (kept == Text::printable && (byte < ' ' || byte == 0x7F))) {
      text += "\\x";
      text += digits[byte / 16];
      text += digits[byte % 16];
      bytes.remove_prefix(1);
    } else {
      text += bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
  }
  return text;
}

}  // namespace

std::size_t utf8_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i != length; ++i) {
    if (!is_continuation(bytes[i])) return 0;
  }
  const unsigned second = at(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second >= 0xA0;
  const bool beyond = lead == 0xF4 && second >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

std::string_view cut_utf8(std::string_view bytes, std::size_t most) {
  if (bytes.size() <= most) return bytes;
  constexpr std::size_t longest = 4;
  std::size_t begin = most;  // of the character that the cut goes through
  while (begin != 0 && most - begin != longest && is_continuation(bytes[begin])) --begin;
  const bool cuts = begin != most && utf8_length(bytes.substr(begin)) > most - begin;
  return bytes.substr(0, cuts ? begin : most);
}

std::string readable_utf8(std::string_view bytes) {
  return with_bytes_told(bytes, Text::all);
}

std::string printable_utf8(std::string_view bytes) {
  return with_bytes_told(bytes, Text::printable);
}

}  // namespace tidemark
