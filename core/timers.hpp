// SPDX-License-Identifier: MIT
//
// Timers of one owner, who does not want to keep each of them.
#pragma once

#include <tidemark/core/timer.hpp>

#include <functional>
#include <memory>

namespace tidemark {

class Executor;

/// Owns any number of actions that are to be called later. Each is forgotten when it has been
/// called; what is left is cancelled at the end. Thread: any.
class Timers {
 public:
  /// Requires: the executor is there at each `call_at`.
  explicit Timers(Executor& executor);
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers() { close(); }

  /// Who calls them.
  Executor& executor() const { return *executor_; }

  /// As Executor::call_at, unless this has been closed. O(log n) of n timers that are set.
  void call_at(Clock::time_point when, std::function<void()> action);

  /// Cancels all of them, as Timer::cancel does, and has none set from here on.
  void close() noexcept;

 private:
  struct Set;

  Executor* executor_;
  std::shared_ptr<Set> set_;  // the actions', too: one of them may be what closes this
};

}  // namespace tidemark
