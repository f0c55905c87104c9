// SPDX-License-Identifier: MIT
//
// Epoch: the everyday timestamp, one totally ordered 64-bit counter.
#pragma once

#include <tidemark/progress/timestamp.hpp>

#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <ostream>

namespace tidemark {

/// What a path does to an epoch: adds `step` to it.
struct EpochSummary {
  std::uint64_t step = 0;  ///< 0: nothing happens to it

  ///@{
  /// As PathSummary says (timestamp.hpp). Out of range is a result after `Epoch::maximum()`, and a
  /// step of 2^64 or more.
  constexpr std::optional<struct Epoch> results_in(const struct Epoch& epoch) const;

  constexpr std::optional<EpochSummary> followed_by(const EpochSummary& next) const {
    if (next.step > std::numeric_limits<std::uint64_t>::max() - step) return std::nullopt;
    return EpochSummary{step + next.step};
  }

  constexpr bool advances() const { return step != 0; }

  friend constexpr auto operator<=>(const EpochSummary&, const EpochSummary&) = default;
  friend constexpr bool less_equal(const EpochSummary& a, const EpochSummary& b) {
    return a.step <= b.step;
  }
  ///@}
};

/// A round of input, counted from 0. The largest value, 2^64 - 1, is kept for the empty frontier
/// and is never a timestamp.
struct Epoch {
  ///@{
  /// As Timestamp says (timestamp.hpp).
  using Summary = EpochSummary;
  static constexpr bool totally_ordered = true;
  ///@}

  std::uint64_t value = 0;  ///< 2^64 - 1: no timestamp

  constexpr Epoch() = default;
  /// So that a number is an epoch wherever one is asked for.
  constexpr Epoch(std::uint64_t number) : value(number) {}  // NOLINT(google-explicit-constructor)

  ///@{
  /// As Timestamp and what stands below it say (timestamp.hpp).
  static constexpr Epoch minimum() { return Epoch{}; }
  /// The last timestamp, 2^64 - 2.
  static constexpr Epoch maximum() { return Epoch{std::numeric_limits<std::uint64_t>::max() - 1}; }

  friend constexpr auto operator<=>(const Epoch&, const Epoch&) = default;
  friend constexpr bool less_equal(const Epoch& a, const Epoch& b) { return a.value <= b.value; }
  friend constexpr bool is_beyond_all_time(const Epoch& epoch) { return epoch > maximum(); }
  ///@}
  friend std::ostream& operator<<(std::ostream& out, const Epoch& epoch) {
    return out << epoch.value;
  }
};

constexpr std::optional<Epoch> EpochSummary::results_in(const Epoch& epoch) const {
  if (epoch > Epoch::maximum() || step > Epoch::maximum().value - epoch.value) return std::nullopt;
  return Epoch{epoch.value + step};
}

inline std::ostream& operator<<(std::ostream& out, const EpochSummary& summary) {
  return out << '+' << summary.step;
}

}  // namespace tidemark

template <>
struct std::hash<tidemark::Epoch> {
  std::size_t operator()(const tidemark::Epoch& epoch) const noexcept {
    return std::hash<std::uint64_t>{}(epoch.value);
  }
};

static_assert(tidemark::Timestamp<tidemark::Epoch>);
