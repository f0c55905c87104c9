// SPDX-License-Identifier: MIT
//
// Waiting reports: what has been reported in a replay, until it is next in order.
#pragma once

#include <tidemark/core/ledger/ledger_log.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <utility>

namespace tidemark {

/// Those of each station in their order, and each worker's wishes to read in theirs. Thread: one.
template <Timestamp T>
class WaitingReports {
 public:
  using Report = std::unique_ptr<LedgerEntry<T>>;

  void keep(const LedgerEntry<T>& entry) {
    auto copy = std::make_unique<LedgerEntry<T>>();
    copy->worker = entry.worker;
    copy->brought_by = entry.brought_by;
    copy->batch = entry.batch;
    copy->watch = entry.watch;
    copy->interest = entry.interest;
    if (entry.events) copy->events = std::make_unique<StepEvents>(std::move(*entry.events));
    (entry.watch ? wishes_ : reports_)[entry.station()].push_back(std::move(copy));
  }
  /// The first report that is left of this station; null if there is none.
  Report next_of(std::uint32_t station) { return first_of(reports_, station); }
  /// The same of a worker's wishes.
  Report next_wish_of(std::uint32_t worker) { return first_of(wishes_, worker); }

  bool empty() const { return empty(reports_) && empty(wishes_); }

 private:
  using Queues = std::map<std::uint32_t, std::deque<Report>>;

  static Report first_of(Queues& queues, std::uint32_t from) {
    const auto queue = queues.find(from);
    if (queue == queues.end() || queue->second.empty()) return nullptr;
    Report first = std::move(queue->second.front());
    queue->second.pop_front();
    return first;
  }
  static bool empty(const Queues& queues) {
    return std::ranges::all_of(queues, [](const auto& queue) { return queue.second.empty(); });
  }

  Queues reports_;
  Queues wishes_;
};

}  // namespace tidemark
