// SPDX-License-Identifier: MIT
//
// Coordinates: timestamps as plain numbers, for those who read them and do not know their type.
#pragma once

#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/product.hpp>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace tidemark {

/// The numbers of a timestamp made of epochs, products and loops, those of T before the counters of
/// its loops, then zeros. In this form all of them have the same order, coordinate by coordinate,
/// and what a path does to any of them the same normal form (NestedSummary): so progress can be
/// followed, and read from a trace, by who does not know T.
using Coordinates = Nested<Epoch, 7>;
/// The most numbers that there is room for.
inline constexpr std::uint32_t max_coordinates = Coordinates::coordinates;

/// How a type of timestamps is taken apart. Of a type of a program's own nothing is known.
template <typename T>
struct CoordinatesOf {
  static constexpr std::uint32_t count = 0;  ///< of its numbers; 0: it cannot be taken apart
};

/// Of an epoch, one number. Those of other types have the same members.
template <>
struct CoordinatesOf<Epoch> {
  static constexpr std::uint32_t count = 1;  ///< of numbers
  static std::string form() { return "*"; }  ///< how it is printed, each number as a star

  ///@{
  /// Calls `each(number)` for the numbers in turn, and for what a summary adds to them.
  template <typename Each>
  static constexpr void for_each(const Epoch& time, Each&& each) {
    each(time.value);
  }
  template <typename Each>
  static constexpr void for_each(const EpochSummary& summary, Each&& each) {
    each(summary.step);
  }
  ///@}
};

/// Of a pair, the numbers of `first` before those of `second`.
template <typename A, typename B>
  requires(CoordinatesOf<A>::count != 0 && CoordinatesOf<B>::count != 0)
struct CoordinatesOf<Product<A, B>> {
  ///@{
  /// As for an epoch.
  static constexpr std::uint32_t count = CoordinatesOf<A>::count + CoordinatesOf<B>::count;
  static std::string form() {
    return std::string("(") + CoordinatesOf<A>::form() + "," + CoordinatesOf<B>::form() + ")";
  }

  template <typename PairOrSummary, typename Each>
  static constexpr void for_each(const PairOrSummary& pair, Each&& each) {
    CoordinatesOf<A>::for_each(pair.first, each);
    CoordinatesOf<B>::for_each(pair.second, each);
  }
  ///@}
};

/// In loops, the numbers of T before the counters, the outermost first.
template <typename T, std::uint32_t Depth, std::uint32_t Max>
  requires(CoordinatesOf<T>::count != 0)
struct CoordinatesOf<Nested<T, Depth, Max>> {
  static constexpr std::uint32_t outside_loops = CoordinatesOf<T>::count;  ///< how many T has
  ///@{
  /// As for an epoch.
  static constexpr std::uint32_t count = outside_loops + Depth;
  static std::string form() { return CoordinatesOf<T>::form(); }  ///< that of T

  template <typename TimeOrSummary, typename Each>
  static constexpr void for_each(const TimeOrSummary& time, Each&& each) {
    CoordinatesOf<T>::for_each(time.time, each);
    for (const std::uint64_t counter : time.counters) each(counter);
  }
  ///@}
  /// The first number that a summary sets; `count` if it sets none.
  static constexpr std::uint32_t sets_from(const NestedSummary<T, Depth>& summary) {
    return std::min(count, outside_loops - 1 + summary.resets_from);
  }
};

/// Timestamps that have coordinates, and no more than there is room for.
template <typename T>
concept HasCoordinates =
    Timestamp<T> && CoordinatesOf<T>::count != 0 && CoordinatesOf<T>::count <= max_coordinates;

/// Writes number `k` of `to`, from 0 on.
constexpr void set_coordinate(Coordinates& to, std::uint32_t k, std::uint64_t number) {
  if (k == 0) {
    to.time = number;
  } else {
    to.counters[k - 1] = number;
  }
}
/// Number `k` of `of`, from 0 on.
constexpr std::uint64_t coordinate(const Coordinates& of, std::uint32_t k) {
  return k == 0 ? of.time.value : of.counters[k - 1];
}

/// The numbers of a timestamp, and a 0 for each that its type lacks.
template <HasCoordinates T>
constexpr Coordinates coordinates(const T& time) {
  Coordinates result;
  std::uint32_t k = 0;
  CoordinatesOf<T>::for_each(time, [&](std::uint64_t n) { set_coordinate(result, k++, n); });
  return result;
}

/// What a path does to the coordinates of timestamps of type T.
template <HasCoordinates T>
constexpr Coordinates::Summary coordinates_summary(const typename T::Summary& summary) {
  Coordinates::Summary result;
  std::uint32_t k = 0;
  CoordinatesOf<T>::for_each(summary, [&](std::uint64_t n) {
    if (k == 0) {
      result.time.step = n;
    } else {
      result.counters[k - 1] = n;
    }
    ++k;
  });
  if constexpr (requires { CoordinatesOf<T>::sets_from(summary); })
    if (const std::uint32_t first = CoordinatesOf<T>::sets_from(summary);
        first < CoordinatesOf<T>::count)
      result.resets_from = first;
  return result;
}

/// Prints coordinates as the timestamp that they are would be at a location at `depth`. `form` is
/// that of T, outside all loops.
inline void print_coordinates(std::ostream& out, std::string_view form, const Coordinates& time,
                              std::uint32_t depth) {
  std::uint32_t k = 0;
  if (depth != 0) out << '(';
  for (const char c : form) {
    if (c == '*') {
      out << coordinate(time, k++);
    } else {
      out << c;
    }
  }
  for (std::uint32_t loop = 0; loop != depth; ++loop) out << ',' << coordinate(time, k++);
  if (depth != 0) out << ')';
}

}  // namespace tidemark
