// SPDX-License-Identifier: MIT
//
// What all keys of a window step have in common at one worker.
#pragma once

#include <tidemark/windowing/aggregate.hpp>
#include <tidemark/windowing/window_notes.hpp>
#include <tidemark/windowing/windower.hpp>

#include <utility>

namespace tidemark::detail {

/// The windower, the aggregate, what has been counted, and who is told.
template <typename W, typename A>
struct WindowWork {
  using Windower = W;
  using Aggregate = A;
  using Accumulator = typename A::Accumulator;

  W windower;
  A aggregate;
  WindowTally tally{};
  WindowNotes notes{};

  template <typename Value>
  Accumulator first(Value&& value, EventTime time) {
    ++tally.folds;
    return aggregate.first(std::forward<Value>(value), time);
  }
  template <typename Value>
  void add(Accumulator& accumulator, Value&& value, EventTime time) {
    ++tally.folds;
    aggregate.add(accumulator, std::forward<Value>(value), time);
  }
  /// `accumulator`, followed by `later`.
  void combine(Accumulator& accumulator, const Accumulator& later) {
    ++tally.combines;
    aggregate.combine(accumulator, later);
  }
  /// `accumulator` without `earlier`, with which it begins.
  void subtract(Accumulator& accumulator, const Accumulator& earlier) {
    ++tally.combines;
    aggregate.subtract(accumulator, earlier);
  }
};

/// What has become of a value.
enum class Placement {
  placed,   ///< in every window of its own
  late,     ///< not in all of them
  outside,  ///< it has none
};

}  // namespace tidemark::detail
