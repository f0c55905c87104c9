// SPDX-License-Identifier: MIT
//
// SourceClock: event time as it was read at the sources.
#pragma once

#include <tidemark/windowing/clock.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace tidemark {

/// The clock of things that happened before they arrive, for streams whose event times are read at
/// their sources (event_time.hpp). `getter(value)` is the value's time, any std::chrono::sys_time
/// of nanoseconds or coarser. There is one watermark for all keys: at the end of an epoch, the
/// least of what the parts of all sources from which the step can be reached have promised of what
/// comes after it. So a value that is in order by its own part is never late, however fast or slow
/// any of them is read, and what a run gives is a function of its epochs. A window closes with the
/// epoch that takes the watermark to its end, up to one epoch later than if each value could close
/// one.
///
/// A value that has lost its way, sent on in a later epoch than it came in by a step that did not
/// hold back its own, may be late. State: none.
template <typename Getter>
class SourceClock {
 public:
  /// Nothing is kept of a key.
  struct State {};

  /// `getter` is copied for each worker, and called by it alone.
  explicit SourceClock(Getter getter) : getter_(std::move(getter)) {}

  ///@{
  /// As WindowClock says (clock.hpp), with the watermark of the sources for wall time. `read`
  /// throws std::out_of_range if the value's time is beyond event time.
  template <typename Value>
  Reading read(State&, const Value& value, EventTime watermark) {
    static_assert(std::invocable<Getter&, const Value&>,
                  "SourceClock: the getter must take the stream's value");
    static_assert(SystemTimePoint<std::remove_cvref_t<std::invoke_result_t<Getter&, const Value&>>>,
                  "SourceClock: the getter must return a std::chrono::sys_time of nanoseconds or "
                  "coarser");
    return {to_event_time(std::invoke(getter_, value)), watermark};
  }
  EventTime watermark(const State&, EventTime watermark) const { return watermark; }
  EventTime due(const State&, EventTime time) const { return time; }
  ///@}

  /// What it takes for `now` is the watermark of the step's sources.
  static constexpr bool by_source = true;

 private:
  Getter getter_;
};

}  // namespace tidemark
