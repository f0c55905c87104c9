// SPDX-License-Identifier: MIT
//
// Values of a key that wait for their turn.
#pragma once

#include <tidemark/windowing/event_time.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Values in the order of their times, those of one time in the order in which they came. Cost:
/// O(log n) each.
template <typename Value>
class PlayQueue {
 public:
  /// `number` is larger than that of every value before.
  void push(EventTime time, std::uint64_t number, Value value) {
    values_.push_back({time, number, std::move(value)});
    std::ranges::push_heap(values_, later);
  }

  bool empty() const { return values_.empty(); }
  /// The time of the next. Requires: not empty.
  EventTime next() const { return values_.front().time; }
  /// Requires: not empty.
  Value pop() {
    std::ranges::pop_heap(values_, later);
    Value value = std::move(values_.back().value);
    values_.pop_back();
    return value;
  }

 private:
  struct Waiting {
    EventTime time;
    std::uint64_t number;
    Value value;
  };
  static bool later(const Waiting& a, const Waiting& b) {
    return std::pair(b.time, b.number) < std::pair(a.time, a.number);
  }

  std::vector<Waiting> values_;  // a heap
};

}  // namespace tidemark::detail
