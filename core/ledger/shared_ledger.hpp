// SPDX-License-Identifier: MIT
//
// The shared ledger: the sequential ledger behind a log that many workers append to.
//
// Append is one compare-and-swap. Whoever then gets the try-lock is the *combiner*: it takes the
// whole log, applies it in order, propagates once and publishes the frontiers that moved.
#pragma once

#include <tidemark/core/ledger/published_frontier.hpp>
#include <tidemark/core/ledger/waiter_set.hpp>
#include <tidemark/core/memory/mpsc_stack.hpp>
#include <tidemark/core/memory/return_pool.hpp>
#include <tidemark/core/observe/inquiry.hpp>
#include <tidemark/core/progress_snapshot.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/progress/ledger.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tidemark {

/// An entry of the log: a worker's batch, or the wish to have a location's frontier published.
template <Timestamp T>
struct LedgerEntry {
  LedgerEntry* next = nullptr;
  ReturnPool<LedgerEntry>* home = nullptr;  ///< where it is given back to; null: it is deleted
  std::uint32_t worker = 0;                 ///< whose report it is; or `several_workers`
  ProgressBatch<T> batch;
  std::optional<LocationId> watch;
  Told told = Told::always;  ///< of a watch

  static constexpr std::uint32_t several_workers = TraceEvent::several_workers;
};

template <Timestamp T>
void give_back(LedgerEntry<T>* entry) {
  if (entry->home == nullptr) {
    delete entry;
  } else {
    entry->batch.clear();
    entry->home->give_back(*entry);
  }
}

/// All batches of a ledger, kept while tracing.
template <Timestamp T>
struct LedgerHistory {
  ProgressBatch<T> initial;
  std::vector<std::pair<std::uint32_t, ProgressBatch<T>>> batches;  ///< with the worker of each
};

/// The state of a ledger as text.
template <Timestamp T>
ProgressSnapshot snapshot_of(const Ledger<T>& ledger) {
  ProgressSnapshot snapshot;
  snapshot.sequence = ledger.sequence();
  snapshot.visits = ledger.visits();
  const Topology<T>& topology = ledger.topology();
  for (std::uint32_t l = 0; l != topology.locations(); ++l) {
    const std::uint32_t depth = topology.depth({l});
    PortProgress& port = snapshot.ports.emplace_back();
    port.name = topology.describe({l});
    port.is_target = topology.is_target({l});
    for (const auto& [time, count] : ledger.counts({l}).entries())
      port.counts.push_back({to_text(time, depth), count});
    for (const T& time : ledger.frontier({l})) port.frontier.push_back(to_text(time, depth));
  }
  return snapshot;
}

/// The state of a ledger, to explain it.
template <Timestamp T>
LedgerCut<T> cut_of(const Ledger<T>& ledger) {
  LedgerCut<T> cut;
  for (std::uint32_t l = 0; l != ledger.topology().locations(); ++l) {
    for (const auto& [time, count] : ledger.counts({l}).entries())
      cut.counts.push_back({{{l}, time}, count});
    cut.frontiers.push_back(ledger.frontier({l}));
  }
  cut.state = std::make_shared<const ProgressSnapshot>(snapshot_of(ledger));
  return cut;
}

/// One dataflow's ledger as several workers share it. Thread: any, unless noted.
template <Timestamp T>
class SharedLedger {
 public:
  /// Called with the index of each worker that has something to look at.
  using Wake = std::function<void(std::uint32_t)>;

  /// `initial` holds the initial capabilities of all workers of all processes; `trace` may be null.
  SharedLedger(std::shared_ptr<const Topology<T>> topology, std::uint32_t workers,
               NegativeCounts negative, const ProgressBatch<T>& initial, Wake wake, Trace* trace)
      : ledger_(std::move(topology), negative,
                trace != nullptr ? Materialise::all : Materialise::needed),
        published_(ledger_.topology().locations()),
        requested_(ledger_.topology().locations()),
        watched_(ledger_.topology().locations()),
        unawaited_moves_(ledger_.topology().locations()),
        waiters_(ledger_.topology().locations(), workers),
        wake_(std::move(wake)),
        trace_(trace),
        history_(trace != nullptr ? std::make_shared<LedgerHistory<T>>() : nullptr) {
    ledger_.apply(initial);
    ledger_.propagate([](LocationId, const auto&, const auto&) {});
    if (trace_ != nullptr) history_->initial = initial;
    if (ledger_.empty()) complete_.store(true);
  }

  SharedLedger(const SharedLedger&) = delete;
  SharedLedger& operator=(const SharedLedger&) = delete;
  ~SharedLedger() {
    for (LedgerEntry<T>* entry = log_.take_all_reversed(); entry != nullptr;)
      give_back(std::exchange(entry, entry->next));
  }

  /// Adds a compacted batch to the log. Race "a consumer's -1 is applied before the producer's +1":
  /// the producer appends before it delivers, so its entry comes first.
  void append(LedgerEntry<T>& entry) { log_.push(entry); }

  /// Applies what is in the log, and then a compacted batch of `worker`, who calls it, if no other
  /// thread is at it; else nothing happens. True if it was done. In line, with `apply`, for it is
  /// what a worker alone does in each step.
  [[gnu::always_inline]] bool try_apply(std::uint32_t worker, const ProgressBatch<T>& batch) {
    if (!try_lock()) return false;
    apply_log();
    apply(worker, batch);
    finish();
    unlock();
    return true;
  }

  /// Applies what is in the log, unless another thread is at it; that one then sees to the rest.
  /// True if it has stopped with a rest, which is the caller's: while others append again and
  /// again, a worker that combined to the end would never do its own work.
  bool combine_some() {
    // Race "the combiner saw the log empty, another appends and fails its try-lock, the combiner
    // unlocks": after unlocking the combiner reads the log again. Append, try-lock, unlock and this
    // read are sequentially consistent, so one of the two threads sees the entry.
    for (int drains = 0; !log_.empty(); ++drains) {
      if (drains == max_drains) return true;
      if (!try_lock()) return false;
      apply_log();
      finish();
      unlock();
    }
    return false;
  }

  /// The same; the rest is left to the next steps of the workers.
  void combine() {
    if (combine_some()) wake_(everyone);
  }

  /// The frontier of `location` as last published. It is kept up to date, as far as its readers
  /// want to be told, from the time when a `watch` entry for it has been applied, and as long as
  /// somebody waits there; else it lags.
  const PublishedFrontier<T>& published(LocationId location) const {
    return published_[location.value];
  }

  /// Race "first read of a location that was not materialised": registering a reader is an entry of
  /// the log like any other, and counts from the publication that follows. Requires: the caller has
  /// armed itself at the location before; all readers of a location want to be told the same.
  void watch(LocationId location, Told told = Told::always) {
    if (requested_[location.value].exchange(true)) return;
    append(*new LedgerEntry<T>{.watch = location, .told = told});
    combine();
  }

  WaiterSet& waiters() { return waiters_; }

  /// Counts the moves that were published; unchanged means that no published frontier has moved.
  std::uint64_t publications() const { return publications_.load(std::memory_order_seq_cst); }
  static constexpr std::uint64_t recent_moves = 64;
  /// Where the move was that made the count `number`; nullopt if so many came after it that it is
  /// forgotten.
  std::optional<LocationId> recent_move(std::uint64_t number) const {
    const std::uint64_t move = recent_[number % recent_moves].load(std::memory_order_acquire);
    if (move >> 32 != (number & 0xFFFF'FFFFu)) return std::nullopt;
    return LocationId{static_cast<std::uint32_t>(move)};
  }

  /// True once every count is zero: nothing is held, queued or in flight anywhere.
  bool complete() const { return complete_.load(std::memory_order_acquire); }

  /// Calls `look(ledger)` between two batches and returns its result. Waits for the combiner.
  template <typename Look>
  auto inspect(Look&& look) {
    lock();
    auto result = look(std::as_const(ledger_));
    unlock();
    combine();  // what was appended meanwhile
    return result;
  }
  /// The same without waiting: nullopt if there is a combiner. The caller calls `combine` later,
  /// when it holds no lock.
  template <typename Look>
  auto try_inspect(Look&& look) -> std::optional<decltype(look(std::declval<const Ledger<T>&>()))> {
    if (!try_lock()) return std::nullopt;
    auto result = look(std::as_const(ledger_));
    unlock();
    return result;
  }

  /// The state after all batches applied so far. O(locations).
  ProgressSnapshot snapshot() {
    return inspect([](const Ledger<T>& ledger) { return snapshot_of(ledger); });
  }
  LedgerCut<T> cut() {
    return inspect([](const Ledger<T>& ledger) { return cut_of(ledger); });
  }

  /// Null unless tracing. Thread: once the run has ended.
  std::shared_ptr<const LedgerHistory<T>> history() const { return history_; }

 private:
  static constexpr int max_drains = 4;
  static constexpr std::uint8_t max_unawaited_moves = 8;

  bool try_lock() { return !combining_.exchange(true, std::memory_order_seq_cst); }
  void unlock() { combining_.store(false, std::memory_order_seq_cst); }
  void lock() {
    while (!try_lock()) std::this_thread::yield();
  }

  std::string text_of(const T& time, LocationId location) const {
    return to_text(time, ledger_.topology().depth(location));
  }

  void apply_log() {
    for (LedgerEntry<T>* entry = log_.take_all(); entry != nullptr;) {
      LedgerEntry<T>* const rest = entry->next;
      if (entry->watch) {
        watched_[entry->watch->value] = true;
        ledger_.read(*entry->watch, entry->told);
        moved_.push_back(*entry->watch);
      } else {
        apply(entry->worker, entry->batch);
      }
      give_back(entry);
      entry = rest;
    }
  }

  [[gnu::always_inline]] void apply(std::uint32_t worker, const ProgressBatch<T>& batch) {
    ledger_.apply(batch);
    if (trace_ != nullptr) [[unlikely]]
      trace_batch(worker, batch);
  }

  /// Propagates what was applied and publishes what has moved.
  void finish() {
    ledger_.propagate([&](LocationId location, const auto&, const auto&) { note_move(location); });
    publish();
  }
  void note_move(LocationId location) {
    if (watched_[location.value]) moved_.push_back(location);
  }

  /// Race "a reader sees a value from the middle of a propagation": nothing is published before the
  /// whole propagation is over.
  void publish() {
    const bool complete = ledger_.empty();
    if (moved_.empty() && !complete) return;
    std::uint64_t number = publications_.load(std::memory_order_relaxed);
    for (const LocationId location : moved_) {
      published_[location.value].store(ledger_.frontier(location));
      ++number;
      recent_[number % recent_moves].store(number << 32 | location.value,
                                           std::memory_order_release);
    }
    if (complete) complete_.store(true, std::memory_order_release);
    publications_.store(number, std::memory_order_seq_cst);  // before the look at the waiters
    for (const LocationId location : moved_) {
      bool awaited = false;
      waiters_.for_each(location.value, [&](std::uint32_t worker) {
        awaited = true;
        wake_(worker);
      });
      if (awaited) {
        unawaited_moves_[location.value] = 0;
      } else if (++unawaited_moves_[location.value] == max_unawaited_moves) {
        forget(location);
      }
    }
    moved_.clear();
    if (complete) wake_(everyone);
  }

  /// Stops following a frontier that nobody has waited for in a while, so that idle operators cost
  /// nothing. A reader arms itself and then looks at `requested_`; here the order is the other way
  /// round, so that one of the two sees the other.
  void forget(LocationId location) {
    unawaited_moves_[location.value] = 0;
    requested_[location.value].store(false, std::memory_order_seq_cst);
    bool awaited = false;
    waiters_.for_each(location.value, [&](std::uint32_t) { awaited = true; });
    if (awaited) {
      requested_[location.value].store(true, std::memory_order_seq_cst);
    } else {
      watched_[location.value] = false;
      ledger_.forget(location);
    }
  }

  /// Propagates each batch by itself, so that each move of a frontier names the one that caused it.
  [[gnu::noinline]] void trace_batch(std::uint32_t worker, const ProgressBatch<T>& batch) {
    TraceEvent event{
        .kind = TraceEvent::Kind::batch, .sequence = ledger_.sequence(), .worker = worker};
    for (const auto& [pointstamp, diff] : batch.changes())
      event.changes.push_back(
          {pointstamp.location.value, text_of(pointstamp.time, pointstamp.location), diff});
    trace_->record(std::move(event));
    history_->batches.emplace_back(worker, batch);
    trace_sequence_.store(ledger_.sequence(), std::memory_order_relaxed);
    ledger_.propagate([&](LocationId location, const auto&, const Antichain<T>& frontier) {
      note_move(location);
      trace_frontier(location, frontier);
    });
  }

  void trace_frontier(LocationId location, const Antichain<T>& frontier) {
    TraceEvent event{.kind = TraceEvent::Kind::frontier,
                     .sequence = ledger_.sequence(),
                     .subject = location.value};
    for (const T& time : frontier) event.frontier.push_back(text_of(time, location));
    trace_->record(std::move(event));
  }

 public:
  /// Passed to the wake function when the dataflow is complete: all workers have to look.
  static constexpr std::uint32_t everyone = ~std::uint32_t{0};

  /// The number of batches applied, for events outside the ledger. Kept while tracing only.
  std::uint64_t trace_sequence() const { return trace_sequence_.load(std::memory_order_relaxed); }

 private:
  MpscStack<LedgerEntry<T>> log_;
  std::atomic<bool> combining_{false};  // the combiner's lock; guards the members up to moved_
  Ledger<T> ledger_;
  std::vector<PublishedFrontier<T>> published_;
  std::vector<std::atomic<bool>> requested_;   // a watch entry has been appended
  std::vector<bool> watched_;                  // and has been applied
  std::vector<std::uint8_t> unawaited_moves_;  // of watched frontiers, one after the other
  std::vector<LocationId> moved_;
  WaiterSet waiters_;
  Wake wake_;
  Trace* trace_;
  std::shared_ptr<LedgerHistory<T>> history_;
  std::atomic<std::uint64_t> publications_{1};
  std::array<std::atomic<std::uint64_t>, recent_moves> recent_{};  // its number, and the location
  std::atomic<std::uint64_t> trace_sequence_{0};
  std::atomic<bool> complete_{false};
};

}  // namespace tidemark
