// SPDX-License-Identifier: MIT
//
// State stores: where stateful steps, sources and sinks tell what an epoch has changed, and from
// which they begin when the dataflow is run again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// What a step keeps of one key, or of one part of a source or sink: both as bytes.
struct SavedState {
  std::string key;                   ///< by its Codec; of a part its name
  std::optional<std::string> state;  ///< nullopt: nothing any more
  std::uint64_t route = 0;           ///< the key's; 0 for a part
  friend bool operator==(const SavedState&, const SavedState&) = default;
};

/// One worker's share of what is saved: that whose route leads to it. By default everything.
struct SavedShare {
  std::uint32_t worker = 0;   ///< whose share it is
  std::uint32_t workers = 1;  ///< of the run that loads it; at least 1
  /// Whether what has that SavedState::route belongs to it.
  bool has(std::uint64_t route) const { return route % workers == worker; }
};

/// What a run has saved, as of the end of an epoch. Steps are told apart by their ids, and keys and
/// parts are dealt out anew, so the next run may have another number of workers.
///
/// Of a step `sum` the types of its keys and states are saved, too, as the step `types of 'sum'`:
/// what is of other types is refused by the next run.
///
/// A step calls `save` once for each epoch in which it was touched, when the epoch is complete at
/// that worker and before any frontier downstream says so; it lists each key that was touched once.
/// Thread: any, several at a time.
class StateStore {
 public:
  virtual ~StateStore() = default;

  /// The first epoch of the run: sources begin with it, and what was saved of the epochs before it
  /// is what `load` gives. 1 if nothing was saved.
  virtual std::uint64_t first_epoch() const = 0;

  /// What is kept of `step` and belongs to the share: each key or part once, and none of which
  /// nothing is kept.
  virtual std::vector<SavedState> load(const std::string& step, const SavedShare& share) const = 0;

  /// Takes what `epoch` has changed of `step` at `worker`; what it throws ends the run.
  virtual void save(const std::string& step, std::uint32_t worker, std::uint64_t epoch,
                    std::vector<SavedState> changes) = 0;
};

}  // namespace tidemark
