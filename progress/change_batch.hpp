// SPDX-License-Identifier: MIT
//
// Change batches: signed counts that cancel before anybody has to look at them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace tidemark {

/// A multiset of changes to the counts of keys, in which opposite changes cancel.
///
/// Changes are appended unsorted and compacted when the unsorted part has outgrown the sorted one,
/// so that a batch never holds more than twice its distinct keys (plus a constant).
///
/// Cost: `update` is O(log n) amortised; `compact` O(n log n) in the changes since the last one.
template <std::totally_ordered Key>
class ChangeBatch {
 public:
  using Change = std::pair<Key, std::int64_t>;  ///< a key, and what is added to its count

  ChangeBatch() = default;
  /// Changes in any order; several of one key are added up.
  ChangeBatch(std::initializer_list<Change> changes) {
    for (const auto& [key, diff] : changes) update(key, diff);
  }

  /// Adds `diff` to the count of `key`.
  void update(const Key& key, std::int64_t diff) {
    if (diff == 0) return;
    changes_.emplace_back(key, diff);
    if (changes_.size() > min_unsorted && changes_.size() > 2 * clean_) compact();
  }

  /// Sorts by key and removes what has cancelled.
  void compact() {
    if (clean_ == changes_.size()) return;
    if (changes_.size() == 2) return compact_pair();
    std::sort(changes_.begin(), changes_.end(),
              [](const Change& a, const Change& b) { return a.first < b.first; });
    auto out = changes_.begin();
    for (auto in = changes_.begin(); in != changes_.end();) {
      auto run = in;
      std::int64_t sum = 0;
      for (; run != changes_.end() && run->first == in->first; ++run) sum += run->second;
      if (sum != 0) *out++ = {in->first, sum};
      in = run;
    }
    changes_.erase(out, changes_.end());
    clean_ = changes_.size();
  }

  /// True if all changes have cancelled. Compacts only if it has to, to know.
  bool empty() {
    if (clean_ > changes_.size() / 2) return false;
    compact();
    return changes_.empty();
  }

  /// The net changes, sorted by key. Valid until the next change.
  const std::vector<Change>& view() {
    compact();
    return changes_;
  }

  /// The net changes as of the last `compact`, sorted by key; what came since follows.
  const std::vector<Change>& changes() const { return changes_; }
  /// Whether nothing has been changed since.
  bool compacted() const { return clean_ == changes_.size(); }

  /// Forgets all changes, and keeps their memory.
  void clear() {
    changes_.clear();
    clean_ = 0;
  }

  friend bool operator==(const ChangeBatch&, const ChangeBatch&) = default;

 private:
  static constexpr std::size_t min_unsorted = 32;

  /// A downgrade, and nothing else: the most frequent batch.
  void compact_pair() {
    Change& first = changes_[0];
    Change& second = changes_[1];
    if (first.first == second.first) {
      first.second += second.second;
      changes_.pop_back();
      if (first.second == 0) changes_.clear();
    } else if (second.first < first.first) {
      std::swap(first, second);
    }
    clean_ = changes_.size();
  }

  std::vector<Change> changes_;
  std::size_t clean_ = 0;  // length of the prefix that is sorted, merged and free of zeros
};

}  // namespace tidemark
