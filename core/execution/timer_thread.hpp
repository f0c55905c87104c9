// SPDX-License-Identifier: MIT
//
// The timer thread of the executors that live in real time: sleeps until the next timer is due.
#pragma once

#include <tidemark/core/executor.hpp>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace tidemark {

/// Calls actions at their time, on one thread that is started with the first of them. Uses no CPU
/// time in between. Thread: any.
class TimerThread {
 public:
  TimerThread() = default;
  TimerThread(const TimerThread&) = delete;
  TimerThread& operator=(const TimerThread&) = delete;
  ~TimerThread();

  void call_at(Clock::time_point when, std::function<void()> action);

 private:
  void loop(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::multimap<Clock::time_point, std::function<void()>> timers_;
  std::jthread thread_;
};

}  // namespace tidemark
