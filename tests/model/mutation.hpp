// SPDX-License-Identifier: MIT
//
// Mutations: what can be wrong with a protocol. For the checker's own test only.
#pragma once

#include <tests/model/state.hpp>
#include <tests/model/violation.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::model {

/// How a batch of progress can come out of a link.
struct Arrival {
  std::size_t which = 0;  ///< of the queue
  bool arrives = true;    ///< else it is lost
  bool stays = false;     ///< so that it can arrive again
};

/// What can be wrong with event time, where each costs one fault.
enum class EventFault : std::uint8_t {
  none,
  promised_ahead,    ///< at the end of an epoch a part promises of records that it has not sent yet
  promised_late,     ///< the promise is reported in a batch that follows that of the capability
  promised_early,    ///< it is reported in a batch before that, which does no harm
  frontier_unasked,  ///< a step goes by all that its ledger knows, wherever its frontier is
  closed_early,      ///< a step closes up to its watermark before it takes what it has held back
};

/// Where a mutant differs. What is not overridden is right.
class Mutation {
 public:
  virtual ~Mutation() = default;

  /// How often it may err in a run. Each of the ways below costs one.
  virtual std::uint32_t faults() const { return 1; }

  /// Adds the wrong ways in which a worker may report `batch`, each a sequence of batches: the
  /// first is reported at once, and may be `nothing`; the others later, before the worker goes on.
  virtual void report(Counts&, Id /*batch*/, std::vector<std::vector<Id>>& /*ways*/) const {}
  /// Adds the wrong ways in which a link may go on, which is not empty.
  virtual void arrive(const Queue&, std::vector<Arrival>& /*ways*/) const {}
  /// A worker may gain a capability at any timestamp of a frontier that it sees.
  virtual bool trusts_frontiers() const { return false; }
  /// A worker may have a batch of data open that is not reported before it is sent.
  virtual bool forgets_open_buffers() const { return false; }
  /// A ledger publishes before it propagates, and again afterwards.
  virtual bool publishes_early() const { return false; }
  /// Ledgers begin empty, and workers report what they begin with.
  virtual bool begins_empty() const { return false; }
  virtual EventFault event_fault() const { return EventFault::none; }
};

struct Mutant {
  std::string name;
  std::string about;
  std::shared_ptr<const Mutation> mutation;
  System system;
  Invariant breaks{};       ///< the invariant that is broken first of all,
  std::uint32_t steps = 0;  ///< and the steps of a shortest counterexample
  Invariant harm{};         ///< the same if only observable() ones are checked
  std::uint32_t steps_to_harm = 0;
};

/// The invariants that tell what harm is done, not how.
std::vector<Invariant> observable();

const std::vector<Mutant>& mutants();
/// Throws DataflowError, listing the names, if there is none.
const Mutant& mutant_named(const std::string& name);

}  // namespace tidemark::model
