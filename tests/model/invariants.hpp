// SPDX-License-Identifier: MIT
//
// The invariants (violation.hpp, README.md), checked on states and on what leads to them.
#pragma once

#include <tests/model/state.hpp>
#include <tests/model/violation.hpp>

#include <optional>
#include <vector>

namespace tidemark::model {

class Invariants : public CheckedInvariants {
 public:
  Invariants(const System& system, Counts& counts, Views& views, const Stations& stations);

  /// What is wrong with a state, if anything.
  std::optional<Violation> check(const State& state);

  /// What is wrong with a report by a worker that held `held` before.
  std::optional<Violation> check_report(Id batch, Id held, std::uint32_t worker);
  /// What is wrong with what has become of what really exists.
  std::optional<Violation> check_truth(Id before, Id after);
  /// What is wrong with what a ledger publishes now.
  std::optional<Violation> check_published(const LedgerState& before, const LedgerState& after,
                                           std::uint32_t ledger);

  /// All capabilities held and batches of data that exist.
  Id truth(const State& state);
  /// What has been reported and `ledger` has not applied.
  Id on_the_way(const State& state, std::uint32_t ledger);
  const Frontiers& published(const LedgerState& ledger);

 private:
  std::optional<Violation> check_counts(const State& state, Id truth, std::uint32_t ledger);
  std::optional<Violation> check_safety(const State& state, Id truth, std::uint32_t ledger);
  std::optional<Violation> check_justified(const State& state);
  /// The pointstamp of `information` that is not justified, if there is one.
  std::optional<Stamp> unjustified(Id information, Id held);
  std::optional<Violation> justified(Id information, Id held, const std::string& where);
  /// Where one frontier precedes nothing of another one.
  std::optional<LocationId> passed(const Frontiers& published, const Frontiers& true_ones) const;
  std::string holder(const State& state, LocationId location, const Time& time);

  const System* system_;
  Counts* counts_;
  Views* views_;
  const Stations* stations_;
  std::vector<std::size_t> order_;                      // stations, before those they send to
  std::vector<std::vector<std::size_t>> links_into_;    // by station
  std::vector<std::vector<std::uint32_t>> workers_of_;  // by station: whose reports come by
  std::vector<std::vector<std::uint32_t>> ledgers_of_;  // by station: where what it sends goes
  Memo<bool> justified_, safe_, upright_, truth_moves_, view_moves_;
  std::vector<std::unique_ptr<Frontiers>> unpropagated_;  // by view
  std::vector<Id> behind_;                                // by station; kept for its memory
};

}  // namespace tidemark::model
