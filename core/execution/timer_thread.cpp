// SPDX-License-Identifier: MIT
#include <tidemark/core/execution/timer_thread.hpp>
#include <tidemark/core/start_thread.hpp>

#include <optional>
#include <utility>

namespace tidemark {

TimerThread::~TimerThread() {
  join();
  timers_->close();
}

Timer TimerThread::call_at(Clock::time_point when, std::function<void()> action) {
  Timer timer = timers_->add(when, std::move(action));
  const std::lock_guard lock(mutex_);
  if (stopped_) return timer;
  if (!thread_.joinable()) thread_ = start_thread<std::thread>([this] { loop(); });
  changed_.notify_one();
  return timer;
}

void TimerThread::stop() {
  timers_->stop();
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
    const std::optional<Clock::time_point> first = timers_->first();
    if (!first) {
      changed_.wait(lock);
    } else if (*first > Clock::now()) {
      changed_.wait_until(lock, *first);
    } else {
      lock.unlock();
      timers_->call_first(Clock::now());
      lock.lock();
    }
  }
}

}  // namespace tidemark
