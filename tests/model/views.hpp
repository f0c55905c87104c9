// SPDX-License-Identifier: MIT
//
// Views: what a ledger knows and publishes. Each is made by the production ledger, once.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/ledger.hpp>

#include <tests/model/counts.hpp>
#include <tests/model/violation.hpp>
#include <tests/reference/naive_tracker.hpp>

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace tidemark::model {

using Frontiers = std::vector<Antichain<Time>>;  // by location

/// Ledgers by their counts, and frontiers by definition.
class Views {
 public:
  Views(std::shared_ptr<const Topology<Time>> topology, Counts& counts, NegativeCounts negative);

  /// The view after `batches`, which the ledger applies and then propagates once. The first time
  /// that is done by a copy of the production ledger whose counts are `view`, and what is wrong is
  /// reported; from then on it is known. Requires: no count becomes negative where that is
  /// forbidden.
  Id apply(Id view, std::span<const Id> batches, std::optional<Violation>& violation);

  /// The view of a ledger that begins with `counts`.
  Id begin(Id counts, std::optional<Violation>& violation);

  /// The frontiers by definition (tests/reference/naive_tracker.hpp), of a view or of the truth.
  const Frontiers& frontiers(Id counts);

  /// The frontiers that a ledger would publish which does not propagate: what the counts at each
  /// location imply there.
  Frontiers unpropagated(Id view) const;

  const Ledger<Time>& ledger(Id view) const { return *ledgers_[view]; }

 private:
  std::optional<Violation> difference(Id view, const Ledger<Time>& ledger);
  Id add(Ledger<Time> ledger, Id view, std::optional<Violation>& violation);

  std::shared_ptr<const Topology<Time>> topology_;
  Counts* counts_;
  Ledger<Time> empty_;
  std::vector<std::unique_ptr<Ledger<Time>>> ledgers_;  // by view
  std::vector<std::unique_ptr<Frontiers>> frontiers_;   // by counts
  Memo<Id> applied_;
  tests::NaiveTracker<Time> oracle_;
};

}  // namespace tidemark::model
