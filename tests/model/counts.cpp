// SPDX-License-Identifier: MIT
#include <tests/model/counts.hpp>

#include <algorithm>
#include <utility>

namespace tidemark::model {

Id Counts::intern(const Entries& entries) {
  const auto [at, is_new] = ids_.try_emplace(entries, static_cast<Id>(all_.size()));
  if (is_new) all_.push_back(entries);
  return at->second;
}

int Counts::count(Id id, Stamp stamp) const {
  for (const Entry& entry : all_[id])
    if (entry.stamp == stamp) return entry.count;
  return 0;
}

bool Counts::any_negative(Id id) const {
  return std::ranges::any_of(all_[id], [](const Entry& entry) { return entry.count < 0; });
}

Id Counts::plus(Id a, Id b) {
  if (a == nothing) return b;
  if (b == nothing) return a;
  const std::uint64_t key = pair_of(std::min(a, b), std::max(a, b));
  if (const auto known = sums_.find(key); known != sums_.end()) return known->second;
  Entries sum;
  auto left = all_[a].begin(), right = all_[b].begin();
  const auto left_end = all_[a].end(), right_end = all_[b].end();
  while (left != left_end || right != right_end) {
    if (right == right_end || (left != left_end && left->stamp < right->stamp)) {
      sum.push_back(*left++);
    } else if (left == left_end || right->stamp < left->stamp) {
      sum.push_back(*right++);
    } else {
      const int both = left->count + right++->count;
      if (both != 0) sum.push_back({left->stamp, static_cast<std::int16_t>(both)});
      ++left;
    }
  }
  return sums_[key] = intern(sum);
}

Id Counts::negative(Id id) {
  Entries opposite = all_[id];
  for (Entry& entry : opposite) entry.count = static_cast<std::int16_t>(-entry.count);
  return intern(opposite);
}

ProgressBatch<Time> Counts::batch(Id id) const {
  ProgressBatch<Time> batch;
  for (const auto& [stamp, count] : all_[id]) batch.update((*pointstamps_)[stamp], count);
  batch.compact();
  return batch;
}

Id Counts::intern(const ProgressBatch<Time>& batch) {
  Entries entries;
  for (const auto& [pointstamp, diff] : batch.changes())
    entries.push_back({pointstamps_->find(pointstamp.location, pointstamp.time).value(),
                       static_cast<std::int16_t>(diff)});
  return intern(entries);
}

std::string Counts::describe(Id id) const {
  std::string text;
  for (const auto& [stamp, count] : all_[id])
    text += (text.empty() ? "" : ", ") + std::string(count > 0 ? "+" : "") + std::to_string(count) +
            " " + pointstamps_->describe(stamp);
  return text.empty() ? "nothing" : text;
}

}  // namespace tidemark::model
