// SPDX-License-Identifier: MIT
#include <tidemark/core/execution/timer_thread.hpp>

#include <utility>

namespace tidemark {

TimerThread::~TimerThread() {
  join();
}

void TimerThread::call_at(Clock::time_point when, std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  timers_.emplace(when, std::move(action));
  if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
  changed_.notify_one();
}

void TimerThread::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_one();
}

void TimerThread::join() {
  stop();
  if (thread_.joinable()) thread_.join();  // once stopped, nobody starts it any more
}

void TimerThread::loop() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    if (timers_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto first = timers_.begin();
    const Clock::time_point due = first->first;
    if (due > Clock::now()) {
      changed_.wait_until(lock, due);
      continue;
    }
    const std::function<void()> action = std::move(first->second);
    timers_.erase(first);
    lock.unlock();
    action();
    lock.lock();
  }
}

}  // namespace tidemark
