// SPDX-License-Identifier: MIT
//
// The shared ledger: the sequential ledger behind a log that many workers append to.
//
// Append is one compare-and-swap. Whoever then gets the try-lock is the *combiner*: it takes the
// whole log, applies it in order, propagates once and publishes the frontiers that moved.
#pragma once

#include <tidemark/core/ledger/combiner_lock.hpp>
#include <tidemark/core/ledger/ledger_log.hpp>
#include <tidemark/core/ledger/publication.hpp>
#include <tidemark/core/ledger/readers.hpp>
#include <tidemark/core/ledger/waiting_reports.hpp>
#include <tidemark/core/observe/ledger_cut.hpp>
#include <tidemark/core/observe/ledger_tracer.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/progress/ledger.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace tidemark {

/// One dataflow's ledger as several workers share it. Thread: any, unless noted.
template <Timestamp T>
class SharedLedger final : public OrderedLedger {
 public:
  /// Called with the index of each worker that has something to look at.
  using Wake = std::function<void(std::uint32_t)>;
  /// Passed to it when the dataflow is complete: all workers have to look.
  static constexpr std::uint32_t everyone = ~std::uint32_t{0};
  /// Who combines, if no worker.
  static constexpr std::uint32_t nobody = ~std::uint32_t{0};

  /// `initial` holds the initial capabilities of all workers of all processes; `tracer` may be null
  /// and outlives this. So does `replay`, if it is not null; then what is reported is applied when
  /// that says so.
  SharedLedger(std::shared_ptr<const Topology<T>> topology, std::uint32_t workers,
               NegativeCounts negative, const ProgressBatch<T>& initial, Wake wake,
               LedgerTracer<T>* tracer, Replay* replay = nullptr)
      : ledger_(std::move(topology), negative),
        publication_(ledger_.topology().locations()),
        readers_(ledger_.topology().locations(), workers),
        wake_(std::move(wake)),
        tracer_(tracer),
        replay_(replay) {
    if (replay_ != nullptr) publication_.keep_all();
    ledger_.apply(initial);
    ledger_.propagate([](LocationId, const auto&, const auto&) {});
    if (ledger_.empty()) publication_.publish({}, true, frontier_of());
  }

  SharedLedger(const SharedLedger&) = delete;
  SharedLedger& operator=(const SharedLedger&) = delete;
  ~SharedLedger() override = default;

  /// Adds a compacted batch to the log. Race "a consumer's -1 is applied before the producer's +1":
  /// the producer appends before it delivers, so its entry comes first.
  void append(LedgerEntry<T>& entry) { log_.append(entry); }

  /// Applies what is in the log, and then a compacted batch, if no other thread is at it; else
  /// nothing happens, and it gives nullopt. True if a frontier has moved for which the worker
  /// `self` waits: it is not woken by itself. In line, for it is what a worker alone does in each
  /// step. Requires: it is not traced.
  [[gnu::always_inline]] std::optional<bool> try_apply(const ProgressBatch<T>& batch,
                                                       std::uint32_t self) {
    if (!lock_.try_lock()) return std::nullopt;
    const CombinerLock::Held held(lock_);
    if (!log_.empty()) apply_entries();
    ledger_.apply(batch);
    return finish(self);
  }

  /// Applies what is in the log, unless another thread is at it; that one then sees to the rest.
  /// True if the caller is to step again: it has stopped with a rest, which is the caller's (while
  /// others append again and again, a worker that combined to the end would never do its own work),
  /// or a frontier has moved for which the worker `self`, who is the caller, waits.
  bool combine_some(std::uint32_t self = nobody) {
    // Race "the combiner saw the log empty, another appends and fails its try-lock, the combiner
    // unlocks": after unlocking the combiner reads the log again (combiner_lock.hpp).
    if (replay_ != nullptr) [[unlikely]]
      return combine_in_order();
    bool moved = false;
    for (int drains = 0; !log_.empty(); ++drains) {
      if (drains == max_drains) return true;
      if (!lock_.try_lock()) return moved;
      const CombinerLock::Held held(lock_);
      apply_entries();
      moved |= finish(self);
    }
    return moved;
  }

  /// The same; the rest is left to the next steps of the workers.
  void combine() {
    if (combine_some()) wake_(everyone);
  }

  /// The frontier of `location` as last published. It is kept up to date, as far as its readers
  /// want to be told, from the time when a `watch` entry for it has been applied, and as long as
  /// somebody waits there; else it lags.
  const PublishedFrontier<T>& published(LocationId location) const {
    return publication_.frontier(location);
  }
  const Publication<T>& publication() const { return publication_; }

  /// Race "first read of a location that was no site": registering a reader is an entry of
  /// the log like any other, and counts from the publication that follows. Requires: the caller has
  /// armed itself at the location before; all readers of a location want to be told the same.
  void watch(LocationId location, Interest interest = Interest::always) {
    if (request(location)) begin_watch(location, interest, nobody);
  }
  /// The same in two: whether the ledger knows of no reader there yet, and telling it as `worker`.
  bool request(LocationId location) { return readers_.request(location); }
  void begin_watch(LocationId location, Interest interest, std::uint32_t worker) {
    append(*new LedgerEntry<T>{.worker = worker, .watch = location, .interest = interest});
    combine();
  }

  WaiterSet& waiters() { return readers_.waiters(); }

  /// Records what the log still holds of a run that has failed. Requires: it is traced.
  void trace_rest() {
    lock_.lock();
    const CombinerLock::Held held(lock_);
    log_.take_all([&](const LedgerEntry<T>& entry) { apply(entry); });
  }

  bool apply_next_of(std::uint32_t station) override {
    return apply_now(waiting_.next_of(station));
  }
  bool watch_next_of(std::uint32_t worker) override {
    return apply_now(waiting_.next_wish_of(worker));
  }
  void finish_group() override {
    mid_group_ = false;
    finish(nobody);
  }
  void give_up(const std::vector<LocationId>& locations) override {
    for (const LocationId location : locations) {
      readers_.end(location);
      ledger_.set_interest(location, Interest::never);
    }
    if (tracer_ != nullptr) tracer_->given_up(locations);
  }

  /// Stops the program unless the ledger keeps its promises, and what its worker holds, queued and
  /// open, holds up every frontier that it could result in. Returns the cost: O(counts +
  /// locations).
  std::size_t verify(std::span<const Pointstamp<T>> held) {
    if (mid_group_) return 0;
    const std::optional<std::size_t> cost = try_inspect([&](const Ledger<T>& ledger) {
      for (const auto& [location, time] : held)
        TIDEMARK_CHECK(ledger.frontier(location).less_equal_to(time),
                       "no frontier passes a timestamp that a worker holds");
      return ledger.verify() + held.size();
    });
    if (!cost) return 0;
    combine();  // what was appended meanwhile
    return *cost;
  }

  /// Calls `use(watermarks)` between two batches. Waits for the combiner.
  template <typename Use>
  void with_watermarks(Use&& use) {
    {
      lock_.lock();
      const CombinerLock::Held held(lock_);
      use(ledger_.watermarks());
    }
    combine();  // what was appended meanwhile
  }

  /// True once every count is zero: nothing is held, queued or in flight anywhere.
  bool complete() const { return publication_.complete(); }

  /// Calls `look(ledger)` between two batches and returns its result. Waits for the combiner.
  template <typename Look>
  auto inspect(Look&& look) {
    auto result = [&] {
      lock_.lock();
      const CombinerLock::Held held(lock_);
      return look(std::as_const(ledger_));
    }();
    combine();  // what was appended meanwhile
    return result;
  }
  /// The same without waiting: nullopt if there is a combiner. The caller calls `combine` later,
  /// when it holds no lock.
  template <typename Look>
  auto try_inspect(Look&& look) -> std::optional<decltype(look(std::declval<const Ledger<T>&>()))> {
    if (!lock_.try_lock()) return std::nullopt;
    const CombinerLock::Held held(lock_);
    return look(std::as_const(ledger_));
  }
  /// The state after all batches applied so far. O(locations).
  ProgressSnapshot snapshot() {
    return inspect([](const Ledger<T>& ledger) { return snapshot_of(ledger); });
  }
  LedgerCut<T> cut() {
    return inspect([](const Ledger<T>& ledger) { return cut_of(ledger); });
  }

 private:
  static constexpr int max_drains = 4;

  auto frontier_of() const {
    return [this](LocationId location) -> const auto& { return ledger_.frontier(location); };
  }

  [[gnu::noinline]] void apply_entries() {
    log_.take_all([&](const LedgerEntry<T>& entry) { apply(entry); });
  }
  void apply(const LedgerEntry<T>& entry) {
    if (entry.watch) {
      if (tracer_ != nullptr) tracer_->watched(entry.worker);
      readers_.begin(*entry.watch);
      ledger_.set_interest(*entry.watch, entry.interest);
      moved_.push_back(*entry.watch);
    } else if (tracer_ != nullptr) [[unlikely]] {
      apply_traced(entry);
    } else {
      ledger_.apply(entry.batch);
    }
  }

  /// What was reported waits for its turn.
  [[gnu::noinline]] bool combine_in_order() {
    log_.take_all([&](const LedgerEntry<T>& entry) { waiting_.keep(entry); });
    replay_->advance();
    return false;
  }
  bool apply_now(const typename WaitingReports<T>::Report& entry) {
    if (!entry) return false;
    mid_group_ = true;
    apply(*entry);
    return true;
  }

  [[gnu::noinline]] void apply_traced(const LedgerEntry<T>& entry) {
    if (entry.has_batch()) ledger_.apply(entry.batch);
    tracer_->applied(entry.worker, entry.station(), entry.has_batch() ? &entry.batch : nullptr,
                     entry.events.get());
  }

  /// Propagates what was applied, publishes what has moved, and wakes who waits for it. True if
  /// that is `self`, too.
  bool finish(std::uint32_t self) {
    ledger_.propagate([&](LocationId location, const auto&, const auto&) { note_move(location); });
    const bool complete = ledger_.empty();
    if (tracer_ != nullptr) [[unlikely]]
      tracer_->published(ledger_, moved_);  // before anybody acts on it
    if (moved_.empty() && !complete) return false;
    publication_.publish(moved_, complete, frontier_of());
    bool self_waits = false;
    const auto wake = [&](std::uint32_t worker) {
      if (worker == self) {
        self_waits = true;
      } else {
        wake_(worker);
      }
    };
    for (const LocationId location : moved_)
      if (readers_.wake_or_give_up(location, wake)) give_up(location);
    if (!given_up_.empty()) [[unlikely]]
      tracer_->given_up(std::exchange(given_up_, {}));
    moved_.clear();
    if (complete) wake_(everyone);
    return self_waits;
  }
  void give_up(LocationId location) {
    if (replay_ != nullptr) return readers_.begin(location);  // until it is told so
    ledger_.set_interest(location, Interest::never);
    if (tracer_ != nullptr) given_up_.push_back(location);
  }
  void note_move(LocationId location) {
    if (readers_.reads(location)) moved_.push_back(location);
  }

  LedgerLog<T> log_;
  CombinerLock lock_;  // guards the ledger and moved_
  Ledger<T> ledger_;
  std::vector<LocationId> moved_;
  std::vector<LocationId> given_up_;  // noted if it is traced
  Publication<T> publication_;
  Readers readers_;
  Wake wake_;
  LedgerTracer<T>* tracer_;    // null unless tracing
  Replay* replay_;             // null unless it says when what is applied
  bool mid_group_ = false;     // then, something that has not been propagated
  WaitingReports<T> waiting_;  // then
};

}  // namespace tidemark
