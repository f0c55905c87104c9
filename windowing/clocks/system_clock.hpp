// SPDX-License-Identifier: MIT
//
// SystemClock: a value happens when it is read.
#pragma once

#include <tidemark/windowing/clock.hpp>

namespace tidemark {

/// The clock of things that happen when they arrive: a value's time is the wall time at which the
/// step sees it, and the watermark is the wall time. No value is ever late.
struct SystemClock {
  /// Nothing is kept of a key.
  struct State {};

  Now now{};  ///< empty: the time of the run

  ///@{
  /// As WindowClock says (clock.hpp).
  template <typename Value>
  Reading read(State&, const Value&, EventTime wall) const {
    return {wall, wall};
  }
  EventTime watermark(const State&, EventTime wall) const { return wall; }
  EventTime due(const State&, EventTime time) const { return time; }
  ///@}
};

}  // namespace tidemark
