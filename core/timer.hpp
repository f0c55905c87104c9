// SPDX-License-Identifier: MIT
//
// Timers: actions that an executor has been told to call later.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

namespace tidemark {

using Clock = std::chrono::steady_clock;  ///< of timers; virtual where the executor's time is

class TimerQueue;

/// Owns an action that is to be called later (Executor::call_at): all that the action refers to has
/// to outlive this, and need not live longer. May outlive the executor. Thread: any, one at a time.
class [[nodiscard]] Timer {
 public:
  /// Of no action.
  Timer() = default;
  /// Takes the action over; `other` is left without one.
  Timer(Timer&& other) noexcept
      : queue_(std::move(other.queue_)),
        when_(other.when_),
        number_(other.number_) {}
  /// Cancels the action that this has owned.
  Timer& operator=(Timer&& other) noexcept;
  ~Timer() { cancel(); }

  /// When this returns the action is gone, and will not be called: takes it back or, if it runs,
  /// waits until it has returned. Only what the action itself calls does not wait for it. O(log n)
  /// of n timers that are set. Requires: the caller holds no lock that the action takes.
  void cancel() noexcept;

 private:
  friend class TimerQueue;
  Timer(std::shared_ptr<TimerQueue> queue, Clock::time_point when, std::uint64_t number)
      : queue_(std::move(queue)),
        when_(when),
        number_(number) {}

  std::shared_ptr<TimerQueue> queue_;  // null: of no action
  Clock::time_point when_{};
  std::uint64_t number_ = 0;
};

}  // namespace tidemark
