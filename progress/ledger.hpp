// SPDX-License-Identifier: MIT
//
// The sequential ledger: applies atomic batches of count changes, one after the other.
//
// What runs in production (core/ledger/shared_ledger.hpp puts the log and the lock around it) is
// also what tests, replay and a model checker drive: a value that can be copied, compared and
// hashed.
#pragma once

#include <tidemark/progress/check.hpp>
#include <tidemark/progress/interest.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/needed_sites.hpp>
#include <tidemark/progress/progress_batch.hpp>
#include <tidemark/progress/tracker.hpp>
#include <tidemark/progress/verify.hpp>
#include <tidemark/progress/watermarks.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace tidemark {

/// Whether a count may be negative for a while.
enum class NegativeCounts {
  forbidden,  ///< one ledger for all workers: a production is always applied before its consumption
  allowed,    ///< several ledgers: batches of different senders arrive in any order
};

/// The counts of all pointstamps of one dataflow and the frontiers that follow from them.
///
/// Safety: if all batches obey the batch rule (ARCHITECTURE.md) and arrive whole and in each
/// sender's order, no pointstamp anywhere could result in a timestamp that the frontier has passed.
/// Thread: one at a time.
template <Timestamp T>
class Ledger {
 public:
  /// Nothing is counted, nothing promised, and every frontier is empty.
  Ledger(std::shared_ptr<const Topology<T>> topology, NegativeCounts negative)
      : tracker_(std::move(topology)),
        negative_(negative) {}

  /// Applies a compacted batch. Frontiers are as before until `propagate`, so that several batches
  /// can share one propagation.
  void apply(const ProgressBatch<T>& batch) {
    TIDEMARK_CHECK(batch.compacted(), "what is applied has been compacted");
    tracker_.update(batch.changes());
    for (const auto& [pointstamp, diff] : batch.changes())
      TIDEMARK_CHECK(diff > 0 || negative_ == NegativeCounts::allowed ||
                         tracker_.counts(pointstamp.location).count(pointstamp.time) >= 0,
                     "with one ledger a batch is consumed after it was produced");
    if (!batch.watermarks().empty()) watermarks_.apply(batch.watermarks());
    ++sequence_;
  }

  /// From here on the moves of a location's frontier are reported as `interest` says. The frontier
  /// itself can be asked for at any time.
  void set_interest(LocationId location, Interest interest) {
    tracker_.set_interest(location, interest);
  }

  /// Calls `moved(location, old frontier, new frontier)` for each frontier that has moved and in
  /// whose moves there is an interest, and for others that are sites (needed_sites.hpp).
  template <typename Moved>
  void propagate(Moved&& moved) {
    tracker_.propagate(std::forward<Moved>(moved));
  }

  /// Stops the program unless the frontiers follow from the counts, and none of these is negative
  /// that must not be. Requires: propagated. Returns what it has cost: O(counts + locations).
  std::size_t verify() const {
    const std::size_t cost = detail::verify(tracker_);
    if (negative_ == NegativeCounts::allowed) return cost;
    for (std::uint32_t l = 0; l != topology().locations(); ++l)
      for (const auto& [time, count] : counts({l}).entries())
        TIDEMARK_CHECK(count > 0, "with one ledger no count is negative");
    return cost;
  }

  ///@{
  /// As Tracker says (tracker.hpp).
  const Topology<T>& topology() const { return tracker_.topology(); }
  const Antichain<T>& frontier(LocationId location) const { return tracker_.frontier(location); }
  const MutableAntichain<T>& counts(LocationId location) const { return tracker_.counts(location); }
  ///@}

  /// True if every count is zero: the dataflow has ended, or has not begun.
  bool empty() const { return tracker_.empty(); }

  /// The number of batches applied so far: the ledger's clock.
  std::uint64_t sequence() const { return sequence_; }
  /// What propagation has cost so far, in visits as Tracker counts them.
  std::uint64_t visits() const { return tracker_.visits(); }

  ///@{
  /// What the sources' parts have promised of event times, in the batches applied so far.
  Watermarks<T>& watermarks() { return watermarks_; }
  const Watermarks<T>& watermarks() const { return watermarks_; }
  ///@}

  /// Equal if they hold the same counts, and the same is promised; how they came by that does not
  /// matter.
  friend bool operator==(const Ledger& a, const Ledger& b) {
    return a.tracker_ == b.tracker_ && a.watermarks_ == b.watermarks_;
  }

 private:
  Tracker<T, NeededSites> tracker_;
  Watermarks<T> watermarks_;
  NegativeCounts negative_;
  std::uint64_t sequence_ = 0;
};

}  // namespace tidemark

template <tidemark::Timestamp T>
struct std::hash<tidemark::Ledger<T>> {
  std::size_t operator()(const tidemark::Ledger<T>& ledger) const noexcept {
    std::size_t seed = 0;
    const auto mix = [&](std::size_t value) { seed = (seed ^ value) * 0x9E3779B97F4A7C15u; };
    for (std::uint32_t l = 0; l != ledger.topology().locations(); ++l) {
      for (const auto& [time, count] : ledger.counts({l}).entries()) {
        mix(l);
        mix(std::hash<T>{}(time));
        mix(static_cast<std::size_t>(count));
      }
    }
    return seed;
  }
};
