// SPDX-License-Identifier: MIT
//
// Codecs: values as bytes of a file, in this machine's byte order.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tidemark {

/// Bytes to be decoded, from the front.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  /// Fewer bytes are left than `take` was asked for.
  struct Short {};

  /// The next `size` bytes. Throws Short.
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) throw Short{};
    const std::string_view taken = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(taken.size());
    return taken;
  }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

/// How a type of value is written to files. Specialise it for a type of your own that is not
/// trivially copyable, with the same three functions.
template <typename Value>
struct Codec {
  static_assert(std::is_trivially_copyable_v<Value> && !std::is_pointer_v<Value>,
                "a value for a file must be trivially copyable, a std::string or a std::pair of "
                "such; else specialise tidemark::Codec for its type");

  /// What a file says of its values, so that no others are read from it.
  static std::string signature() { return std::to_string(sizeof(Value)); }
  static void write(std::string& to, const Value& value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof(Value));
  }
  static Value read(ByteReader& from) {
    std::array<char, sizeof(Value)> bytes{};
    std::memcpy(bytes.data(), from.take(sizeof(Value)).data(), sizeof(Value));
    return std::bit_cast<Value>(bytes);
  }
};

template <>
struct Codec<std::string> {
  static std::string signature() { return "text"; }
  static void write(std::string& to, const std::string& value) {
    Codec<std::uint64_t>::write(to, value.size());
    to += value;
  }
  static std::string read(ByteReader& from) {
    return std::string(from.take(Codec<std::uint64_t>::read(from)));
  }
};

template <typename First, typename Second>
struct Codec<std::pair<First, Second>> {
  static std::string signature() {
    return "(" + Codec<First>::signature() + "," + Codec<Second>::signature() + ")";
  }
  static void write(std::string& to, const std::pair<First, Second>& value) {
    Codec<First>::write(to, value.first);
    Codec<Second>::write(to, value.second);
  }
  static std::pair<First, Second> read(ByteReader& from) {
    auto first = Codec<First>::read(from);
    return {std::move(first), Codec<Second>::read(from)};
  }
};

}  // namespace tidemark
