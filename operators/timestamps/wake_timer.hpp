// SPDX-License-Identifier: MIT
//
// The timer by which a step runs when the first of its keys is to be called.
#pragma once

#include <tidemark/core/activator.hpp>
#include <tidemark/core/executor.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace tidemark::detail {

/// Has one timer set, at or before the time that is wanted. Thread: its worker.
class WakeTimer {
 public:
  WakeTimer(Activator activator, const Executor& executor)
      : activator_(std::move(activator)),
        executor_(&executor) {}

  /// Has the step run after `left` of the run's time, or somewhat earlier; in a millisecond if that
  /// is in the past, as of a key that always wants to be called.
  void set(std::chrono::nanoseconds left) {
    const Clock::time_point now = executor_->now();
    if (set_ && *set_ <= now) set_.reset();
    if (left <= std::chrono::nanoseconds(0)) left = std::chrono::milliseconds(1);
    left = std::min<std::chrono::nanoseconds>(left, longest_nap);
    if (set_) {
      if (*set_ <= now + left) return;
      // A time that moves forward again and again, as when history is replayed: go half the way, so
      // that timers do not pile up. To run early does no harm.
      if (left > std::chrono::milliseconds(1)) left /= 2;
    }
    set_ = now + left;
    activator_.activate_at(*set_);
  }

 private:
  static constexpr std::chrono::hours longest_nap{24 * 365};

  Activator activator_;
  const Executor* executor_;
  std::optional<Clock::time_point> set_;
};

}  // namespace tidemark::detail
