// SPDX-License-Identifier: MIT
//
// The timer thread of the executors that live in real time: sleeps until the next timer is due.
#pragma once

#include <tidemark/core/execution/timer_queue.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
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

  Timer call_at(Clock::time_point when, std::function<void()> action);

  /// From now on no action begins.
  void stop();

  /// Stops it, and waits for the action that still runs. Thread: one, not that of the actions.
  void join();

 private:
  void loop();

  std::shared_ptr<TimerQueue> timers_ = std::make_shared<TimerQueue>();
  std::mutex mutex_;  // guards the rest, and is held between a look at the timers and the sleep
  std::condition_variable changed_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace tidemark
