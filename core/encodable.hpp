// SPDX-License-Identifier: MIT
//
// What can be written as bytes, and read from them. The codecs that there are: codec.hpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tidemark {

/// What was written is not a value of the type that is to be read.
struct BadBytes : std::runtime_error {
  BadBytes()
      : runtime_error(
            "the bytes are not of the type that is read: they were written for another one, or "
            "are damaged") {}
};

/// Bytes to be decoded, from the front.
class ByteReader {
 public:
  /// Requires: what `bytes` views outlives this and all that is taken.
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  /// The next `size` bytes. Throws BadBytes if fewer are left.
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) throw BadBytes();
    const std::string_view taken = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(taken.size());
    return taken;
  }
  ///@{
  /// How many bytes are left.
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  ///@}
  /// Throws BadBytes if something is left.
  void require_empty() const {
    if (!empty()) throw BadBytes();
  }

 private:
  std::string_view bytes_;
};

/// How a type of value is written. There is one for what is trivially copyable and no pointer or
/// view (its bytes are taken as they are, padding, too), for std::string,
/// for pairs, tuples, optionals, variants, vectors and maps of such, and for a struct that lists
/// its members, which it makes with `Value{}` first:
///
///     static auto fields(auto& self) { return std::tie(self.name, self.number); }
///
/// Specialise it for any other type of your own, with the same three functions, or derive from
/// NotSaved if none is ever to be saved.
///
/// The signature tells types apart, so that no value is read as one of another. Of numbers it is
/// kind and bits (`i64`, `u8`, `f64`, `bool`), of an enumeration that of its underlying type, of a
/// std::chrono::duration that of its number, with its unit in seconds, and so of a time_point; of
/// what is taken as bytes its members' if it lists them, else its name, without its scope, and its
/// size. A signature of your own may be any text; change it with what is written.
template <typename Value>
struct Codec {
  static constexpr bool is_missing = true;  ///< says only that nobody has specialised it
};

/// The base of a codec for values that are never saved: a run that saves states refuses a step that
/// keeps such, as one that keeps values without a codec.
struct NotSaved {};

/// There is a codec for `Value`.
template <typename Value>
concept Encodable = requires(std::string& to, const Value& value, ByteReader& from) {
  { Codec<Value>::signature() } -> std::convertible_to<std::string>;
  Codec<Value>::write(to, value);
  { Codec<Value>::read(from) } -> std::same_as<Value>;
};

}  // namespace tidemark
