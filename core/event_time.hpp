// SPDX-License-Identifier: MIT
//
// Event time: when something happened, in nanoseconds, with arithmetic that stops at the ends.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

namespace tidemark {

/// A point in time, UTC, from the year 1677 to 2262 in nanoseconds. Both the time of an event and
/// the time on the wall. The two extreme values stand for "before all" and "after all".
using EventTime = std::chrono::sys_time<std::chrono::nanoseconds>;

inline constexpr EventTime before_all_time = EventTime::min();  ///< earlier than any event
inline constexpr EventTime after_all_time = EventTime::max();   ///< later than any event

/// What std::chrono calls a point in time on the system clock, in a unit that fits.
template <typename Time>
concept SystemTimePoint = requires(const Time& time) {
  time.time_since_epoch();
  requires std::same_as<typename Time::clock, std::chrono::system_clock>;
  requires std::integral<typename Time::rep>;
  requires Time::period::den <= 1'000'000'000;
};

/// The same point in time. Throws std::out_of_range if nanoseconds do not reach that far.
template <SystemTimePoint Time>
constexpr EventTime to_event_time(const Time& time) {
  using Duration = typename Time::duration;
  if constexpr (!std::same_as<Duration, EventTime::duration>) {
    if (time.time_since_epoch() >
            std::chrono::duration_cast<Duration>(EventTime::duration::max()) ||
        time.time_since_epoch() < std::chrono::duration_cast<Duration>(EventTime::duration::min()))
      throw std::out_of_range(
          "an event time is before 1677-09-21 or after 2262-04-11; nanoseconds in 64 bits do not "
          "reach that far");
  }
  return EventTime(std::chrono::duration_cast<EventTime::duration>(time.time_since_epoch()));
}

/// A length of time, made of any std::chrono::duration. One that is too long for nanoseconds, 292
/// years, is `Span::forever`, which never ends: from no point in time does it lead to another.
class Span {
 public:
  /// Its unit: what is shorter is cut off.
  using Nanoseconds = std::chrono::nanoseconds;

  constexpr Span() = default;  ///< of no length
  /// As long as `duration`, which may be negative.
  template <typename Rep, typename Period>
  constexpr Span(const std::chrono::duration<Rep, Period>& duration) {  // NOLINT: by intention
    using Given = std::chrono::duration<Rep, Period>;
    using Coarse = std::chrono::duration<long double, std::nano>;
    if constexpr (std::same_as<Given, Nanoseconds>) {
      length_ = duration;
    } else {
      const Coarse wanted = duration;
      length_ = wanted >= Coarse(Nanoseconds::max()) ? Nanoseconds::max()
                : wanted <= Coarse(Nanoseconds::min())
                    ? Nanoseconds::min()
                    : std::chrono::duration_cast<Nanoseconds>(duration);
    }
  }

  /// Of what is for ever `forever`, and the least number for what is too long and negative.
  constexpr Nanoseconds length() const { return length_; }
  static constexpr Nanoseconds forever = Nanoseconds::max();  ///< its length, if it never ends
  /// Whether it never ends.
  constexpr bool is_forever() const { return length_ == forever; }

 private:
  Nanoseconds length_{0};
};

namespace detail {

/// Whether both numbers are less than a quarter of the range from 0, so that there is nothing
/// particular about their sum or their difference: times of 146 years from 1970, and spans of that.
constexpr bool are_plain(std::int64_t a, std::int64_t b) {
  constexpr std::uint64_t quarter = std::uint64_t{1} << 62;
  const std::uint64_t either =
      (static_cast<std::uint64_t>(a) + quarter) | (static_cast<std::uint64_t>(b) + quarter);
  return static_cast<std::int64_t>(either) >= 0;
}

/// `time + by` or `time - by`, whatever they are.
constexpr EventTime moved(EventTime time, std::chrono::nanoseconds by, bool ahead) {
  const EventTime end = (by.count() > 0) == ahead ? after_all_time : before_all_time;
  if (by == Span::forever || by <= -Span::forever) return end;
  if (time == before_all_time || time == after_all_time) return time;
  const std::int64_t from = time.time_since_epoch().count();
  std::int64_t to = 0;
  if (ahead ? __builtin_add_overflow(from, by.count(), &to)
            : __builtin_sub_overflow(from, by.count(), &to))
    return end;
  return EventTime(std::chrono::nanoseconds(to));
}

}  // namespace detail

/// `time + by`, at most `after_all_time` and at least `before_all_time`. These stay where they are,
/// but for ever, or for ever back, leads to the end from everywhere.
constexpr EventTime advanced(EventTime time, std::chrono::nanoseconds by) {
  if (detail::are_plain(time.time_since_epoch().count(), by.count())) return time + by;
  return detail::moved(time, by, true);
}

/// `time - by`, likewise.
constexpr EventTime set_back(EventTime time, std::chrono::nanoseconds by) {
  if (detail::are_plain(time.time_since_epoch().count(), by.count())) return time - by;
  return detail::moved(time, by, false);
}

/// From `from` to `to`; what is too long for nanoseconds is for ever.
constexpr std::chrono::nanoseconds between(EventTime from, EventTime to) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(to.time_since_epoch().count(), from.time_since_epoch().count(),
                             &difference))
    return to < from ? std::chrono::nanoseconds::min() : std::chrono::nanoseconds::max();
  return std::chrono::nanoseconds(difference);
}

/// `2024-05-01T12:00:00.5Z`: ISO 8601, UTC, with as many digits as it takes. The extreme times,
/// which are no time of anything, are "the beginning of time" and "the end of time".
std::string to_iso8601(EventTime time);

}  // namespace tidemark
