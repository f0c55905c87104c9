// SPDX-License-Identifier: MIT
//
// The trace: what happened, in the ledger's order. Viewers, replay and tests read it and no more.
//
// A trace is written as JSON lines, one event a line, all with these fields:
//   {"seq": 12, "kind": "batch", "worker": 3, ...}
// `seq` is the number of batches the ledger had applied, and never falls. Per kind:
//   batch     worker's atomic report    changes: [{at: location, time, diff}, ...]
//             (worker is null if a policy has added up the reports of several)
//   frontier  a frontier was published  at: location, frontier: [time, ...]
//   start     an operator is run        op: operator
//   stop      it has returned           op: operator
//   send      records were sent         channel, to: worker, time, records
//   receive   records were taken        channel, from: worker, time, records
//
// Any prefix is a consistent cut. A worker tells what it has done together with the report of its
// step: what it has received and run comes before the batch, what it has sent after it. A step that
// changes nothing is told with the next report, so a `seq` may be later than what it stands for.
// Where reports go by stations (several ledgers, of which a trace holds the batches of the first,
// or a policy that gathers), a worker tells what it has done when it reports; its batch comes
// later.
//
// A frontier is published if somebody reads it, and after the last of the batches that were applied
// together. All frontiers after any batch follow from the batches (Trace::state_at).
//
// What is sent in shared batches (core/records/shared_batches.hpp) a sender tells for each
// receiver, and a receiver for each sender; so there may be more receives than sends, of the same
// records.
#pragma once

#include <tidemark/core/explanation.hpp>
#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/progress_snapshot.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstdint>
#include <iosfwd>
#include <memory>
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

/// What a trace's batches are replayed with, whatever their timestamps are. Thread: any, once the
/// run has ended.
class TraceReplay {
 public:
  virtual ~TraceReplay() = default;
  virtual ProgressSnapshot state_at(std::uint64_t sequence) const = 0;
  virtual std::vector<Explanation> explain_at(std::uint64_t sequence,
                                              LocationId location) const = 0;
};

/// The recorded events of one dataflow, in memory. With several ledgers it is the first one's.
///
/// Thread: `record` and `record_now` from any; the rest once the run has ended.
class Trace {
 public:
  void describe(const FlowGraph& graph, const ProgressSnapshot& start);
  void record(TraceEvent event);
  /// The same for events that came after the batch recorded last; leaves `events` empty.
  void record_now(std::vector<TraceEvent>& events);

  const FlowGraph& graph() const { return graph_; }
  const std::vector<TraceEvent>& events() const { return events_; }

  void set_replay(std::shared_ptr<const TraceReplay> replay) { replay_ = std::move(replay); }

  /// The progress state after `sequence` batches, with all frontiers; without a replay, those that
  /// were recorded. O(events).
  ProgressSnapshot state_at(std::uint64_t sequence) const;

  /// Why each timestamp of the frontier at `location` could still appear there after `sequence`
  /// batches. O(events).
  std::vector<Explanation> explain_at(std::uint64_t sequence, LocationId location) const {
    return replay_ ? replay_->explain_at(sequence, location) : std::vector<Explanation>{};
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
  std::shared_ptr<const TraceReplay> replay_;
  std::uint64_t sequence_ = 0;  // of the batch recorded last
  std::vector<TraceEvent> events_;
};

}  // namespace tidemark
