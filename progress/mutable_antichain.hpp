// SPDX-License-Identifier: MIT
//
// Mutable antichains: the frontier of a multiset of timestamps that changes.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace tidemark {

/// Counts outstanding timestamps and keeps the minimal ones: those with a positive count and none
/// such before them.
///
/// A count may be negative for a while: between ledgers one can learn that a batch was consumed
/// before one learns that it was produced. Such a count holds nothing back.
///
/// The counts are a sorted ring: a vector whose first `head_` entries have been retired; two have
/// room in place.
///
/// Cost for k distinct timestamps: a change at either end O(1) amortised; elsewhere O(log k) to
/// find and a block move to insert or erase. Keeping the frontier of a partial order adds O(j f)
/// when one of its f elements vanishes, where j is how far it is to a timestamp that precedes all
/// after it, as the first of each epoch in a loop does.
template <Timestamp T>
class MutableAntichain {
 public:
  using Entry = std::pair<T, std::int64_t>;  ///< a timestamp and its count, which is not 0

  /// Adds `diff` to the count of `time`. True if the frontier has changed.
  bool update(const T& time, std::int64_t diff) {
    if (diff == 0) return false;
    const auto [before, after] = add(time, diff);
    if ((before > 0) == (after > 0)) return false;
    if (after > 0) return frontier_.insert(time);
    if constexpr (is_totally_ordered<T>) {
      if (*frontier_.begin() != time) return false;
    } else {
      if (std::ranges::find(frontier_, time) == frontier_.end()) return false;
    }
    rebuild_frontier();
    return true;
  }

  /// The minimal timestamps; empty if no count is positive.
  const Antichain<T>& frontier() const { return frontier_; }

  /// The timestamps whose count is not zero, with their counts, sorted by `<=>`.
  std::span<const Entry> entries() const { return std::span(ring_).subspan(head_); }

  /// True if every count is zero.
  bool empty() const { return entries().empty(); }

  /// The count of `time`. O(log k).
  std::int64_t count(const T& time) const {
    const auto all = entries();
    const auto at = std::ranges::lower_bound(all, time, {}, &Entry::first);
    return at != all.end() && at->first == time ? at->second : 0;
  }

  friend bool operator==(const MutableAntichain& a, const MutableAntichain& b) {
    return std::ranges::equal(a.entries(), b.entries());
  }

 private:
  /// Changes one count and returns it before and after.
  std::pair<std::int64_t, std::int64_t> add(const T& time, std::int64_t diff) {
    auto at = find(time);
    if (at == ring_.end() || at->first != time) {
      if (at == ring_.end()) {
        ring_.emplace_back(time, diff);
      } else if (head_ > 0 && at == head()) {
        ring_[--head_] = {time, diff};
      } else {
        ring_.insert(at, {time, diff});
      }
      return {0, diff};
    }
    const std::int64_t before = at->second;
    at->second += diff;
    if (at->second == 0) {
      if (at != head()) {
        ring_.erase(at);
      } else if (head_ + 1 == ring_.size()) {
        ring_.clear();
        head_ = 0;
      } else if (++head_ * 2 > ring_.size()) {
        ring_.erase(ring_.begin(), head());
        head_ = 0;
      }
    }
    return {before, before + diff};
  }

  auto head() { return ring_.begin() + static_cast<std::ptrdiff_t>(head_); }

  /// The first entry that is not before `time`; looks at the ends first.
  auto find(const T& time) {
    if (head_ == ring_.size() || ring_.back().first < time) return ring_.end();
    if (!(head()->first < time)) return head();
    return std::ranges::lower_bound(head(), ring_.end(), time, {}, &Entry::first);
  }

  void rebuild_frontier() {
    frontier_.clear();
    for (const auto& [time, count] : entries()) {
      if (count <= 0) continue;
      frontier_.insert(time);
      if (precedes_all_after(time)) break;
    }
  }

  boost::container::small_vector<Entry, 2> ring_;
  std::size_t head_ = 0;
  Antichain<T> frontier_;
};

}  // namespace tidemark
