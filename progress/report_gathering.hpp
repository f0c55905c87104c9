// SPDX-License-Identifier: MIT
//
// Report gathering: what stations do with reports of progress, which they gather and send on as a
// policy says.
//
// The logic only, as a value: core/ puts locks, links and ledgers around it, a model checker drives
// every order of its calls.
#pragma once

#include <tidemark/progress/ledger.hpp>
#include <tidemark/progress/policy.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tidemark {

/// False if applying `batch`, which need not be legal by itself, would move no frontier of
/// `ledger`: everything that it takes away is strictly preceded at its location by something that
/// remains. That one of several equal ones is taken away does count: whoever takes away the others
/// may wait for this one.
template <Timestamp T>
bool could_move_a_frontier(const ProgressBatch<T>& batch, const Ledger<T>& ledger) {
  return std::ranges::any_of(batch.changes(), [&](const auto& change) {
    const auto& [pointstamp, diff] = change;
    return diff < 0 && !ledger.frontier(pointstamp.location).less_than_to(pointstamp.time);
  });
}

/// What one station has gathered.
template <Timestamp T>
struct Accumulator {
  ProgressBatch<T> gathered;  ///< compacted
  std::uint64_t batches = 0;  ///< that it consists of

  friend bool operator==(const Accumulator&, const Accumulator&) = default;
};

/// The accumulators of one dataflow. Copies share the routes.
///
/// Thread: `take_in` and `send_all` for one station at a time; for different stations any.
template <Timestamp T>
class ReportGathering {
 public:
  /// Nothing has been gathered at any station.
  explicit ReportGathering(std::shared_ptr<const Routes> routes)
      : routes_(std::move(routes)),
        accumulators_(routes_->size()) {}

  /// The ways that are taken, and the policy that says when.
  const Routes& routes() const { return *routes_; }
  /// What a station, by its number in the routes, has gathered since it last sent.
  const Accumulator<T>& at(std::size_t station) const { return accumulators_[station]; }

  /// Adds a compacted batch that has come to `station`, which is no ledger. True if it has to send
  /// now. `could_move(gathered)` tells whether that could move a frontier of the station's ledger;
  /// it is asked only if the policy wants to know.
  template <typename CouldMove>
  bool take_in(std::size_t station, const ProgressBatch<T>& batch, CouldMove&& could_move) {
    Accumulator<T>& to = accumulators_[station];
    to.gathered.add(batch);
    to.gathered.compact();
    ++to.batches;
    return routes_->policy().due(
        routes_->station(station),
        {to.batches, to.gathered.changes().size(), [&] { return could_move(to.gathered); }});
  }

  /// Calls `send(to, batch)` for each station that follows, with all that has been gathered, unless
  /// it has cancelled, and begins anew.
  template <typename Send>
  void send_all(std::size_t station, Send&& send) {
    Accumulator<T> all = std::exchange(accumulators_[station], {});
    if (all.gathered.empty()) return;
    for (const std::size_t to : routes_->next(station)) send(to, std::as_const(all.gathered));
  }

  friend bool operator==(const ReportGathering& a, const ReportGathering& b) {
    return a.accumulators_ == b.accumulators_;
  }

 private:
  std::shared_ptr<const Routes> routes_;
  std::vector<Accumulator<T>> accumulators_;
};

}  // namespace tidemark
