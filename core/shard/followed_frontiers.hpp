// SPDX-License-Identifier: MIT
//
// Followed frontiers: which operators of a worker run when a frontier moves.
#pragma once

#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/core/outside/outside.hpp>
#include <tidemark/core/shard/operator_shard.hpp>
#include <tidemark/progress/index_set.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark {

/// Follows a ledger's publications for the operators of one shard, and for its probes. Thread: its
/// worker.
template <Timestamp T>
class FollowedFrontiers {
 public:
  using Operators = std::vector<OperatorShard<T>>;

  /// Requires: all that is given outlives this; operators are to run by being put into `active`.
  /// `outside` may be null.
  void attach(SharedLedger<T>& ledger, const Topology<T>& topology, std::uint32_t worker,
              Operators& operators, IndexSet& active, Outside* outside) {
    outside_ = outside;
    ledger_ = &ledger;
    topology_ = &topology;
    worker_ = worker;
    operators_ = &operators;
    active_ = &active;
    following_ = following_elsewhere_ = IndexSet(operators.size());
    armed_.resize(topology.locations());
  }

  /// From here on the worker is woken when the frontier at `location` moves. Ends with as many
  /// calls of `disarm` as of `arm`: several operators and probes may follow one location.
  void arm(LocationId location, Interest interest = Interest::always) {
    if (armed_[location.value]++ != 0) return;
    ledger_->waiters().arm(location.value, worker_);
    if (outside_ == nullptr) return ledger_->watch(location, interest);
    const auto request = [&] { return ledger_->request(location); };
    if (outside_->answer(Told::requested, request) != 0)
      ledger_->begin_watch(location, interest, worker_);
  }
  void disarm(LocationId location) {
    if (--armed_[location.value] == 0) ledger_->waiters().disarm(location.value, worker_);
  }

  /// Activates the operators that are interested in a frontier which has moved. Cost: those of the
  /// moves since the last time; if there are too many of them, all that are interested.
  void look() {
    if (outside_ != nullptr && outside_->replays()) [[unlikely]]
      return look_again();
    const std::uint64_t now = ledger_->publication().count();
    if (now == seen_) return;
    const std::uint64_t seen = std::exchange(seen_, now);
    if (now - seen <= Publication<T>::recent_moves && look_at_moves(seen, now)) {
      look_at(following_elsewhere_);
    } else {
      look_at(following_);
    }
  }

  /// Begins or ends following, as the interest of an operator that has run says.
  void update(std::uint32_t op) {
    OperatorShard<T>& shard = (*operators_)[op];
    const bool wants = shard.interest == Interest::always || shard.holds_capability();
    if (wants == following_.contains(op)) return;
    if (wants) {
      begin(op);
    } else {
      for (FrontierWatch<T>* watch : shard.watches) disarm(watch->location);
      following_.erase(op);
      following_elsewhere_.erase(op);
    }
  }

 private:
  bool look_at_moves(std::uint64_t seen, std::uint64_t now) {
    while (seen != now) {
      const std::optional<LocationId> location = ledger_->publication().recent_move(++seen);
      if (!location) return false;
      const std::uint32_t op = topology_->operator_of(*location).value;
      if (following_.contains(op)) look_at(op);
    }
    return true;
  }
  void look_at(const IndexSet& ops) {
    for (std::size_t op = 0; (op = ops.next_from(op)) != IndexSet::none; ++op)
      look_at(static_cast<std::uint32_t>(op));
  }
  void look_at(std::uint32_t op) {
    const auto& watches = (*operators_)[op].watches;
    for (std::size_t w = 0; w != watches.size(); ++w) {
      if (!watches[w]->reader.look()) continue;
      active_->insert(op);
      if (outside_ != nullptr) [[unlikely]]
        outside_->tell(Told::moved, {op, w, watches[w]->reader.seen()});
    }
  }
  /// Sees what was seen then.
  [[gnu::noinline]] void look_again() {
    while (outside_->next_is(Told::moved)) {
      const auto [op, w, seen] = outside_->take(Told::moved).numbers;
      if (op >= operators_->size() || w >= (*operators_)[op].watches.size() ||
          !following_.contains(op))
        throw ReplayError("the trace tells of a frontier that an operator does not follow");
      (*operators_)[op].watches[w]->reader.see_again(seen);
      active_->insert(op);
    }
  }

  void begin(std::uint32_t op) {
    OperatorShard<T>& shard = (*operators_)[op];
    following_.insert(op);
    // With several outputs a capability may be held at another one than that behind the input.
    const bool due = shard.interest == Interest::when_due && shard.outputs.size() == 1;
    for (FrontierWatch<T>* watch : shard.watches) {
      const bool own = topology_->operator_of(watch->location).value == op;
      if (!own) following_elsewhere_.insert(op);
      const bool at_input = own && topology_->is_target(watch->location);
      arm(watch->location, due && at_input ? Interest::when_due : Interest::always);
      watch->reader.attach(ledger_->published(watch->location), outside_);
    }
    // What was published before the bits were set is looked at now. To read the count first pairs
    // with the combiner, which counts and then reads the bits (waiter_set.hpp).
    static_cast<void>(ledger_->publication().count());
    if (outside_ != nullptr && outside_->replays()) return look_again();
    look_at(op);
  }

  SharedLedger<T>* ledger_ = nullptr;
  const Topology<T>* topology_ = nullptr;
  std::uint32_t worker_ = 0;
  Operators* operators_ = nullptr;
  IndexSet* active_ = nullptr;
  Outside* outside_ = nullptr;
  IndexSet following_;                // operators that want to run when a frontier moves
  IndexSet following_elsewhere_;      // of those, who follow more than their own inputs
  std::vector<std::uint32_t> armed_;  // by location: those of this worker that follow it
  std::uint64_t seen_ = 0;            // publications
};

}  // namespace tidemark
