// SPDX-License-Identifier: MIT
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/error.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace tidemark {

Embedded::Embedded(const Config& config) : process_(config, thread_) {
  if (config.workers != 1)
    throw ConfigError("an embedded run has 1 worker, and was given " +
                      std::to_string(config.workers));
  if (config.replay != nullptr)
    throw ConfigError("an embedded run cannot be a replay, which has an executor of its own");
  worker().fiber_ = &thread_;
}

Embedded::~Embedded() {
  process_.end_run();
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
void Embedded::Thread::spawn(std::uint32_t, std::function<void(Fiber&)>) {
  throw std::logic_error("an embedded worker has no executor that runs closures");
}
void Embedded::Thread::serve() {
  throw std::logic_error("an embedded worker has no executor that serves");
}

Timer Embedded::Thread::call_at(Clock::time_point when, std::function<void()> action) {
  Timer timer = timers_->add(when, std::move(action));
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
  return timer;
}

void Embedded::Thread::suspend(const std::function<void()>& parked) {
  parked();
  std::unique_lock lock(mutex_);
  while (!resumed_) {
    const std::optional<Clock::time_point> first = timers_->first();
    if (!first) {
      changed_.wait(lock);
    } else if (*first > Clock::now()) {
      changed_.wait_until(lock, *first);
    } else {
      lock.unlock();
      const bool called = timers_->call_first(Clock::now());
      lock.lock();
      if (called) break;  // the program may have waited for just that
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
  const Clock::time_point now = Clock::now();  // what these set anew has to wait
  while (timers_->call_first(now)) {
  }
}

}  // namespace tidemark
