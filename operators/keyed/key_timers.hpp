// SPDX-License-Identifier: MIT
//
// Key timers: when each key of a stateful step wants to be called.
#pragma once

#include <tidemark/core/executor.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/keyed.hpp>

#include <chrono>
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
  /// `activator` wakes the step when the first timer is due.
  explicit KeyTimers(Activator activator) : activator_(std::move(activator)) {}

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

  /// Sees to it that the step runs when the first timer is due; if that is in the past, as of a key
  /// that always wants to be called, in a millisecond.
  void arm(Clock::time_point now) {
    if (due_.empty()) return;
    Clock::time_point first = due_.begin()->first;
    if (first <= now) first = now + std::chrono::milliseconds(1);
    if (armed_ && *armed_ <= first && *armed_ > now) return;  // it runs before that, and comes here
    armed_ = first;
    activator_.activate_at(first);
  }

  void clear() {
    timers_.clear();
    due_.clear();
  }

 private:
  using Due = std::multimap<Clock::time_point, Key>;

  Activator activator_;
  Due due_;
  KeyTable<Key, typename Due::iterator> timers_;
  std::optional<Clock::time_point> armed_;
};

}  // namespace tidemark::detail
