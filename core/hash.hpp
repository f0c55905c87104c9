// SPDX-License-Identifier: MIT
//
// Hashes that route: the same on every machine, with every bit worth using.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tidemark {

namespace detail {

/// The finaliser of MurmurHash3: every bit of the input affects every bit of the result.
constexpr std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDu;
  x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53u;
  return x ^ (x >> 33);
}

/// Eight bytes at a time, little endian, so that the result does not depend on the machine.
inline std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t hash = 0x9E3779B97F4A7C15u ^ bytes.size();
  const auto word = [&](const char* at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i != size; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    return value;
  };
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8)
    hash = std::rotl(hash ^ word(&bytes[i], 8), 29) * 0xBF58476D1CE4E5B9u;
  if (i != bytes.size())
    hash = std::rotl(hash ^ word(&bytes[i], bytes.size() - i), 29) * 0xBF58476D1CE4E5B9u;
  return mix(hash);
}

template <typename Key>
constexpr bool is_hashable() {
  if constexpr (std::integral<Key> || std::is_enum_v<Key> ||
                std::convertible_to<const Key&, std::string_view>) {
    return true;
  } else if constexpr (requires(const Key& key) { key.first, key.second; }) {
    return is_hashable<std::remove_cvref_t<decltype(std::declval<Key>().first)>>() &&
           is_hashable<std::remove_cvref_t<decltype(std::declval<Key>().second)>>();
  } else {
    return requires(const Key& key) { std::hash<Key>{}(key); };
  }
}

}  // namespace detail

/// What KeyHash can hash. No pointer: two equal texts at different addresses would be one key to
/// the hash, and two to the table.
template <typename Key>
concept HashableKey = !std::is_pointer_v<Key> && detail::is_hashable<Key>();

/// Hashes keys for routing: integers, enumerations, strings, pairs of keys, and any other type
/// through its std::hash (then only as stable as that).
struct KeyHash {
  template <HashableKey Key>
  std::uint64_t operator()(const Key& key) const {
    if constexpr (std::integral<Key> || std::is_enum_v<Key>) {
      return detail::mix(static_cast<std::uint64_t>(key) + 0x9E3779B97F4A7C15u);
    } else if constexpr (std::convertible_to<const Key&, std::string_view>) {
      return detail::hash_bytes(key);
    } else if constexpr (requires { key.first, key.second; }) {
      return detail::mix((*this)(key.first) * 31 + (*this)(key.second));
    } else {
      return detail::mix(std::hash<Key>{}(key));
    }
  }
};

/// KeyHash for the tables of a worker. It gets the keys of which the low bits of KeyHash are its
/// number, and a table that tells entries apart by low bits (Boost's by a byte) needs others.
struct TableHash {
  using is_avalanching = void;  // tells Boost's tables not to mix once more

  template <HashableKey Key>
  std::uint64_t operator()(const Key& key) const {
    return of_hash(KeyHash{}(key));
  }
  static std::uint64_t of_hash(std::uint64_t hash) { return hash ^ (hash >> 32); }
};

}  // namespace tidemark
