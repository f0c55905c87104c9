// SPDX-License-Identifier: MIT
//
// CalendarWindow: the days, weeks, months or years of a time zone.
#pragma once

#include <tidemark/windowing/time_zone.hpp>
#include <tidemark/windowing/windower.hpp>

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

namespace tidemark {

/// Days, weeks or months, or so many of them, as they are lived in a time zone, one after the
/// other:
///
///     CalendarWindow::days("Europe/Berlin")                     // of 23, 24 or 25 hours
///     CalendarWindow::days("Europe/Berlin").beginning(6h)       // from 6 in the morning
///     CalendarWindow::weeks("America/New_York", std::chrono::Sunday)
///     CalendarWindow::months("UTC", 3)                          // quarters
///     CalendarWindow::months("Europe/London", 12)               // years from the 6th of April
///         .beginning(std::chrono::months(3), std::chrono::days(5))
///
/// A window opens at the first instant at which a clock of the zone shows its beginning or more:
/// where the clock shows that twice, the first time; where it skips that, when it does so. A day
/// that a zone has skipped altogether is a window without an instant. Window 0 is the one that
/// begins in the day, week or month of 1970-01-01; of several days or weeks these are the first,
/// and of several months January is.
///
/// Results name their windows in UTC; `TimeZone(...).local(time)` is what a clock of the zone
/// shows.
///
/// Cost: a value costs a few comparisons if it is near one before, else some hundred nanoseconds to
/// ask the zone, about once in 20 hours of event time. Each copy remembers for itself the windows
/// that it has found. Thread: one at a time.
class CalendarWindow {
 public:
  /// An open window of a key.
  struct Window {
    std::int64_t id = 0;  ///< 0 for that of 1970-01-01
    EventTime open{};     ///< the first instant that belongs to it
    EventTime close{};    ///< the first that does not

    friend bool operator==(const Window& a, const Window& b) { return a.id == b.id; }
    friend auto operator<=>(const Window& a, const Window& b) { return a.id <=> b.id; }
  };
  /// Nothing else is kept of a key.
  struct State {};
  ///@{
  /// As Windower says (windower.hpp): windows end by time, stay apart, and are not counted.
  static constexpr bool merges = false;
  static constexpr bool by_time = true;
  static constexpr bool numbers = false;
  ///@}

  /// `count` days of the zone. These throw ConfigError unless there is such a zone and the count is
  /// from 1 to 10,000.
  static CalendarWindow days(const TimeZone& zone, int count = 1);
  /// `count` weeks, each of which begins with the day `first`. Throws likewise, and for what is no
  /// day of the week.
  static CalendarWindow weeks(const TimeZone& zone,
                              std::chrono::weekday first = std::chrono::Monday, int count = 1);
  /// `count` months: 3 for quarters, 12 for years. Throws likewise.
  static CalendarWindow months(const TimeZone& zone, int count = 1);

  /// Windows that begin later than the day, week or month does, by what a clock shows, also where
  /// it has been changed since. Throws ConfigError if it is as long as the windows or longer; of
  /// months, 28 days, so that every month has such a time.
  CalendarWindow beginning(std::chrono::seconds later) const;
  /// Likewise, and so many months later. Throws ConfigError unless a window has more months.
  CalendarWindow beginning(std::chrono::months months, std::chrono::seconds later = {}) const;

  ///@{
  /// As Windower says (windower.hpp).
  template <typename Visit>
  void windows_of(State&, EventTime time, Visit&& visit) const {
    Window& near = near_[place(time)];
    if (!(near.open <= time && time < near.close)) near = find(time);
    visit(near);
  }
  bool absorb(const Window& window, const Window& other) const { return window.id == other.id; }
  void number(State&, const Window&) const {}

  EventTime end(const Window& window) const {
    return rules == WindowRules::v0_17 ? advanced(window.close, std::chrono::nanoseconds(1))
                                       : window.close;
  }
  WindowInfo info(const Window& window) const { return {window.id, window.open, window.close}; }
  ///@}
  /// Whether a value may be late for one window and not for the next.
  bool judges_by_window() const { return rules == WindowRules::v0_17; }
  /// Whether a time is in the window that closes at `close`, if that is one found last.
  bool is_just_before(EventTime time, EventTime close) const {
    const Window& near = near_[place(time)];
    return near.close == close && near.open <= time && time < close;
  }

  WindowRules rules = WindowRules::v0_21;  ///< the step sets those of its options

 private:
  enum class Unit { days, weeks, months };

  CalendarWindow(Unit unit, const TimeZone& zone, int count, std::chrono::local_days first);

  std::string name() const;
  Window find(EventTime time) const;
  /// Which of the windows it is, by a clock of the zone.
  std::int64_t id_of(std::chrono::local_seconds local) const;
  std::chrono::sys_seconds open_of(std::int64_t id) const;

  /// Where to remember the window of a time: each 2^46 ns, 19.5 hours, have one of the places.
  static std::size_t place(EventTime time) {
    return (static_cast<std::uint64_t>(time.time_since_epoch().count()) >> 46) & 15;
  }

  Unit unit_;
  TimeZone zone_;
  std::int64_t step_;              // from window to window: days or, of months, months
  std::chrono::local_days first_;  // of window 0; of months, 1970-01-01
  std::chrono::months months_{0};  // that it begins later,
  std::chrono::seconds later_{0};  // and after these
  mutable std::array<Window, 16> near_{};
};

}  // namespace tidemark
