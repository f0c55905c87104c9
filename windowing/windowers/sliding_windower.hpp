// SPDX-License-Identifier: MIT
//
// SlidingWindow, TumblingWindow: windows of one length at regular intervals.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/windowing/windower.hpp>

#include <compare>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace tidemark {

/// Windows of `length` that begin at `align_to` and every `offset` before and after it: window i,
/// any integer, is [align_to + i offset, align_to + i offset + length). They overlap if the offset
/// is less than the length; if it is more there are gaps, and a value in one belongs to no window.
/// Exact to the nanosecond. With an offset of `Span::forever` there is window 0 alone; if it is of
/// that length, too, it has all values, and closes at the end of input. Throws ConfigError unless
/// length and offset are positive, and for windows for ever that have an offset.
///
/// Cost: a value is in about length / offset windows; aggregates that can be combined are folded
/// once per slice nevertheless (sliced_windows.hpp).
class SlidingWindow {
 public:
  /// An open window of a key: its number.
  struct Window {
    std::int64_t id;  ///< window `id` opens at align_to + id offset
    friend auto operator<=>(const Window&, const Window&) = default;
  };
  /// Nothing else is kept of a key.
  struct State {};
  ///@{
  /// As Windower says (windower.hpp): windows end by time, stay apart, and are not counted.
  static constexpr bool merges = false;
  static constexpr bool by_time = true;
  static constexpr bool numbers = false;
  ///@}

  /// `align_to` is any std::chrono::sys_time of nanoseconds or coarser. Throws std::out_of_range if
  /// it is beyond event time.
  template <SystemTimePoint Time>
  SlidingWindow(Span length, Span offset, const Time& align_to)
      : SlidingWindow("SlidingWindow", length, offset, to_event_time(align_to)) {}

  ///@{
  /// As Windower says (windower.hpp).
  template <typename Visit>
  void windows_of(State&, EventTime time, Visit&& visit) const {
    const std::int64_t last = last_before(time);
    for (std::int64_t id = first_after(time); id <= last; ++id) visit(Window{id});
  }
  bool absorb(const Window& window, const Window& other) const { return window.id == other.id; }
  void number(State&, const Window&) const {}

  EventTime end(const Window& window) const {
    const EventTime close = close_of(window.id);
    return rules == WindowRules::v0_17 ? advanced(close, std::chrono::nanoseconds(1)) : close;
  }
  WindowInfo info(const Window& window) const {
    return {window.id, open_of(window.id), close_of(window.id)};
  }
  ///@}
  /// Whether a value may be late for one window and not for the next.
  bool judges_by_window() const { return rules == WindowRules::v0_17; }

  std::int64_t length() const { return length_; }  ///< nanoseconds
  std::int64_t offset() const { return offset_; }  ///< nanoseconds

  /// The last window that opens at or before `time`.
  std::int64_t last_before(EventTime time) const { return index(time, 0); }
  /// The first window that closes after `time`.
  std::int64_t first_after(EventTime time) const { return index(time, length_) + 1; }
  /// From the opening of `last_before(time)` to `time`, nanoseconds below the offset.
  std::int64_t since_open(EventTime time, std::int64_t last_before) const {
    if (is_alone()) return last_before < 0 ? offset_ : between(align_to_, time).count();
    return static_cast<std::int64_t>(Wide{count(time)} - count(align_to_) -
                                     Wide{last_before} * offset_);
  }
  ///@{
  /// The first instant of a window, and the first behind it; `before_all_time` or `after_all_time`
  /// where that is beyond event time.
  EventTime open_of(std::int64_t id) const {
    return has_all() ? before_all_time : at(Wide{id} * offset_);
  }
  EventTime close_of(std::int64_t id) const { return at(Wide{id} * offset_ + length_); }
  ///@}

  WindowRules rules = WindowRules::v0_21;  ///< the step sets those of its options

 protected:
  /// `name` is that of the class of windows, for errors.
  SlidingWindow(const std::string& name, Span length, Span offset, EventTime align_to)
      : length_(length.length().count()),
        offset_(offset.length().count()),
        align_to_(length.is_forever() ? EventTime() : align_to) {
    const auto require = [&](const char* what, std::int64_t value) {
      if (value <= 0)
        throw ConfigError(name + ": the " + what + " is " + std::to_string(value) +
                          " ns; it must be positive");
    };
    require("length", length_);
    require("offset", offset_);
    if (length.is_forever() && !offset.is_forever())
      throw ConfigError(name +
                        ": a value would be in windows without number, for they have an offset and "
                        "no end; let the offset be for ever, too");
  }

 private:
  __extension__ using Wide = __int128;
  static constexpr std::int64_t count(EventTime time) { return time.time_since_epoch().count(); }

  /// Whether there is one window only, and whether every value is in it.
  bool is_alone() const { return offset_ == Span::forever.count(); }
  bool has_all() const { return length_ == Span::forever.count(); }

  /// The floor of (time - align_to - back) / offset.
  std::int64_t index(EventTime time, std::int64_t back) const {
    if (is_alone()) {
      if (has_all()) return back == 0 ? 0 : -1;
      return Wide{count(time)} - count(align_to_) - back < 0 ? -1 : 0;
    }
    std::int64_t from = 0;
    if (!__builtin_sub_overflow(count(time), count(align_to_), &from) &&
        !__builtin_sub_overflow(from, back, &from)) {
      const std::int64_t quotient = from / offset_;
      return quotient - (from % offset_ < 0 ? 1 : 0);
    }
    const Wide far = Wide{count(time)} - count(align_to_) - back;
    const Wide quotient = far / offset_ - (far % offset_ < 0 ? 1 : 0);
    constexpr Wide limit = Wide{1} << 61;  // so that twice it, and a little more, fits, too
    if (quotient < -limit || quotient > limit)
      throw std::out_of_range(
          "the number of a window does not fit in 62 bits: the window that is " +
          std::to_string(static_cast<double>(far) * 1e-9) +
          " s from align_to; take a longer offset, or align to a time nearby");
    return static_cast<std::int64_t>(quotient);
  }

  EventTime at(Wide from_align) const {
    const Wide time = from_align + count(align_to_);
    if (time <= count(before_all_time)) return before_all_time;
    if (time >= count(after_all_time)) return after_all_time;
    return EventTime(std::chrono::nanoseconds(static_cast<std::int64_t>(time)));
  }

  std::int64_t length_;
  std::int64_t offset_;
  EventTime align_to_;
};

/// Windows of `length`, one after the other without gap or overlap, one of which opens at
/// `align_to`; of `Span::forever`, one for all values. Throws ConfigError unless the length is
/// positive.
class TumblingWindow : public SlidingWindow {
 public:
  /// `align_to` is any std::chrono::sys_time of nanoseconds or coarser. Throws std::out_of_range if
  /// it is beyond event time.
  template <SystemTimePoint Time>
  TumblingWindow(Span length, const Time& align_to)
      : SlidingWindow("TumblingWindow", length, length, to_event_time(align_to)) {}

  /// As Windower says (windower.hpp): each time is in one window.
  template <typename Visit>
  void windows_of(State&, EventTime time, Visit&& visit) const {
    visit(Window{last_before(time)});
  }
  /// Whether a time is in the window that closes at `close`: most are, and this needs no division.
  bool is_just_before(EventTime time, EventTime close) const {
    if (!(time < close) || close == after_all_time) return false;
    return between(time, close).count() <= length();
  }
};

}  // namespace tidemark
