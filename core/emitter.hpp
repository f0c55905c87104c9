// SPDX-License-Identifier: MIT
//
// Emitters: what an operator sends its records with.
#pragma once

#include <tidemark/core/record_type.hpp>
#include <tidemark/core/records/consumer.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace tidemark {

/// The open end of an output: collects records of one timestamp into batches and pushes them.
template <Timestamp T, typename Item>
class Emitter {
 public:
  /// Sends one record at the current timestamp.
  void give(Item record) {
    buffer_.push_back(std::move(record));
    if (buffer_.size() >= full_) flush();
  }

  /// Sends what `records` holds, and leaves it empty.
  void give_all(std::vector<Item>& records) {
    flush();
    if (records.size() > most_at_once_) [[unlikely]] {
      for (Item& record : records) give(std::move(record));
      flush();
    } else if (!records.empty()) {
      tee_.push(time_, erased(records));
    }
    records.clear();
  }

  /// From here on records are sent at `time`. Engine only: the right to do so is checked before.
  void set_time(const T& time) {
    if (time == time_) return;
    flush();
    time_ = time;
  }

  /// Pushes what was given and is not pushed yet, without waiting for a full batch.
  void flush() {
    if (buffer_.empty()) return;
    tee_.push(time_, erased(buffer_));
    buffer_.clear();
  }

  /// Into what it pushes. Engine only.
  Tee<T>& tee() { return tee_; }

  /// At how many records a batch is full and is pushed.
  std::size_t full_batch() const { return full_; }
  /// Engine only: `records` is Tuning::batch_records.
  void tune(std::size_t records) {
    if (records != 0) full_ = most_at_once_ = records;
  }

 private:
  T time_{};
  std::vector<Item> buffer_;
  std::size_t full_ = batch_capacity<Item>;
  std::size_t most_at_once_ = RecordType::no_limit;  // records
  Tee<T> tee_{record_type<Item>};
};

}  // namespace tidemark
