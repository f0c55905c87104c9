// SPDX-License-Identifier: MIT
//
// Values of a key that wait for their turn.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/core/event_time.hpp>
#include <tidemark/progress/check.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
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
    TIDEMARK_CHECK(!values_.empty(), "what is popped was pushed");
    std::ranges::pop_heap(values_, later);
    Value value = std::move(values_.back().value);
    values_.pop_back();
    return value;
  }

  void write(std::string& to) const {
    Codec<std::uint64_t>::write(to, values_.size());
    for (const auto& [time, number, value] : values_) {
      Codec<EventTime>::write(to, time);
      Codec<std::uint64_t>::write(to, number);
      Codec<Value>::write(to, value);
    }
  }
  /// Makes of an empty queue the one that was written. Returns a number above all of its own.
  std::uint64_t read(ByteReader& from) {
    std::uint64_t above = 0;
    for (auto left = Codec<std::uint64_t>::read(from); left != 0; --left) {
      const auto time = Codec<EventTime>::read(from);
      const auto number = Codec<std::uint64_t>::read(from);
      push(time, number, Codec<Value>::read(from));
      above = std::max(above, number + 1);
    }
    return above;
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
