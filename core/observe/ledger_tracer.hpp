// SPDX-License-Identifier: MIT
//
// The ledger tracer: records each batch of a ledger, and the frontiers that it has moved.
#pragma once

#include <tidemark/core/text.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/progress/ledger.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tidemark {

/// All batches of a ledger, kept while tracing.
template <Timestamp T>
struct LedgerHistory {
  ProgressBatch<T> initial;
  std::vector<std::pair<std::uint32_t, ProgressBatch<T>>> batches;  ///< with the worker of each
};

/// Thread: the combiner's, but for `sequence`, which is any's.
template <Timestamp T>
class LedgerTracer {
 public:
  LedgerTracer(Trace& trace, const ProgressBatch<T>& initial)
      : trace_(&trace),
        history_(std::make_shared<LedgerHistory<T>>()) {
    history_->initial = initial;
  }

  /// Records that `ledger` has applied `batch` of `worker`, as its last.
  void batch(const Ledger<T>& ledger, std::uint32_t worker, const ProgressBatch<T>& batch) {
    TraceEvent event{
        .kind = TraceEvent::Kind::batch, .sequence = ledger.sequence(), .worker = worker};
    for (const auto& [pointstamp, diff] : batch.changes())
      event.changes.push_back(
          {pointstamp.location.value, text_of(ledger, pointstamp.location, pointstamp.time), diff});
    trace_->record(std::move(event));
    history_->batches.emplace_back(worker, batch);
    sequence_.store(ledger.sequence(), std::memory_order_relaxed);
  }

  void frontier(const Ledger<T>& ledger, LocationId location, const Antichain<T>& frontier) {
    TraceEvent event{.kind = TraceEvent::Kind::frontier,
                     .sequence = ledger.sequence(),
                     .subject = location.value};
    for (const T& time : frontier) event.frontier.push_back(text_of(ledger, location, time));
    trace_->record(std::move(event));
  }

  /// The number of batches applied, for events outside the ledger.
  std::uint64_t sequence() const { return sequence_.load(std::memory_order_relaxed); }

  /// Thread: once the run has ended.
  std::shared_ptr<const LedgerHistory<T>> history() const { return history_; }

 private:
  static std::string text_of(const Ledger<T>& ledger, LocationId location, const T& time) {
    return to_text(time, ledger.topology().depth(location));
  }

  Trace* trace_;
  std::shared_ptr<LedgerHistory<T>> history_;
  std::atomic<std::uint64_t> sequence_{0};
};

}  // namespace tidemark
