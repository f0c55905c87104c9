// SPDX-License-Identifier: MIT
//
// Replays: a run that goes as the run of a trace went.
//
// What a program's operators do follows from what they are given, and from what they learn from
// outside: which envelopes lay in a worker's mailbox, which frontiers were published when it
// looked, what a clock said, how much a source had ready. A trace holds these, in a stream for each
// worker (outside/told.hpp), and the order in which ledgers have applied reports. A replay runs the
// same program on one thread and gives its workers the same answers, in each worker's order; a
// worker waits where what it was told has not happened yet. Any order of steps in which nobody
// waits for ever will do, and there is one, since there was one; so events come in the order of the
// trace because ledgers apply reports in that order. (Ronsse and De Bosschere, RecPlay, ACM TOCS
// 17(2), 1999, call the streams ordering and input.)
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/progress/location.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

struct TracedDataflow;
struct TracedRun;
class TraceFile;

/// A ledger that does what it is told and no sooner.
class OrderedLedger {
 public:
  virtual ~OrderedLedger() = default;
  /// Applies the first report that has come from a station; false if that is still to come.
  virtual bool apply_next_of(std::uint32_t station) = 0;
  /// The same of a worker's first wish to read a frontier.
  virtual bool watch_next_of(std::uint32_t worker) = 0;
  /// Propagates what was applied, and publishes.
  virtual void finish_group() = 0;
  /// Publishes at these locations no longer.
  virtual void give_up(const std::vector<LocationId>& locations) = 0;
};

/// The same of the stations of a dataflow.
class OrderedStations {
 public:
  virtual ~OrderedStations() = default;
  /// Has a worker's station take in what the worker has reported first; false if that is still to
  /// come.
  virtual bool take_next_of(std::uint32_t worker) = 0;
  /// Has a station that gathers take in what another has sent first; false if that is to come.
  virtual bool take_next_from(std::uint32_t station, std::uint32_t from) = 0;
  /// Has a station send what it has gathered.
  virtual void send_from(std::uint32_t station) = 0;
};

/// Has one run go as a trace tells (Config::replay). Thread: one, that of the run; for one run.
class Replay {
 public:
  ///@{
  /// Throws BadTrace for what cannot be read, and ReplayError for a trace that does not hold what a
  /// replay needs: of a part of a run, of one with virtual processes, and of one that went on from
  /// what a StateStore had.
  explicit Replay(const std::string& path);
  explicit Replay(const TraceFile& trace);
  ///@}
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;
  ~Replay();

  /// How the run was run that is replayed.
  const TracedRun& run() const;

  // What follows is called by the run.
  /// @cond engine

  /// Throws ConfigError at the second run.
  void begin();
  /// Throws ReplayError if the dataflow number `dataflow` is not the one that was traced.
  void require_same(std::uint32_t dataflow, const TracedDataflow& described) const;
  /// What `worker` was told.
  std::string_view told(std::uint32_t worker) const;

  /// A ledger of a dataflow, kept until `end`: the trace may tell of it when its workers have
  /// ended. Any number of times.
  void add(std::uint32_t dataflow, std::uint32_t ledger, std::shared_ptr<OrderedLedger> ordered);
  /// The same of its stations.
  void add_stations(std::uint32_t dataflow, std::shared_ptr<OrderedStations> stations);
  /// The run is over.
  void end();
  /// A worker has no more to do in a dataflow; `tell`, which may be empty, is called when that is
  /// next in order.
  void add_rest(std::uint32_t dataflow, std::uint32_t worker, std::function<void()> tell);

  /// Has ledgers do what is next in order, as far as it has been reported.
  void advance();

  /// What a worker waits for, for the error that nobody goes on; empty: nothing.
  void note_wait(std::uint32_t worker, std::string what);
  /// What all of them wait for, and what is next in order.
  std::string waits() const;

  /// Counts what has happened, so that whoever waits can tell whether anything still does.
  std::uint64_t progress() const { return progress_; }
  void note_progress() { ++progress_; }
  /// @endcond

 private:
  struct Script;

  void read(const TraceFile& trace);

  std::unique_ptr<Script> script_;
  std::uint64_t progress_ = 0;
};

}  // namespace tidemark
