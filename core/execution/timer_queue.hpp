// SPDX-License-Identifier: MIT
//
// The timer queue of an executor: the actions that it is to call, and which of them runs.
#pragma once

#include <tidemark/core/timer.hpp>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace tidemark {

/// Holds actions by their times, at equal times in the order in which they were added. Whoever owns
/// it calls them. A Timer shares it, and so may outlive its owner. Thread: any, unless noted.
class TimerQueue : public std::enable_shared_from_this<TimerQueue> {
 public:
  /// O(log n). Once it has been stopped the action is dropped, and the timer of none.
  Timer add(Clock::time_point when, std::function<void()> action);

  /// The time of the first action, if there is one.
  std::optional<Clock::time_point> first() const;

  /// Calls the first action if its time has come by `now`; false if not, and once it has been
  /// stopped. Throws what the action throws. Thread: one, that of all actions.
  bool call_first(Clock::time_point now);

  /// From here on no action begins; one that runs goes on. Thread: any, an action's too. O(1).
  void stop();
  /// Stops it, and drops the actions that are left, without waiting for one that runs. Their
  /// destructors run here, without the lock. O(n).
  void close();

 private:
  friend class Timer;
  using Place = std::pair<Clock::time_point, std::uint64_t>;  // the time, and a number

  /// An action that runs; of several, one has been called by the other.
  struct Running {
    Place place;
    std::thread::id thread;
    const Running* outside;
  };

  /// Takes the action at `place` back or, if another thread runs it, waits until it has returned.
  void cancel(const Place& place);
  /// The action at `place` if it runs, else null. Requires: locked.
  const Running* find_running(const Place& place) const;

  mutable std::mutex mutex_;  // guards all of it
  std::condition_variable returned_;
  std::map<Place, std::function<void()>> actions_;
  std::uint64_t next_ = 0;
  const Running* running_ = nullptr;  // the innermost
  bool stopped_ = false;
};

}  // namespace tidemark
