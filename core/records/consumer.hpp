// SPDX-License-Identifier: MIT
//
// Consumers: what a stream pushes its batches into.
#pragma once

#include <tidemark/core/record_type.hpp>
#include <tidemark/progress/check.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstddef>
#include <vector>

namespace tidemark {

/// Takes batches at the end of a stream: a fused step, or the entry of a channel.
template <Timestamp T>
class Consumer {
 public:
  /// Takes `records`, all at `time`. May move from them or change them; the caller clears what is
  /// left. Requires: not empty, and of the stream's type.
  virtual void push(const T& time, AnyRecords& records) = 0;

 protected:
  ~Consumer() = default;
};

/// The consumers of one stream. A branch copies for all but the last of them.
template <Timestamp T>
class Tee {
 public:
  explicit Tee(const RecordType& type) : type_(&type) {}

  const RecordType& type() const { return *type_; }
  std::size_t consumers() const { return consumers_.size(); }

  /// Requires: it is the first, or the records can be copied.
  void add(Consumer<T>& consumer) {
    TIDEMARK_CHECK(consumers_.empty() || type_->copy != nullptr,
                   "what has a second consumer can be copied");
    consumers_.push_back(&consumer);
    only_ = consumers_.size() == 1 ? &consumer : nullptr;
  }

  /// Requires: `records` is not empty.
  void push(const T& time, AnyRecords& records) {
    if (only_ != nullptr) {
      only_->push(time, records);
    } else {
      branch(time, records);
    }
  }

 private:
  /// Not in line, to keep `push` small: a chain of fused steps is made of it.
  void branch(const T& time, AnyRecords& records);

  Consumer<T>* only_ = nullptr;  // if there is just one
  const RecordType* type_;
  std::vector<Consumer<T>*> consumers_;
  std::vector<RecordStore> copies_;  // one, once there has been a branch
};

}  // namespace tidemark
