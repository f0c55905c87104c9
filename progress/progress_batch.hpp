// SPDX-License-Identifier: MIT
//
// Progress batches: what a worker reports of a step, to be applied whole or not at all.
#pragma once

#include <tidemark/progress/change_batch.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/watermarks.hpp>

#include <vector>

namespace tidemark {

/// One worker's report of one step: what it produced, consumed, gained and dropped, and what its
/// parts of sources promise from there on. Whole or not at all: a part of it could let a frontier
/// pass a timestamp that is still held.
template <Timestamp T>
class ProgressBatch : public ChangeBatch<Pointstamp<T>> {
  using Changes = ChangeBatch<Pointstamp<T>>;

 public:
  using Changes::Changes;

  /// What a part of this worker sends, promised along with the changes.
  void promise(const Watermark<T>& watermark) { watermarks_.push_back(watermark); }
  /// In the order in which they were promised.
  const std::vector<Watermark<T>>& watermarks() const { return watermarks_; }

  /// Adds another one's, which was reported later.
  void add(const ProgressBatch& later) {
    for (const auto& [pointstamp, diff] : later.changes()) this->update(pointstamp, diff);
    watermarks_.insert(watermarks_.end(), later.watermarks_.begin(), later.watermarks_.end());
  }

  /// True if all changes have cancelled, and nothing is promised.
  bool empty() { return Changes::empty() && watermarks_.empty(); }
  /// Forgets all changes and promises.
  void clear() {
    Changes::clear();
    watermarks_.clear();
  }

  friend bool operator==(const ProgressBatch&, const ProgressBatch&) = default;

 private:
  std::vector<Watermark<T>> watermarks_;
};

}  // namespace tidemark
