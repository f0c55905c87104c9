// SPDX-License-Identifier: MIT
//
// The timer thread of the executors that live in real time: sleeps until the next timer is due.
#pragma once

#include <tidemark/core/executor.hpp>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace tidemark {

/// Calls actions as Executor::call_at promises, on one thread that is started with the first of
/// them. Uses no CPU time in between. Thread: any, unless noted.
class TimerThread {
 public:
  TimerThread() = default;
  TimerThread(const TimerThread&) = delete;
  TimerThread& operator=(const TimerThread&) = delete;
  ~TimerThread();

  void call_at(Clock::time_point when, std::function<void()> action);

  /// From now on no action begins.
  void stop();

  /// Stops it, and waits for the action that still runs. Thread: one, not that of the actions.
  void join();

 private:
  void loop();

  std::mutex mutex_;  // guards all but the thread that runs
  std::condition_variable changed_;
  std::multimap<Clock::time_point, std::function<void()>> timers_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace tidemark
