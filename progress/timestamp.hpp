// SPDX-License-Identifier: MIT
//
// Timestamps and path summaries: the two concepts that everything in this folder is written for.
#pragma once

#include <tidemark/progress/partial_order.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>

namespace tidemark {

/// What a path through the dataflow does to a timestamp: advance it, or carry it out of range.
///
/// Laws, for all summaries s, r and times t, u (timestamp_laws.hpp):
///   identity      S{}.results_in(t) == t
///   composition   s.followed_by(r).results_in(t) == s.results_in(t), then r.results_in
///   monotone      less_equal(t, u) implies less_equal(s.results_in(t), s.results_in(u))
///   extensive     less_equal(t, s.results_in(t)), unless s resets a loop counter (nested.hpp)
///   advancing     s.advances() implies s.results_in(t) != t
///   ordered       less_equal(s, r) implies less_equal(s.results_in(t), r.results_in(t)); it is a
///                 partial order, and goes on to hold when both follow, or are followed by, a third
///
/// Failure: `nullopt` says that the timestamp is out of range, so that nothing can arrive by this
/// path. A batch whose timestamp leaves the range is dropped. Out of range counts as later than
/// every timestamp; and where a later step resets what a former carried out of range, the composed
/// summary may have a result where the steps have none.
template <typename S, typename T>
concept PathSummary = std::regular<S> && std::totally_ordered<S> && PartiallyOrdered<S> &&
                      PartiallyOrdered<T> && requires(const S& s, const T& t) {
                        { s.results_in(t) } -> std::same_as<std::optional<T>>;
                        { s.followed_by(s) } -> std::same_as<std::optional<S>>;
                        { s.advances() } -> std::same_as<bool>;
                      };

/// A logical time: an element of a partial order with a least element.
///
/// Laws (timestamp_laws.hpp):
///   order        less_equal is reflexive, antisymmetric and transitive
///   least        less_equal(T::minimum(), t)
///   compatible   less_equal(a, b) implies a <= b, so sorting never contradicts the partial order
///   first        precedes_all_after(a) and a <= b imply less_equal(a, b)
///
/// Cost: timestamps are copied into queues and sorted; make copying and comparing cheap.
/// Models: Epoch (epoch.hpp), Product (product.hpp), Nested (nested.hpp).
template <typename T>
concept Timestamp =
    std::regular<T> && std::totally_ordered<T> && PartiallyOrdered<T> &&
    requires(const T& t, std::ostream& out) {
      typename T::Summary;
      { T::minimum() } -> std::same_as<T>;
      { std::hash<T>{}(t) } -> std::convertible_to<std::size_t>;
      out << t;  // a timestamp needs an operator<<, by which errors and traces tell it from others
    } && PathSummary<typename T::Summary, T>;

// The rest of this file is about loops. A timestamp in a loop has several *coordinates*, and what
// is said here holds for all types that have but one.

/// What a summary does to one coordinate.
enum class Effect {
  keeps,     ///< perhaps nothing, and nothing that makes it less
  advances,  ///< makes it strictly greater
  resets     ///< sets it, perhaps to less than it was
};

/// The number of coordinates of a timestamp.
template <typename T>
inline constexpr std::uint32_t coordinates_of = 1;
template <typename T>
  requires requires { T::coordinates; }
inline constexpr std::uint32_t coordinates_of<T> = T::coordinates;  ///< as it says

/// What a summary does to a coordinate, as its member of that name says; without one it has but
/// coordinate 0.
template <typename S>
constexpr Effect effect_on(const S& summary, std::uint32_t coordinate) {
  if constexpr (requires { summary.effect_on(coordinate); }) {
    return summary.effect_on(coordinate);
  } else {
    return summary.advances() ? Effect::advances : Effect::keeps;
  }
}

/// Less than, equal to or greater than 0, as coordinate `k` of `a` comes before that of `b`, is the
/// same, or comes after it.
template <typename T>
constexpr int compare_coordinate(const T& a, const T& b, std::uint32_t /*k*/) {
  return a < b ? -1 : b < a ? 1 : 0;
}

/// True for a value that is no timestamp, though its type has it (Epoch).
template <typename T>
constexpr bool is_beyond_all_time(const T&) {
  return false;
}

/// How many loop counters a timestamp needs.
template <typename T>
constexpr std::uint32_t depth_of(const T&) {
  return 0;
}

/// Prints a timestamp as it is seen at a location at `depth`.
template <typename T>
std::ostream& print_at_depth(std::ostream& out, const T& time, std::uint32_t /*depth*/) {
  return out << time;
}

/// How the timestamps that an operator sees are related to those of its dataflow's ledger. For a
/// type without loop counters they are the same.
template <typename T>
struct Level {
  using Ledger = T;  ///< what progress is tracked on
  using Root = T;    ///< what is seen outside all loops
  using Inner = T;   ///< what is seen one loop further in, if there is one,
  using Outer = T;   ///< and one further out
  ///@{
  /// For how many loops T has counters, and for how many the ledger's type has.
  static constexpr std::uint32_t depth = 0;
  static constexpr std::uint32_t max_depth = 0;
  ///@}

  ///@{
  /// What an operator sees as the ledger has it, with a 0 for each deeper counter; and back.
  static constexpr const T& to_ledger(const T& time) { return time; }
  static constexpr const T& from_ledger(const T& time) { return time; }
  template <typename S>
  static constexpr const S& to_ledger(const S& summary) {
    return summary;
  }
  ///@}
};

}  // namespace tidemark
