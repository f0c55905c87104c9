// SPDX-License-Identifier: MIT
//
// The timer by which a step runs when the first of its keys is to be called.
#pragma once

#include <tidemark/core/activator.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/timer.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tidemark::detail {

/// Has at most one timer set, at or before the time that is wanted. Thread: its worker.
class WakeTimer {
 public:
  /// Requires: the executor is there at each `set`.
  WakeTimer(Activator activator, Executor& executor)
      : activator_(std::move(activator)),
        executor_(&executor) {}

  /// Has the step run after `left` of the run's time, or earlier; in a millisecond if that is in
  /// the past, as of a key that always wants to be called. Cost: O(log n) of n timers that are set,
  /// nothing while the time that is wanted moves on, as when history is replayed.
  void set(std::chrono::nanoseconds left) {
    if (left <= std::chrono::nanoseconds(0)) left = std::chrono::milliseconds(1);
    const Clock::time_point now = executor_->now();
    const Clock::time_point wanted = now + std::min<std::chrono::nanoseconds>(left, longest_nap);
    if (now < set_ && set_ <= wanted) return;
    set_ = wanted;
    timer_ = executor_->call_at(wanted, [activator = activator_] { activator.activate(); });
  }

 private:
  static constexpr std::chrono::hours longest_nap{24 * 365};

  Activator activator_;
  Executor* executor_;
  Clock::time_point set_{};
  Timer timer_;
};

}  // namespace tidemark::detail
