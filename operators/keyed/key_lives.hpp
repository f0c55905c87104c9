// SPDX-License-Identifier: MIT
//
// The lives of a step's keys: when each ends, by the run's clock or in event time.
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/core/watermark_reader.hpp>
#include <tidemark/core/worker.hpp>
#include <tidemark/operators/driver/wake_timer.hpp>
#include <tidemark/operators/keyed/silent_keys.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// By the run's clock. A key that is silent when the step runs has expired before what the step
/// works on then. Saved are times on the wall, so the time between two runs has passed, too.
template <Timestamp T, typename Item>
class RunLives {
 public:
  using Key = typename Item::first_type;
  using Value = typename Item::second_type;
  using Time = Clock::time_point;

  /// Requires: a clock that has run for `life` is in range.
  RunLives(Clock::duration life, WakeTimer timer, Worker& worker)
      : keys_(Life{life}),
        timer_(std::move(timer)),
        worker_(&worker) {}

  /// An activation begins.
  void begin(const Antichain<T>& frontier) {
    now_ = worker_->now();
    if (frontier.empty()) {
      next_.reset();
    } else {
      next_ = *frontier.begin();
    }
  }
  void hear(const Key& key, const Value&) { keys_.hear(key, now_); }
  void forget(const Key& key) { keys_.forget(key); }

  /// Calls `expire(time)` if keys may have expired since the last call, with the earliest timestamp
  /// that can still come; not at the end of input. It is to `take` them.
  template <typename IsDue, typename Expire>
  void rise(IsDue, Expire expire) {
    if (next_ && is_due()) expire(*next_);
  }
  std::vector<Key> take() { return keys_.take(now_); }
  /// Sees to it that the step runs when the next key expires.
  void arm() {
    if (next_ && !keys_.empty()) timer_.set(keys_.next() - now_);
  }

  /// When it was heard of.
  EventTime saved(const Key& key) const {
    return set_back(worker_->wall_time(), worker_->now() - keys_.last(key));
  }
  /// It was heard of in an earlier run.
  void restore(const Key& key, EventTime saved) {
    const auto silent = std::max(std::chrono::nanoseconds(0), between(saved, worker_->wall_time()));
    keys_.hear(key, now_ - silent);
  }

  std::size_t verify() const { return keys_.verify(); }

 private:
  struct Life {
    Clock::duration length;
    Time operator()(Time time) const { return time + length; }
  };

  bool is_due() const { return !keys_.empty() && keys_.next() <= now_; }

  SilentKeys<Key, Time, Life> keys_;
  WakeTimer timer_;
  Worker* worker_;
  Time now_{};
  std::optional<T> next_;
};

/// In event time: a key expires with the epoch by which the watermark has come to the end of its
/// life. `Getter` reads the time of a value.
template <Timestamp T, typename Item, typename Getter>
class EventLives {
 public:
  using Key = typename Item::first_type;
  using Value = typename Item::second_type;
  using Time = EventTime;

  EventLives(std::chrono::nanoseconds life, Getter getter, WatermarkReader<T>& sources)
      : keys_(Life{life}),
        getter_(std::move(getter)),
        sources_(&sources) {}

  void begin(const Antichain<T>& frontier) { sources_->follow(frontier); }
  /// A late value counts as one of what the watermark has come to.
  void hear(const Key& key, const Value& value) { keys_.hear(key, std::max(now_, getter_(value))); }
  void forget(const Key& key) { keys_.forget(key); }

  /// Calls `expire(epoch)` for the epochs by which the watermark has come so far that keys may have
  /// expired, in order, as far as `is_due(epoch)` says. It is to `take` them.
  template <typename IsDue, typename Expire>
  void rise(IsDue is_due, Expire expire) {
    sources_->rise(is_due, [&](const T& through, EventTime watermark) {
      now_ = watermark;
      if (!keys_.empty() && keys_.next() <= now_) expire(through);
    });
  }
  std::vector<Key> take() { return keys_.take(now_); }
  void arm() {}  // whoever keeps a key runs when the frontier moves

  EventTime saved(const Key& key) const { return keys_.last(key); }
  void restore(const Key& key, EventTime saved) { keys_.hear(key, saved); }

  std::size_t verify() const { return keys_.verify(); }

 private:
  struct Life {
    std::chrono::nanoseconds length;
    Time operator()(Time time) const { return advanced(time, length); }
  };

  SilentKeys<Key, Time, Life> keys_;
  Getter getter_;
  WatermarkReader<T>* sources_;
  EventTime now_ = before_all_time;
};

}  // namespace tidemark::detail
