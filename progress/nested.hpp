// SPDX-License-Identifier: MIT
//
// Nested: timestamps inside loops, T and one counter for each loop around.
#pragma once

#include <tidemark/progress/timestamp.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <ostream>

namespace tidemark {

template <Timestamp T, std::uint32_t Depth, std::uint32_t Max = Depth>
struct Nested;

/// What a path inside loops does to a timestamp, in normal form: coordinates before `resets_from`
/// are advanced, those from it on are *set*. Coordinate 0 is T, which is never set; coordinate k is
/// the counter of the k-th loop from the outside.
///
/// Closed under `followed_by`. The identity is not the least summary: one that resets lies below.
template <Timestamp T, std::uint32_t Depth>
struct NestedSummary {
  typename T::Summary time{};                   ///< what happens to T
  std::array<std::uint64_t, Depth> counters{};  ///< added, or from `resets_from` on set
  std::uint32_t resets_from = Depth + 1;        ///< at least 1; Depth + 1: resets nothing

  /// Adds `step` to the counter of the loop at `depth`: what a feedback does.
  static constexpr NestedSummary feedback(std::uint32_t depth, std::uint64_t step) {
    NestedSummary summary;
    summary.counters[depth - 1] = step;
    return summary;
  }
  /// Resets the counter of the loop at `depth` and of those inside it: what leaving it does.
  static constexpr NestedSummary leave(std::uint32_t depth) { return {{}, {}, depth}; }

  ///@{
  /// As PathSummary says (timestamp.hpp). Out of range is a sum of 2^64 or more.
  template <std::uint32_t Max>
  constexpr std::optional<Nested<T, Depth, Max>> results_in(const Nested<T, Depth, Max>& t) const {
    auto outer = time.results_in(t.time);
    if (!outer) return std::nullopt;
    Nested<T, Depth, Max> result{*outer, counters};
    for (std::uint32_t k = 1; k < resets_from && k <= Depth; ++k)
      if (!add(result.counters[k - 1], t.counters[k - 1])) return std::nullopt;
    return result;
  }

  constexpr std::optional<NestedSummary> followed_by(const NestedSummary& next) const {
    auto outer = time.followed_by(next.time);
    if (!outer) return std::nullopt;
    NestedSummary result{*outer, next.counters, std::min(resets_from, next.resets_from)};
    for (std::uint32_t k = 1; k < next.resets_from && k <= Depth; ++k)
      if (!add(result.counters[k - 1], counters[k - 1])) return std::nullopt;
    return result;
  }

  constexpr bool advances() const {
    for (std::uint32_t k = 0; k <= Depth; ++k)
      if (effect_on(k) == Effect::advances) return true;
    return false;
  }

  constexpr Effect effect_on(std::uint32_t coordinate) const {
    if (coordinate >= resets_from) return Effect::resets;
    const bool moves = coordinate == 0 ? time.advances() : counters[coordinate - 1] != 0;
    return moves ? Effect::advances : Effect::keeps;
  }
  ///@}

  /// True if what has no counters deeper than `from` results in what has none deeper than `to`.
  constexpr bool stays_canonical(std::uint32_t from, std::uint32_t to) const {
    for (std::uint32_t k = to + 1; k <= Depth; ++k)
      if (counters[k - 1] != 0 || (k <= from && k < resets_from)) return false;
    return true;
  }

  friend constexpr auto operator<=>(const NestedSummary&, const NestedSummary&) = default;
  /// True if `a` resets at least what `b` does, and adds or sets no more.
  friend constexpr bool less_equal(const NestedSummary& a, const NestedSummary& b) {
    if (a.resets_from > b.resets_from || !less_equal(a.time, b.time)) return false;
    for (std::uint32_t k = 0; k != Depth; ++k)
      if (a.counters[k] > b.counters[k]) return false;
    return true;
  }
  /// Prints `(+0,+1,=0)`: the third coordinate is set to 0.
  friend std::ostream& operator<<(std::ostream& out, const NestedSummary& summary) {
    out << '(' << summary.time;
    for (std::uint32_t k = 1; k <= Depth; ++k)
      out << ',' << (k < summary.resets_from ? '+' : '=') << summary.counters[k - 1];
    return out << ')';
  }

 private:
  static constexpr bool add(std::uint64_t& sum, std::uint64_t more) {
    if (more > std::numeric_limits<std::uint64_t>::max() - sum) return false;
    sum += more;
    return true;
  }
};

/// A timestamp at depth `Depth` of a dataflow whose loops nest at most `Max` deep: T and the
/// counters of the loops around, from the outside in. Ordered coordinate by coordinate; `<=>` is
/// the lexicographic order, which extends that.
///
/// Operators see the counters of the loops that they stand in and no others: at depth 0 such a
/// timestamp converts from and to T, and prints like it. Progress is tracked on Nested<T, Max>,
/// whose counters deeper than a location are 0 (`to_ledger`); this type cannot say otherwise.
template <Timestamp T, std::uint32_t Depth, std::uint32_t Max>
struct Nested {
  static_assert(Depth <= Max, "a timestamp has no more loop counters than its dataflow has");
  ///@{
  /// As timestamp.hpp says. All of T is one coordinate.
  using Summary = NestedSummary<T, Depth>;
  static constexpr std::uint32_t coordinates = Depth + 1;
  static constexpr bool totally_ordered = Depth == 0 && is_totally_ordered<T>;
  ///@}

  T time{};                                     ///< what it is outside of the loops
  std::array<std::uint64_t, Depth> counters{};  ///< rounds from 0, of the outermost loop first

  constexpr Nested() = default;
  /// `outer` in these rounds of the loops, the outermost first.
  constexpr Nested(const T& outer, const std::array<std::uint64_t, Depth>& loops)
      : time(outer),
        counters(loops) {}
  /// Nested<Epoch, 2>{3, 1, 0}: epoch 3, in its second round of the outer loop.
  template <typename Outer, std::convertible_to<std::uint64_t>... Loops>
    requires(std::convertible_to<Outer, T> && sizeof...(Loops) == Depth)
  constexpr Nested(const Outer& outer, Loops... loops)  // NOLINT(google-explicit-constructor)
      : time(outer),
        counters{static_cast<std::uint64_t>(loops)...} {}

  /// Outside of all loops it is a T.
  constexpr operator const T&() const  // NOLINT(google-explicit-constructor)
    requires(Depth == 0)
  {
    return time;
  }

  ///@{
  /// As timestamp.hpp and partial_order.hpp say.
  static constexpr Nested minimum() { return {T::minimum(), {}}; }

  friend constexpr bool operator==(const Nested&, const Nested&) = default;
  friend constexpr auto operator<=>(const Nested&, const Nested&) = default;
  friend constexpr bool operator==(const Nested& a, const T& b)
    requires(Depth == 0)
  {
    return a.time == b;
  }
  friend constexpr auto operator<=>(const Nested& a, const T& b)
    requires(Depth == 0)
  {
    return a.time <=> b;
  }
  friend constexpr bool less_equal(const Nested& a, const Nested& b) {
    if (!less_equal(a.time, b.time)) return false;
    for (std::uint32_t k = 0; k != Depth; ++k)
      if (a.counters[k] > b.counters[k]) return false;
    return true;
  }
  friend constexpr bool is_beyond_all_time(const Nested& t) { return is_beyond_all_time(t.time); }
  friend constexpr bool precedes_all_after(const Nested& t) {
    return precedes_all_after(t.time) && t.counters == std::array<std::uint64_t, Depth>{};
  }
  friend constexpr Nested least_upper_bound(const Nested& a, const Nested& b)
    requires Joinable<T>
  {
    Nested bound{least_upper_bound(a.time, b.time), a.counters};
    for (std::uint32_t k = 0; k != Depth; ++k)
      bound.counters[k] = std::max(a.counters[k], b.counters[k]);
    return bound;
  }
  friend constexpr int compare_coordinate(const Nested& a, const Nested& b, std::uint32_t k) {
    if (k == 0) return compare_coordinate(a.time, b.time, 0);
    return a.counters[k - 1] < b.counters[k - 1] ? -1 : a.counters[k - 1] > b.counters[k - 1];
  }
  ///@}
  friend std::ostream& operator<<(std::ostream& out, const Nested& t) {
    return print_at_depth(out, t, Depth);
  }
  /// Prints the counters of the first `depth` loops only.
  friend std::ostream& print_at_depth(std::ostream& out, const Nested& t, std::uint32_t depth) {
    if (depth == 0) return out << t.time;
    out << '(' << t.time;
    for (std::uint32_t k = 0; k != depth; ++k) out << ',' << t.counters[k];
    return out << ')';
  }
  /// The least depth at which no counter is lost.
  friend constexpr std::uint32_t depth_of(const Nested& t) {
    std::uint32_t depth = Depth;
    while (depth != 0 && t.counters[depth - 1] == 0) --depth;
    return depth;
  }
};

/// In loops: the ledger has the counters of all `Max`, an operator those of the `Depth` around it.
template <typename T, std::uint32_t Depth, std::uint32_t Max>
struct Level<Nested<T, Depth, Max>> {
  ///@{
  /// As Level says (timestamp.hpp).
  using Time = Nested<T, Depth, Max>;
  using Ledger = Nested<T, Max>;
  using Root = Nested<T, 0, Max>;
  using Inner = Nested<T, (Depth < Max ? Depth + 1 : Max), Max>;
  using Outer = Nested<T, (Depth > 0 ? Depth - 1 : 0), Max>;
  static constexpr std::uint32_t depth = Depth;
  static constexpr std::uint32_t max_depth = Max;

  static constexpr Ledger to_ledger(const Time& t) {
    Ledger padded{t.time, {}};
    std::ranges::copy(t.counters, padded.counters.begin());
    return padded;
  }
  static constexpr Time from_ledger(const Ledger& padded) {
    Time t{padded.time, {}};
    std::copy_n(padded.counters.begin(), Depth, t.counters.begin());
    return t;
  }
  static constexpr NestedSummary<T, Max> to_ledger(const NestedSummary<T, Depth>& s) {
    NestedSummary<T, Max> padded{s.time, {}, s.resets_from <= Depth ? s.resets_from : Max + 1};
    std::ranges::copy(s.counters, padded.counters.begin());
    return padded;
  }
  ///@}
};

}  // namespace tidemark

template <typename T, std::uint32_t Depth, std::uint32_t Max>
struct std::hash<tidemark::Nested<T, Depth, Max>> {
  std::size_t operator()(const tidemark::Nested<T, Depth, Max>& t) const noexcept {
    std::size_t seed = std::hash<T>{}(t.time);
    for (const std::uint64_t counter : t.counters) seed = seed * 0x9E3779B97F4A7C15u ^ counter;
    return seed;
  }
};
