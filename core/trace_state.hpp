// SPDX-License-Identifier: MIT
//
// The state of a run at one instant of its trace, and why a frontier stood where it stood.
#pragma once

#include <tidemark/core/explanation.hpp>
#include <tidemark/core/progress_snapshot.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/progress/change_batch.hpp>
#include <tidemark/progress/ledger.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// What one ledger knew of a dataflow after some of the events. Requires, for all of it: the trace
/// outlives this. Throws DataflowError if the timestamps are of a type of the program's own, of
/// which a trace has but the text.
class TraceState {
 public:
  /// As at the beginning of the trace.
  TraceState(const TraceFile& trace, std::uint32_t dataflow, std::uint32_t ledger = 0);

  /// Goes on to the instant after event number `last`. O(events). Throws BadTrace.
  void advance_to(std::uint64_t last);
  /// Goes on by the next event; those of other ledgers change nothing. O(changes). Throws BadTrace.
  void apply(const TraceEvent& event);

  /// What the ledger counts at one location and timestamp.
  struct Counted {
    Pointstamp<Coordinates> at;       ///< the location and the timestamp
    std::int64_t count = 0;           ///< batches, records of shared ones, or capabilities
    Explanation::Cause::Role role{};  ///< what can be done about it
    std::uint64_t since = 0;          ///< the event that brought it; 0: from the beginning
  };
  /// All of it. O(locations + counted).
  std::vector<Counted> counted();
  /// Whether nothing can appear at a location any more. Requires: `counted` was called since the
  /// last event.
  bool is_complete(LocationId location) const { return ledger_.frontier(location).empty(); }

  /// A capability that has come into the world and is there still.
  struct LivingCapability {
    std::uint64_t number = 0;  ///< TraceEvent::capability
    std::uint32_t worker = 0;  ///< that holds it
    std::uint64_t parent = 0;  ///< the number of that of which it was made; 0: of none
    std::uint64_t born = 0;    ///< the event; 0: before the trace, or the part of it, begins
    std::uint64_t moved = 0;   ///< the event that brought it to its timestamp
    LocationId location;       ///< the output by which it allows to send
    Coordinates time;          ///< from which on it does
  };
  /// Those at a location whose timestamp prints so there, by number, as their workers had reported
  /// them last: the ledger knows of no later ones. O(living).
  std::vector<LivingCapability> capabilities_at(LocationId location, const std::string& time) const;

  /// How many events have been.
  std::uint64_t at() const { return at_; }

  /// How many batches the ledger has applied, the initial capabilities being the first.
  std::uint64_t sequence() const { return ledger_.sequence(); }

  /// O(locations), and what has changed since the last call.
  ProgressSnapshot snapshot();

  /// Why each timestamp of the frontier at `location` could still appear there. Holders are the
  /// workers whose reports had left capabilities behind; a batch on its way has none, nor has what
  /// several workers reported in one. O(paths).
  std::vector<Explanation> explain(LocationId location);
  /// Why `time` could: without causes if it could not.
  Explanation explain(LocationId location, const Coordinates& time);

 private:
  void note_capability(const TraceEvent& event);
  void check(const TraceEvent::Change& change) const;
  std::uint64_t since(const Pointstamp<Coordinates>& pointstamp) const;
  std::vector<Explanation> explain_all(LocationId location, const Coordinates* time);

  const TraceFile* trace_;
  const TracedDataflow* dataflow_;
  std::uint32_t number_;
  std::uint32_t ledger_number_;
  std::uint64_t at_ = 0;
  Ledger<Coordinates> ledger_;
  std::vector<ChangeBatch<Pointstamp<Coordinates>>> held_;  // by worker
  std::map<Pointstamp<Coordinates>, std::uint64_t>
      came_with_;                                           // events, of what came after the first
  std::map<std::uint64_t, LivingCapability> capabilities_;  // by number, as they are
  /// Of those that have changed since their worker's last report: as they were then; nullopt: not
  /// there.
  std::vector<std::map<std::uint64_t, std::optional<LivingCapability>>> before_;  // by worker
};

}  // namespace tidemark
