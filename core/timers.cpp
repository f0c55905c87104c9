// SPDX-License-Identifier: MIT
#include <tidemark/core/executor.hpp>
#include <tidemark/core/timers.hpp>

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace tidemark {

struct Timers::Set {
  /// Called by the action of this number, which does not wait for itself.
  void forget(std::uint64_t number) {
    const std::lock_guard lock(mutex);
    timers.erase(number);
  }

  std::mutex mutex;  // guards the rest; no action runs under it
  std::unordered_map<std::uint64_t, Timer> timers;
  std::uint64_t next = 0;
  bool closed = false;
};

Timers::Timers(Executor& executor) : executor_(&executor), set_(std::make_shared<Set>()) {}

void Timers::call_at(Clock::time_point when, std::function<void()> action) {
  const std::lock_guard lock(set_->mutex);
  if (set_->closed) return;
  const std::uint64_t number = set_->next++;
  set_->timers.emplace(number,
                       executor_->call_at(when, [set = set_, number, action = std::move(action)] {
                         action();
                         set->forget(number);
                       }));
}

void Timers::close() noexcept {
  std::unordered_map<std::uint64_t, Timer> left;  // cancelled without the lock, which actions take
  const std::lock_guard lock(set_->mutex);
  set_->closed = true;
  left.swap(set_->timers);
}

}  // namespace tidemark
