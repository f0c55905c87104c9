// SPDX-License-Identifier: MIT
//
// The trace: what happened, in the ledger's order. Viewers, replay and tests read it and no more.
//
// A trace is written as JSON lines, one event a line, all with these fields:
//   {"seq": 12, "kind": "batch", "worker": 3, ...}
// `seq` is the number of batches the ledger had applied, so any prefix is a consistent cut. Per
// kind:
//   batch     worker's atomic report    changes: [{at: location, time, diff}, ...]
//             (worker is null if a policy has added up the reports of several)
//   frontier  a frontier moved          at: location, frontier: [time, ...]
//   start     an operator is run        op: operator
//   stop      it has returned           op: operator
//   send      a batch was delivered     channel, to: worker, time, records
//   receive   a batch was taken         channel, from: worker, time, records
#pragma once

#include <tidemark/core/explanation.hpp>
#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/progress_snapshot.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

struct TraceEvent {
  enum class Kind { batch, frontier, start, stop, send, receive };
  static constexpr std::uint32_t several_workers = ~std::uint32_t{0};

  struct Change {
    std::uint32_t location = 0;
    std::string time;
    std::int64_t diff = 0;
    friend bool operator==(const Change&, const Change&) = default;
  };

  Kind kind{};
  std::uint64_t sequence = 0;
  std::uint32_t worker = 0;
  std::uint32_t subject = 0;          ///< location, operator or channel, by kind
  std::uint32_t peer = 0;             ///< send, receive: the other worker
  std::uint64_t records = 0;          ///< send, receive
  std::string time;                   ///< send, receive
  std::vector<std::string> frontier;  ///< frontier
  std::vector<Change> changes;        ///< batch

  friend bool operator==(const TraceEvent&, const TraceEvent&) = default;
};

/// The recorded events of one dataflow, in memory. With several ledgers it is the first one's.
///
/// Thread: `record` from any; the rest once the run has ended.
class Trace {
 public:
  void describe(const FlowGraph& graph, const ProgressSnapshot& start);
  void record(TraceEvent event);

  const FlowGraph& graph() const { return graph_; }
  const std::vector<TraceEvent>& events() const { return events_; }

  /// The progress state after `sequence` batches. O(events).
  ProgressSnapshot state_at(std::uint64_t sequence) const;

  using Explainer = std::function<std::vector<Explanation>(std::uint64_t, LocationId)>;
  void set_explainer(Explainer explainer) { explainer_ = std::move(explainer); }

  /// Why each timestamp of the frontier at `location` could still appear there after `sequence`
  /// batches. O(events).
  std::vector<Explanation> explain_at(std::uint64_t sequence, LocationId location) const {
    return explainer_ ? explainer_(sequence, location) : std::vector<Explanation>{};
  }

  /// Why `time` could still appear at `location` after `sequence` batches; an explanation without
  /// causes if it could not. Throws DataflowError if the dataflow has other timestamps. O(events).
  template <Timestamp T>
  Explanation explain_at(std::uint64_t sequence, LocationId location, const T& time) const;

  /// Writes all events as JSON lines.
  void write(std::ostream& out) const;

 private:
  std::mutex mutex_;
  FlowGraph graph_;
  ProgressSnapshot start_;
  Explainer explainer_;
  std::vector<TraceEvent> events_;
};

}  // namespace tidemark
