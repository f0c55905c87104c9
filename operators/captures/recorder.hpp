// SPDX-License-Identifier: MIT
//
// Recorders: a stream at one worker as the events of a capture.
#pragma once

#include <tidemark/operators/captures/capture_event.hpp>
#include <tidemark/progress/antichain.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Writes one part: batches as they are, frontiers as what has changed.
template <Timestamp T, typename Item>
class Recorder {
 public:
  explicit Recorder(std::unique_ptr<CaptureWriter<T, Item>> writer) : writer_(std::move(writer)) {}

  void write(const T& time, const std::vector<Item>& records) {
    begin();
    writer_->write_batch(time, records);
  }

  void advance(const Antichain<T>& frontier) {
    begin();
    FrontierMove<T> move;
    for (const T& time : frontier)
      if (std::ranges::find(frontier_, time) == frontier_.end()) move.changes.emplace_back(time, 1);
    for (const T& time : frontier_)
      if (std::ranges::find(frontier, time) == frontier.end()) move.changes.emplace_back(time, -1);
    if (!move.changes.empty()) writer_->move_frontier(move);
    frontier_ = frontier;
  }

  void close() {
    advance({});
    writer_->close();
  }

 private:
  void begin() {
    if (std::exchange(begun_, true)) return;
    frontier_.insert(T::minimum());
    writer_->move_frontier({{{T::minimum(), 1}}});
  }

  std::unique_ptr<CaptureWriter<T, Item>> writer_;
  bool begun_ = false;
  Antichain<T> frontier_;  // as written
};

}  // namespace tidemark::detail
