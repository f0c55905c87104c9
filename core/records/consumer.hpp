// SPDX-License-Identifier: MIT
//
// Consumers: what a stream pushes its batches into.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace tidemark {

/// Takes batches at the end of a stream: a fused step, or the entry of a channel.
template <Timestamp T, typename Item>
class Consumer {
 public:
  virtual ~Consumer() = default;

  /// Takes `records`, all at `time`. May move from them or change them; the caller clears what is
  /// left. Requires: not empty.
  virtual void push(const T& time, std::vector<Item>& records) = 0;
};

/// The consumers of one stream. A branch copies for all but the last of them.
template <Timestamp T, typename Item>
class Tee {
 public:
  void add(Consumer<T, Item>& consumer) {
    consumers_.push_back(&consumer);
    only_ = consumers_.size() == 1 ? &consumer : nullptr;
  }

  void push(const T& time, std::vector<Item>& records) {
    if (records.empty()) return;
    if (only_ != nullptr) {
      only_->push(time, records);
    } else {
      branch(time, records);
    }
  }

 private:
  /// Out of line, to keep `push` small: a chain of fused steps is made of it.
  [[gnu::noinline]] void branch(const T& time, std::vector<Item>& records) {
    if (consumers_.empty()) return;
    for (std::size_t c = 0; c + 1 < consumers_.size(); ++c) {
      copy_ = records;
      consumers_[c]->push(time, copy_);
    }
    copy_.clear();
    consumers_.back()->push(time, records);
  }

  Consumer<T, Item>* only_ = nullptr;  // if there is just one
  std::vector<Consumer<T, Item>*> consumers_;
  std::vector<Item> copy_;
};

}  // namespace tidemark
