// SPDX-License-Identifier: MIT
//
// Reorder buffers: records in the order of their timestamps, whatever the order of their arrival.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Records that came before their turn. It is a timestamp's turn when no earlier one can come any
/// more, though it may have more to come itself: steps whose state depends on the order of epochs
/// need not wait for the end of one. `Right` is what the user needs to send for the records later
/// on. Records of one timestamp stay in the order of arrival.
///
/// Unlike OpenTimes, which gives a timestamp's state when that is complete. Cost: none for records
/// whose turn it is when they come; else O(log n) for n timestamps that wait, and a move for each
/// record; O(n) for `release`. Thread: its user's.
template <Timestamp T, typename Item, typename Right>
class ReorderBuffer {
 public:
  /// Whether records that come now at `time` are to be taken at once; else they are to be held.
  bool is_turn(const T& time, const Antichain<T>& frontier) const {
    const bool is_next = held_.empty() || time < held_.begin()->first;
    return is_next && !frontier.less_than_to(time);
  }

  /// Keeps the records until it is their turn, and for the first of their timestamp `retain()`.
  template <typename Retain>
  void hold(const T& time, std::vector<Item>& records, Retain retain) {
    auto at = held_.find(time);
    if (at == held_.end()) at = held_.emplace(time, Held{retain(), {}}).first;
    std::ranges::move(records, std::back_inserter(at->second.records));
  }

  /// Calls `take(time, right, records)` for the timestamps whose turn has come, in order.
  template <typename Take>
  void release(const Antichain<T>& frontier, Take take) {
    for (auto next = held_.begin(); next != held_.end();) {
      if (frontier.less_than_to(next->first)) {
        ++next;
        continue;
      }
      take(next->first, next->second.right, next->second.records);
      next = held_.erase(next);
    }
  }

 private:
  struct Held {
    Right right;
    std::vector<Item> records;
  };
  std::map<T, Held> held_;
};

}  // namespace tidemark::detail
