// SPDX-License-Identifier: MIT
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/error.hpp>

#include <exception>
#include <stdexcept>
#include <string>

namespace tidemark {

Embedded::Embedded(const Config& config) : process_(config, thread_) {
  if (config.workers != 1)
    throw ConfigError("an embedded run has 1 worker, and was given " +
                      std::to_string(config.workers));
  worker().fiber_ = &thread_;
}

Embedded::~Embedded() {
  thread_.drop_timers();  // before the process that they may know
}

bool Embedded::step() {
  try {
    process_.rethrow_failure();
    thread_.call_due();
    return worker().step();
  } catch (...) {
    process_.fail(std::current_exception());
    throw;
  }
}

void Embedded::wait() {
  try {
    worker().suspend();
  } catch (...) {  // of a timer
    process_.fail(std::current_exception());
    throw;
  }
}

void Embedded::Thread::submit(Task&) {
  throw std::logic_error("an embedded worker has no executor that runs tasks");
}
void Embedded::Thread::spawn(std::function<void(Fiber&)>) {
  throw std::logic_error("an embedded worker has no executor that runs closures");
}
void Embedded::Thread::serve() {
  throw std::logic_error("an embedded worker has no executor that serves");
}

void Embedded::Thread::call_at(Clock::time_point when, std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  timers_.emplace(when, std::move(action));
  changed_.notify_all();
}

void Embedded::Thread::suspend(const std::function<void()>& parked) {
  parked();
  std::unique_lock lock(mutex_);
  while (!resumed_) {
    if (call_first(lock, Clock::now())) break;  // the program may have waited for just that
    if (timers_.empty()) {
      changed_.wait(lock);
    } else {
      const Clock::time_point first = timers_.begin()->first;
      changed_.wait_until(lock, first);
    }
  }
  resumed_ = false;
}

void Embedded::Thread::resume() {
  const std::lock_guard lock(mutex_);
  resumed_ = true;
  changed_.notify_all();
}

void Embedded::Thread::call_due() {
  std::unique_lock lock(mutex_);
  const Clock::time_point now = Clock::now();  // what these set anew has to wait
  while (call_first(lock, now)) {
  }
}

void Embedded::Thread::drop_timers() {
  const std::lock_guard lock(mutex_);
  timers_.clear();
}

bool Embedded::Thread::call_first(std::unique_lock<std::mutex>& lock, Clock::time_point now) {
  if (timers_.empty() || timers_.begin()->first > now) return false;
  const std::function<void()> action = std::move(timers_.extract(timers_.begin()).mapped());
  lock.unlock();
  action();
  lock.lock();
  return true;
}

}  // namespace tidemark
