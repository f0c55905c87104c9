// SPDX-License-Identifier: MIT
#include <tidemark/core/execution/timer_thread.hpp>

#include <utility>

namespace tidemark {

TimerThread::~TimerThread() = default;  // the jthread stops, wakes and joins its thread

void TimerThread::call_at(Clock::time_point when, std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  timers_.emplace(when, std::move(action));
  if (!thread_.joinable())
    thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
  changed_.notify_one();
}

void TimerThread::loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (timers_.empty()) {
      changed_.wait(lock, stop, [&] { return !timers_.empty(); });
      continue;
    }
    const auto first = timers_.begin();
    const Clock::time_point due = first->first;
    if (due > Clock::now()) {
      changed_.wait_until(lock, stop, due,
                          [&] { return !timers_.empty() && timers_.begin()->first < due; });
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
