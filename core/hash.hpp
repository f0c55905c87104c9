// SPDX-License-Identifier: MIT
//
// Hashes that route: the same on every machine, with every bit worth using. And which keys are one.
#pragma once

#include <tidemark/core/undefined.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <optional>
#include <ostream>
#include <string_view>
#include <type_traits>
#include <typeinfo>
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

/// Whether keys may be one although their bits, or even `==`, say otherwise.
template <typename Key>
inline constexpr bool holds_float = std::floating_point<Key>;
template <typename A, typename B>
inline constexpr bool holds_float<std::pair<A, B>> = holds_float<A> || holds_float<B>;
template <typename Key>
inline constexpr bool holds_float<std::optional<Key>> = holds_float<Key>;

/// The one of equal keys that stands for all: with 0 and the usual NaN for all other zeros and
/// NaNs.
template <typename Key>
decltype(auto) canonical(const Key& key) {
  if constexpr (!holds_float<Key>) {
    return (key);
  } else if constexpr (std::floating_point<Key>) {
    if (key == 0) return Key{0};
    return key == key ? Key{key} : std::numeric_limits<Key>::quiet_NaN();
  } else if constexpr (requires { key.first; }) {
    return Key(canonical(key.first), canonical(key.second));
  } else {
    return key ? Key(canonical(*key)) : Key();
  }
}

/// Throws DataflowError, in which the key is what `print` prints; null: the name of its type.
[[noreturn]] void refuse_key(const std::type_info& type, const void* key,
                             void (*print)(std::ostream&, const void*));

/// Whether there may be keys that no table finds again.
template <typename Key>
inline constexpr bool may_be_lost = !std::floating_point<Key> && may_be_undefined<Key>;
template <typename A, typename B>
inline constexpr bool may_be_lost<std::pair<A, B>> = may_be_lost<A> || may_be_lost<B>;
template <typename Key>
inline constexpr bool may_be_lost<std::optional<Key>> = may_be_lost<Key>;

/// Throws DataflowError for a key that is not equal to itself, unless KeyEqual makes good for it.
template <typename Key>
void require_found_again(const Key& key) {
  if constexpr (may_be_lost<Key>) {
    if constexpr (holds_float<Key> && requires { key.first; }) {
      require_found_again(key.first);
      require_found_again(key.second);
    } else if (is_undefined(key)) {
      if constexpr (Printable<Key>) {
        refuse_key(typeid(Key), &key, [](std::ostream& out, const void* at) {
          print_item(out, *static_cast<const Key*>(at));
        });
      } else {
        refuse_key(typeid(Key), &key, nullptr);
      }
    }
  }
}

}  // namespace detail

/// What KeyHash can hash. No pointer: two equal texts at different addresses would be one key to
/// the hash, and two to the table.
template <typename Key>
concept HashableKey = !std::is_pointer_v<Key> && detail::is_hashable<Key>();

/// Hashes keys for routing: integers, enumerations, strings, pairs of keys, and any other type
/// through its std::hash (then only as stable as that). Keys that are one to KeyEqual have one
/// hash.
struct KeyHash {
  /// 64 well-mixed bits: modulo the number of workers, the worker of the key.
  template <HashableKey Key>
  std::uint64_t operator()(const Key& key) const {
    if constexpr (std::integral<Key> || std::is_enum_v<Key>) {
      return detail::mix(static_cast<std::uint64_t>(key) + 0x9E3779B97F4A7C15u);
    } else if constexpr (std::convertible_to<const Key&, std::string_view>) {
      return detail::hash_bytes(key);
    } else if constexpr (requires { key.first, key.second; }) {
      return detail::mix((*this)(key.first) * 31 + (*this)(key.second));
    } else {
      return detail::mix(std::hash<Key>{}(detail::canonical(key)));
    }
  }
};

/// Whether two keys are one: if they are equal, and where one has a NaN the other has one, too,
/// whatever its sign and payload. So in floating-point numbers, and pairs and optional ones of
/// such; a type of your own must have an `==` by which each value is equal to itself: a step
/// refuses a key that is not.
struct KeyEqual {
  /// An equivalence, which the `==` of floating-point numbers is not.
  template <typename Key>
  bool operator()(const Key& a, const Key& b) const {
    if constexpr (!detail::holds_float<Key>) {
      return a == b;
    } else if constexpr (std::floating_point<Key>) {
      return a == b || (a != a && b != b);
    } else if constexpr (requires { a.first; }) {
      return (*this)(a.first, b.first) && (*this)(a.second, b.second);
    } else {
      return a.has_value() == b.has_value() && (!a || (*this)(*a, *b));
    }
  }
};

/// The order of keys: `<`, and NaN after all numbers.
struct KeyLess {
  /// A strict order in which one of two keys is less unless they are one to KeyEqual.
  template <typename Key>
  bool operator()(const Key& a, const Key& b) const {
    if constexpr (!detail::holds_float<Key>) {
      return a < b;
    } else if constexpr (std::floating_point<Key>) {
      return a < b || (a == a && b != b);
    } else if constexpr (requires { a.first; }) {
      if ((*this)(a.first, b.first)) return true;
      return !(*this)(b.first, a.first) && (*this)(a.second, b.second);
    } else {
      return b && (!a || (*this)(*a, *b));
    }
  }
};

/// KeyHash for the tables of a worker. It gets the keys of which the low bits of KeyHash are its
/// number, and a table that tells entries apart by low bits (Boost's by a byte) needs others.
/// Throws DataflowError for a key that no table would find again.
struct TableHash {
  using is_avalanching = void;  ///< tells Boost's tables not to mix once more

  /// Where a key stands. Throws DataflowError for one that is not equal to itself.
  template <HashableKey Key>
  std::uint64_t operator()(const Key& key) const {
    detail::require_found_again(key);
    return of_hash(KeyHash{}(key));
  }
  /// The same of a key whose KeyHash is known, unchecked.
  static std::uint64_t of_hash(std::uint64_t hash) { return hash ^ (hash >> 32); }
};

}  // namespace tidemark
