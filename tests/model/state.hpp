// SPDX-License-Identifier: MIT
//
// States: where a whole system stands, and the same as a few bytes.
#pragma once

#include <boost/container/small_vector.hpp>
#include <tests/model/gathering.hpp>
#include <tests/model/system.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace tidemark::model {

/// Batches of progress in the order of sending; the first is the next to arrive.
using Queue = boost::container::small_vector<Id, 4>;

/// A batch of data that a worker has open for another, and that is not counted yet (a mutant).
struct OpenBuffer {
  std::uint16_t to = 0;
  Stamp stamp = 0;
  friend auto operator<=>(const OpenBuffer&, const OpenBuffer&) = default;
};

struct WorkerState {
  Id held = nothing;  ///< capabilities
  /// Batches of data sent to it and not consumed. Those in flight are not told from those that
  /// wait: their arrival changes nothing that a ledger or another worker could see.
  Id data = nothing;
  Queue unreported;  ///< what it has to report before it can go on; with mutants only
  boost::container::small_vector<OpenBuffer, 2> open;  ///< sorted
  friend bool operator==(const WorkerState&, const WorkerState&) = default;
};

struct LedgerState {
  Id view = nothing;          ///< what has been applied, propagated and published
  Queue log;                  ///< appended, and not yet applied
  bool unpropagated = false;  ///< published before propagation (a mutant)
  friend bool operator==(const LedgerState&, const LedgerState&) = default;
};

struct State {
  std::uint32_t batches_left = 0;  ///< Bounds::batches
  std::uint32_t faults_left = 0;   ///< what a mutant may still do
  std::vector<WorkerState> workers;
  std::vector<Gathering> gathered;  ///< by station; of those that gather
  std::vector<Queue> links;         ///< by link
  std::vector<LedgerState> ledgers;
  friend bool operator==(const State&, const State&) = default;
};

using Bytes = std::vector<std::uint8_t>;

/// The permutations of workers under which nothing changes: processes stay whole, and every station
/// has the same links and asks the same ledger as before.
///
/// Of states that such a permutation takes to each other one is *canonical*, the one whose bytes
/// come first. Only that one is explored.
class Symmetry {
 public:
  Symmetry(const System& system, const Stations& stations, bool mutated);

  std::size_t size() const { return permutations_.size(); }

  /// The bytes of the canonical state; valid until the next call.
  const Bytes& canonical(const State& state);
  State decode(std::span<const std::uint8_t> bytes) const;

 private:
  /// Where each worker, station, link and ledger goes to, inverted: what comes to stand here.
  struct Permutation {
    std::vector<std::uint32_t> worker, station, link, ledger, image_of_worker;
  };

  void encode(const State& state, const Permutation& permutation, Bytes& bytes) const;

  const Stations* stations_;
  bool mutated_;
  std::uint32_t workers_, ledgers_;
  std::vector<Permutation> permutations_;  // the identity first
  Bytes best_, other_;
};

}  // namespace tidemark::model
