// SPDX-License-Identifier: MIT
//
// Policies: which way reports of progress take from workers to ledgers, and when they leave.
//
// Safety does not depend on the policy (SAFETY.md): batches may be added up in any way as long as
// each travels whole and a worker's batches keep their order. Traffic and delay do.
#pragma once

#include <tidemark/progress/station.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// What a station has gathered since it last sent.
struct Gathered {
  std::uint64_t batches = 0;  ///< at least 1
  std::size_t updates = 0;    ///< counts that are different for them, after opposite ones cancelled
  /// False if no frontier of the station's ledger would move by them. O(updates).
  std::function<bool()> could_move_a_frontier;
};

/// A progress protocol. Thread: `next` is called while a dataflow is made, `due` from any, one at a
/// time for each station; `due` does not throw; a policy has no state.
class ProgressPolicy {
 public:
  virtual ~ProgressPolicy() = default;

  /// For errors and traces; need not be one of `policy_names()`.
  virtual std::string name() const = 0;

  /// Where `from`, which is no ledger, sends what it has gathered. Every worker must reach every
  /// ledger on exactly one way. What a worker sends to the ledger that it reads is applied at once.
  virtual std::vector<Station> next(const Layout& layout, Station from) const = 0;

  /// Whether what `at` has gathered leaves now. It leaves in any case as soon as the process of
  /// `at` has nothing left to run, so that every run ends.
  virtual bool due(Station at, const Gathered& gathered) const = 0;
};

/// When a station sends.
struct Timing {
  std::uint64_t batches = 1;  ///< when it has gathered as many,
  bool on_demand = false;     ///< or only when a frontier could move

  /// What a policy may answer to `due`, for a station that keeps to this.
  bool due(const Gathered& gathered) const {
    return on_demand ? gathered.could_move_a_frontier() : gathered.batches >= batches;
  }
  /// As names of policies end: "every 8", or "on demand".
  std::string name() const;
};

/// Every worker sends to every ledger. With a ledger per worker and `Timing{}` this is the protocol
/// of Timely Dataflow.
class DirectPolicy final : public ProgressPolicy {
 public:
  /// `timing` is that of each worker.
  explicit DirectPolicy(Timing timing = {}) : timing_(timing) {}
  std::string name() const override;
  std::vector<Station> next(const Layout& layout, Station from) const override;
  bool due(Station at, const Gathered& gathered) const override;

 private:
  Timing timing_;
};

/// Workers send to the ledgers of their process at once; for those of others each process gathers.
/// Naiad's local accumulation (SOSP 2013, section 3.3).
class ProcessPolicy final : public ProgressPolicy {
 public:
  /// `timing` is that of each process; what a worker has leaves at once.
  explicit ProcessPolicy(Timing timing) : timing_(timing) {}
  std::string name() const override;
  std::vector<Station> next(const Layout& layout, Station from) const override;
  bool due(Station at, const Gathered& gathered) const override;

 private:
  Timing timing_;
};

/// Processes gather, and send to relay 0, which gathers what they send and tells all ledgers. What
/// one process produces and another consumes cancels there. Naiad's global accumulation.
class CoordinatorPolicy final : public ProgressPolicy {
 public:
  /// `timing` is that of each process and of the relay; what a worker has leaves at once.
  explicit CoordinatorPolicy(Timing timing) : timing_(timing) {}
  std::string name() const override;
  std::vector<Station> next(const Layout& layout, Station from) const override;
  bool due(Station at, const Gathered& gathered) const override;

 private:
  Timing timing_;
};

/// The built-in policies by name, for command lines: "direct", "worker" (each gathers 8 batches),
/// "process", "coordinator", and "worker-on-demand", "process-on-demand", "coordinator-on-demand".
std::vector<std::string> policy_names();
/// The built-in policy `name`. Throws DataflowError, listing the names, if there is none.
std::shared_ptr<const ProgressPolicy> make_policy(const std::string& name);

/// The ways of a policy in a layout, found and checked once.
///
/// Stations are numbered: workers first, then processes, ledgers, and the relays that are in use.
class Routes {
 public:
  /// Throws DataflowError if a worker reaches a ledger on no way or on several, or a way does not
  /// end, naming the policy, the worker and the station.
  Routes(std::shared_ptr<const ProgressPolicy> policy, Layout layout);

  ///@{
  /// What the ways were found for.
  const ProgressPolicy& policy() const { return *policy_; }
  const Layout& layout() const { return layout_; }
  ///@}

  ///@{
  /// The stations, by numbers below `size()`.
  std::size_t size() const { return stations_.size(); }
  Station station(std::size_t number) const { return stations_[number]; }
  ///@}
  /// Requires: of a relay, that it is in use.
  std::size_t number_of(Station station) const;
  /// Where a station sends, by number; a worker's own ledger is left out. Nothing of a ledger.
  const std::vector<std::size_t>& next(std::size_t number) const { return next_[number]; }
  /// Whether a worker's batches are applied at its own ledger at once.
  bool tells_own_ledger(std::uint32_t worker) const { return tells_own_ledger_[worker]; }

 private:
  void require_there(Station to, Station from) const;
  void check_ways_of(std::uint32_t worker) const;

  std::shared_ptr<const ProgressPolicy> policy_;
  Layout layout_;
  std::vector<Station> stations_;
  std::vector<std::vector<std::size_t>> next_;
  std::vector<bool> tells_own_ledger_;
};

}  // namespace tidemark
