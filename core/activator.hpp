// SPDX-License-Identifier: MIT
//
// Activators: how the world has an operator run.
#pragma once

#include <tidemark/core/timer.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <memory>

namespace tidemark {

template <Timestamp T>
class OperatorBuilder;

/// Runs an operator's logic again, from any thread: for sources that wait for the world.
///
/// A handle; copies wake the same operator. Harmless once the dataflow has ended or the whole run
/// is gone, and one that was not made by an OperatorBuilder wakes nobody.
class Activator {
 public:
  Activator() = default;

  /// Has the operator run in its worker's next step. Calls that come before it does are one.
  void activate() const;

  /// Activates the operator at `when`, by the executor's clock, unless its dataflow has ended by
  /// then. O(log n) of n timers that are set.
  void activate_at(Clock::time_point when) const;

 private:
  template <Timestamp T>
  friend class OperatorBuilder;

  struct State;

  std::shared_ptr<State> state_;
};

}  // namespace tidemark
