// SPDX-License-Identifier: MIT
//
// Varints: numbers of a trace as bytes, small ones in one.
#pragma once

#include <tidemark/core/bad_trace.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark {

/// Appends seven bits a byte, the lowest first; the highest bit of a byte says that more follow.
inline void put_varint(std::string& to, std::uint64_t number) {
  for (; number >= 128; number >>= 7) to += static_cast<char>(number | 128);
  to += static_cast<char>(number);
}

/// The difference `to - from`, which may be negative, with its sign in the lowest bit. Modulo 2^64,
/// so that any difference can be told.
constexpr std::uint64_t zigzag(std::uint64_t from, std::uint64_t to) {
  const std::uint64_t difference = to - from;
  return difference << 1 ^ (difference >> 63 != 0 ? ~std::uint64_t{0} : 0);
}
constexpr std::uint64_t undo_zigzag(std::uint64_t from, std::uint64_t difference) {
  return from + (difference >> 1 ^ ((difference & 1) != 0 ? ~std::uint64_t{0} : 0));
}

/// Takes varints from the front of bytes, which outlive it.
class VarintReader {
 public:
  VarintReader() = default;
  explicit VarintReader(std::string_view bytes) : bytes_(bytes) {}

  bool at_end() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }

  /// Throws BadTrace if there is none, or one that is too large.
  std::uint64_t take() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) throw BadTrace("a column ends before its last number");
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      number |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return number;
    }
    throw BadTrace("a number has more than 64 bits");
  }

  /// Takes so many bytes. Throws BadTrace if there are fewer.
  std::string_view take_bytes(std::uint64_t size) {
    if (size > bytes_.size()) throw BadTrace("a column is longer than its block");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

 private:
  std::string_view bytes_;
};

}  // namespace tidemark
