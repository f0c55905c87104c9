// SPDX-License-Identifier: MIT
//
// Codecs: values as bytes of a file or of a store, in this machine's byte order. What one is:
// encodable.hpp.
#pragma once

#include <tidemark/core/encodable.hpp>
#include <tidemark/core/type_name.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {

namespace detail {

template <typename>
inline constexpr bool are_encodable = false;
template <typename... Fields>
inline constexpr bool are_encodable<std::tuple<Fields&...>> = (Encodable<Fields> && ...);

/// A struct that lists its members, of which each can be written.
template <typename Value>
concept ListsFields = are_encodable<decltype(Value::fields(std::declval<Value&>()))>;

/// The signatures of all members.
template <typename Fields>
struct SignatureOf;
template <typename... Fields>
struct SignatureOf<std::tuple<Fields&...>> {
  static std::string all() {
    return std::string("{") +
           (std::string() + ... + (Codec<std::remove_const_t<Fields>>::signature() + ",")) + "}";
  }
};

template <typename Value>
concept ChronoDuration = requires {
  typename Value::rep;
  Value::period::num;
  Value::period::den;
  requires !requires { typename Value::clock; };
};
template <typename Value>
concept ChronoPoint = requires {
  typename Value::clock;
  requires ChronoDuration<typename Value::duration>;
};
template <typename Value>
concept FixedArray = requires {
  std::tuple_size<Value>::value;
  requires Encodable<typename Value::value_type>;
};

/// Of what is taken as bytes.
template <typename Value>
std::string bytes_signature() {
  using Plain = std::remove_cv_t<Value>;
  const std::string bits = std::to_string(8 * sizeof(Plain));
  if constexpr (std::is_same_v<Plain, bool>) {
    return "bool";
  } else if constexpr (std::is_enum_v<Plain>) {
    return bytes_signature<std::underlying_type_t<Plain>>();
  } else if constexpr (std::floating_point<Plain>) {
    return "f" + bits;
  } else if constexpr (std::integral<Plain>) {
    return (std::is_signed_v<Plain> ? "i" : "u") + bits;
  } else if constexpr (ChronoDuration<Plain>) {
    using Period = typename Plain::period;
    return bytes_signature<typename Plain::rep>() + "*" + std::to_string(Period::num) + "/" +
           std::to_string(Period::den) + "s";
  } else if constexpr (ChronoPoint<Plain>) {
    return bytes_signature<typename Plain::duration>() + " since " +
           unscoped_name(typeid(typename Plain::clock));
  } else if constexpr (FixedArray<Plain>) {
    return Codec<typename Plain::value_type>::signature() + "*" +
           std::to_string(std::tuple_size_v<Plain>);
  } else if constexpr (ListsFields<Plain>) {
    return SignatureOf<decltype(Plain::fields(std::declval<Plain&>()))>::all();
  } else {
    return unscoped_name(typeid(Plain)) + ":" + std::to_string(sizeof(Plain));
  }
}

/// A byte that is 0 or 1: no other is a bool.
inline bool read_flag(ByteReader& from) {
  const char byte = from.take(1)[0];
  if (byte != '\0' && byte != '\1') throw BadBytes();
  return byte == '\1';
}

/// Ends an element, before which `to` had so many bytes. It takes a byte at least, so that bytes
/// cannot tell of more elements than there are.
inline void end_element(std::string& to, std::size_t before) {
  if (to.size() == before) to += '\0';
}
template <Encodable Value>
Value read_element(ByteReader& from) {
  const std::size_t before = from.size();
  Value value = Codec<Value>::read(from);
  if (from.size() == before) from.take(1);
  return value;
}

}  // namespace detail

/// @cond codecs
// What is trivially copyable: its bytes as they lie in memory; a bool must be 0 or 1.
template <typename Value>
  requires(std::is_trivially_copyable_v<Value> && !std::is_pointer_v<Value> &&
           !std::ranges::view<Value>)
struct Codec<Value> {
  static std::string signature() { return detail::bytes_signature<Value>(); }
  static void write(std::string& to, const Value& value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof(Value));
  }
  static Value read(ByteReader& from) {
    if constexpr (std::is_same_v<Value, bool>) return detail::read_flag(from);
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

template <Encodable... Values>
struct Codec<std::tuple<Values...>> {
  static std::string signature() {
    return std::string("(") + (std::string() + ... + (Codec<Values>::signature() + ",")) + ")";
  }
  static void write(std::string& to, const std::tuple<Values...>& value) {
    std::apply([&](const auto&... each) { (Codec<Values>::write(to, each), ...); }, value);
  }
  static std::tuple<Values...> read(ByteReader& from) {
    return std::tuple<Values...>{Codec<Values>::read(from)...};  // braces: from left to right
  }
};

template <Encodable First, Encodable Second>
struct Codec<std::pair<First, Second>> {
  static std::string signature() {
    return std::string("(") + Codec<First>::signature() + "," + Codec<Second>::signature() + ")";
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

template <Encodable Value>
struct Codec<std::optional<Value>> {
  static std::string signature() { return Codec<Value>::signature() + "?"; }
  static void write(std::string& to, const std::optional<Value>& value) {
    to += value ? '\1' : '\0';
    if (value) Codec<Value>::write(to, *value);
  }
  static std::optional<Value> read(ByteReader& from) {
    if (!detail::read_flag(from)) return std::nullopt;
    return Codec<Value>::read(from);
  }
};

/// The number of the alternative, then its value.
template <Encodable... Values>
struct Codec<std::variant<Values...>> {
  static std::string signature() {
    return std::string("<") + ((Codec<Values>::signature() + "|") + ...) + ">";
  }
  static void write(std::string& to, const std::variant<Values...>& value) {
    Codec<std::uint64_t>::write(to, value.index());
    std::visit([&](const auto& v) { Codec<std::remove_cvref_t<decltype(v)>>::write(to, v); },
               value);
  }
  static std::variant<Values...> read(ByteReader& from) {
    return read_at<0>(Codec<std::uint64_t>::read(from), from);
  }

 private:
  template <std::size_t I>
  static std::variant<Values...> read_at(std::uint64_t index, ByteReader& from) {
    if (index != I) {
      if constexpr (I + 1 < sizeof...(Values)) return read_at<I + 1>(index, from);
      throw BadBytes();
    }
    using Alternative = std::variant_alternative_t<I, std::variant<Values...>>;
    return std::variant<Values...>(std::in_place_index<I>, Codec<Alternative>::read(from));
  }
};

// A struct that lists its members: these, in order.
template <typename Value>
  requires(!std::is_trivially_copyable_v<Value> && std::default_initializable<Value> &&
           detail::ListsFields<Value>)
struct Codec<Value> {
  static std::string signature() {
    return detail::SignatureOf<decltype(Value::fields(std::declval<Value&>()))>::all();
  }
  static void write(std::string& to, const Value& value) {
    for_each(value, [&]<typename Field>(const Field& field) { Codec<Field>::write(to, field); });
  }
  static Value read(ByteReader& from) {
    Value value{};
    for_each(value, [&]<typename Field>(Field& field) { field = Codec<Field>::read(from); });
    return value;
  }

 private:
  static void for_each(auto& value, auto action) {
    std::apply([&](auto&... fields) { (action(fields), ...); }, Value::fields(value));
  }
};

/// Containers: their size, then their elements.
template <typename Container, typename Element>
struct ContainerCodec {
  ///@{
  /// As a Codec has them. `read` throws BadBytes, too, for a size that the bytes cannot hold, and
  /// for a key that is there twice.
  static std::string signature() { return std::string("[") + Codec<Element>::signature() + "]"; }
  static void write(std::string& to, const Container& values) {
    Codec<std::uint64_t>::write(to, values.size());
    for (const auto& value : values) {
      const std::size_t before = to.size();
      if constexpr (requires { values.key_comp(); }) {  // whose elements have a key that is const
        Codec<typename Element::first_type>::write(to, value.first);
        Codec<typename Element::second_type>::write(to, value.second);
      } else {
        Codec<Element>::write(to, value);
      }
      detail::end_element(to, before);
    }
  }
  static Container read(ByteReader& from) {
    const auto size = Codec<std::uint64_t>::read(from);
    if (size > from.size()) throw BadBytes();
    Container values;
    for (auto left = size; left != 0; --left)
      values.insert(values.end(), detail::read_element<Element>(from));
    if (values.size() != size) throw BadBytes();  // a key was there twice
    return values;
  }
  ///@}
};
template <Encodable Value>
struct Codec<std::vector<Value>> : ContainerCodec<std::vector<Value>, Value> {};
template <Encodable Key, Encodable Value>
struct Codec<std::map<Key, Value>> : ContainerCodec<std::map<Key, Value>, std::pair<Key, Value>> {};

/// @endcond

/// A value as bytes.
template <Encodable Value>
std::string to_bytes(const Value& value) {
  std::string bytes;
  Codec<Value>::write(bytes, value);
  return bytes;
}

/// The value that `to_bytes` has written. Throws BadBytes.
template <Encodable Value>
Value from_bytes(std::string_view bytes) {
  ByteReader from(bytes);
  Value value = Codec<Value>::read(from);
  from.require_empty();
  return value;
}

}  // namespace tidemark
