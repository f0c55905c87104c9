// SPDX-License-Identifier: MIT
//
// The ledger tracer: records each batch of a ledger with what its worker has done in that step, and
// the frontiers that were published.
#pragma once

#include <tidemark/core/text.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/ledger.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// What a worker has done since it last told.
struct StepEvents {
  std::vector<TraceEvent> before;  ///< the report of the step: received and run
  std::vector<TraceEvent> after;   ///< sent
};

/// All batches of a ledger, kept while tracing.
template <Timestamp T>
struct LedgerHistory {
  ProgressBatch<T> initial;
  std::vector<std::pair<std::uint32_t, ProgressBatch<T>>> batches;  ///< with the worker of each
};

/// Thread: the combiner's, but for `events`, which is any's.
template <Timestamp T>
class LedgerTracer {
 public:
  LedgerTracer(Trace& trace, const Topology<T>& topology, const ProgressBatch<T>& initial)
      : trace_(&trace),
        history_(std::make_shared<LedgerHistory<T>>()),
        published_(topology.locations(), Antichain<T>{T::minimum()}) {
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
  }

  /// Records what was published, where it has moved.
  void published(const Ledger<T>& ledger, const std::vector<LocationId>& locations) {
    for (const LocationId location : locations) {
      const Antichain<T>& frontier = ledger.frontier(location);
      if (published_[location.value] == frontier) continue;
      published_[location.value] = frontier;
      TraceEvent event{.kind = TraceEvent::Kind::frontier,
                       .sequence = ledger.sequence(),
                       .subject = location.value};
      for (const T& time : frontier) event.frontier.push_back(text_of(ledger, location, time));
      trace_->record(std::move(event));
    }
  }

  /// Records what a worker has done, and leaves `events` empty.
  void events(std::vector<TraceEvent>& events) { trace_->record_now(events); }

  /// Thread: once the run has ended.
  std::shared_ptr<const LedgerHistory<T>> history() const { return history_; }

 private:
  static std::string text_of(const Ledger<T>& ledger, LocationId location, const T& time) {
    return to_text(time, ledger.topology().depth(location));
  }

  Trace* trace_;
  std::shared_ptr<LedgerHistory<T>> history_;
  std::vector<Antichain<T>> published_;  // by location
};

}  // namespace tidemark
