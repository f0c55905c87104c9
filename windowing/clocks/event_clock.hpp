// SPDX-License-Identifier: MIT
//
// EventClock: a value says itself when it happened.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/windowing/clock.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

/// The clock of things that happened before they arrive. `getter(value)` is the value's time, any
/// std::chrono::sys_time of nanoseconds or coarser. Each key has a watermark of its own: the
/// largest of (time of a value - wait + the wall time that has passed since that value came), over
/// the key's values. So it moves with the wall clock, jumps ahead with a value that is further
/// ahead than that, and never moves back. No value yet: before all time.
///
/// A `wait` of 0 trusts that a key's values come in order; with `Span::forever` nothing is late and
/// windows close at the end only. Throws ConfigError if it is negative.
///
/// State: 16 bytes a key. After the Bytewax rule of that name.
template <typename Getter>
class EventClock {
 public:
  /// What is kept of a key.
  struct State {
    EventTime base = before_all_time;  ///< the watermark
    EventTime since{};                 ///< when the wall clock stood at this
  };

  /// An empty `wall` is the time of the run. Throws ConfigError if `wait` is negative.
  EventClock(Getter getter, Span wait, Now wall = {})
      : now(std::move(wall)),
        getter_(std::move(getter)),
        wait_(wait.length()) {
    if (wait_.count() < 0)
      throw ConfigError("EventClock: the wait is " + std::to_string(wait_.count()) +
                        " ns; it must be at least 0");
  }

  ///@{
  /// As WindowClock says (clock.hpp). `read` throws std::out_of_range if the value's time is beyond
  /// event time.
  template <typename Value>
  Reading read(State& state, const Value& value, EventTime wall) {
    static_assert(std::invocable<Getter&, const Value&>,
                  "EventClock: the getter must take the stream's value");
    static_assert(SystemTimePoint<std::remove_cvref_t<std::invoke_result_t<Getter&, const Value&>>>,
                  "EventClock: the getter must return a std::chrono::sys_time of nanoseconds or "
                  "coarser");
    const EventTime time = to_event_time(std::invoke(getter_, value));
    state = {std::max(set_back(time, wait_), watermark(state, wall)), wall};
    return {time, state.base};
  }

  EventTime watermark(const State& state, EventTime wall) const {
    return advanced(state.base, between(state.since, wall));
  }

  EventTime due(const State& state, EventTime time) const {
    if (state.base == before_all_time) return after_all_time;
    return advanced(state.since, between(state.base, time));
  }
  ///@}

  Now now;  ///< empty: the time of the run

 private:
  Getter getter_;
  std::chrono::nanoseconds wait_;
};

}  // namespace tidemark
