// SPDX-License-Identifier: MIT
//
// Key timers: when each key of a stateful step wants to be called.
#pragma once

#include <tidemark/core/executor.hpp>
#include <tidemark/operators/driver/wake_timer.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/progress/check.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// At most one timer for each key, of the run's clock. Cost: O(log k) for k timers. Thread: its
/// worker.
template <typename Key>
class KeyTimers {
 public:
  /// `timer` wakes the step when the first of them is due.
  explicit KeyTimers(WakeTimer timer) : timer_(std::move(timer)) {}

  /// Sets the key's timer; nullopt: it has none any more.
  void set(const Key& key, std::optional<Clock::time_point> when) {
    const auto at = timers_.find(key);
    if (at != timers_.end()) {
      if (when == at->second->first) return;
      due_.erase(at->second);
      timers_.erase(at);
    }
    if (when) timers_.emplace(key, due_.emplace(*when, key));
  }

  /// Takes the timers that are due, by time; equal ones in the order in which they were set.
  std::vector<Key> take_due(Clock::time_point now) {
    std::vector<Key> keys;
    for (; !due_.empty() && due_.begin()->first <= now; due_.erase(due_.begin())) {
      timers_.erase(due_.begin()->second);
      keys.push_back(std::move(due_.begin()->second));
    }
    return keys;
  }

  /// Sees to it that the step runs when the first timer is due.
  void arm(Clock::time_point now) {
    if (!due_.empty()) timer_.set(due_.begin()->first - now);
  }

  void clear() {
    timers_.clear();
    due_.clear();
  }

  /// Stops the program unless every timer is that of its key. Returns what it has cost.
  std::size_t verify() const {
    TIDEMARK_CHECK(timers_.size() == due_.size(), "a key has at most one timer");
    for (auto due = due_.begin(); due != due_.end(); ++due) {
      const auto at = timers_.find(due->second);
      TIDEMARK_CHECK(at != timers_.end() && at->second == due, "a timer is that of its key");
    }
    return due_.size();
  }

 private:
  using Due = std::multimap<Clock::time_point, Key>;

  WakeTimer timer_;
  Due due_;
  KeyTable<Key, typename Due::const_iterator> timers_;
};

}  // namespace tidemark::detail
