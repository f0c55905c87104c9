// SPDX-License-Identifier: MIT
//
// Instant: a timestamp that is the time of the event.
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <compare>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <ostream>

namespace tidemark {

/// A timestamp that is an event time, so that frontiers say exactly what can still come. Its
/// `event_time(t)` keeps the order, and `T::at(time)` is the timestamp of a time.
template <typename T>
concept EventTimestamp =
    Timestamp<T> && T::totally_ordered && requires(const T& t, EventTime time) {
      { event_time(t) } -> std::same_as<EventTime>;
      { T::at(time) } -> std::same_as<T>;
    };

/// What a path does to an instant: sets it later. The range is as long as that of instants.
struct InstantSummary {
  std::uint64_t later = 0;  ///< nanoseconds

  ///@{
  /// As PathSummary says (progress/timestamp.hpp): out of range is what is after the year 2262, and
  /// a summary beyond 64 bits.
  constexpr std::optional<struct Instant> results_in(const struct Instant& instant) const;
  constexpr std::optional<InstantSummary> followed_by(const InstantSummary& next) const {
    if (next.later > std::numeric_limits<std::uint64_t>::max() - later) return std::nullopt;
    return InstantSummary{later + next.later};
  }
  constexpr bool advances() const { return later != 0; }
  ///@}

  friend constexpr auto operator<=>(const InstantSummary&, const InstantSummary&) = default;
  /// Whether `a` takes no instant further than `b` does.
  friend constexpr bool less_equal(const InstantSummary& a, const InstantSummary& b) {
    return a.later <= b.later;
  }
  friend std::ostream& operator<<(std::ostream& out, const InstantSummary& summary) {
    return out << '+' << summary.later << "ns";
  }
};

/// A point in time as a timestamp: nanoseconds since 1970, UTC. The least is that of 1677.
struct Instant {
  using Summary = InstantSummary;                ///< as Timestamp says (progress/timestamp.hpp)
  static constexpr bool totally_ordered = true;  ///< by time

  EventTime time{};  ///< also `before_all_time` and `after_all_time`

  /// As Timestamp says: the least.
  static constexpr Instant minimum() { return {before_all_time}; }
  /// The timestamp of what happens at `time`.
  static constexpr Instant at(EventTime time) { return {time}; }

  /// When what has the timestamp happens.
  friend constexpr EventTime event_time(const Instant& instant) { return instant.time; }
  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
  /// Whether `a` is not later than `b`.
  friend constexpr bool less_equal(const Instant& a, const Instant& b) { return a.time <= b.time; }
  friend std::ostream& operator<<(std::ostream& out, const Instant& instant) {
    return out << instant.time.time_since_epoch().count() << "ns";
  }
};

constexpr std::optional<Instant> InstantSummary::results_in(const Instant& instant) const {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(instant.time.time_since_epoch().count(), later, &sum))
    return std::nullopt;
  return Instant{EventTime(std::chrono::nanoseconds(sum))};
}

}  // namespace tidemark

template <>
struct std::hash<tidemark::Instant> {
  std::size_t operator()(const tidemark::Instant& instant) const noexcept {
    return std::hash<std::int64_t>{}(instant.time.time_since_epoch().count());
  }
};

static_assert(tidemark::EventTimestamp<tidemark::Instant>);

template <>
inline constexpr bool tidemark::is_compiled_once<tidemark::Instant> = true;  // in instant.cpp
