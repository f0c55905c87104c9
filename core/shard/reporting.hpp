// SPDX-License-Identifier: MIT
//
// Reporting: how the changes of a worker's step come to the ledgers.
#pragma once

#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/core/observe/ledger_tracer.hpp>
#include <tidemark/core/outside/outside.hpp>
#include <tidemark/core/records/outbox.hpp>
#include <tidemark/core/shard/shared_dataflow.hpp>
#include <tidemark/progress/ledger.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tidemark {

/// Thread: its worker.
template <Timestamp T>
class Reporting {
 public:
  /// Requires: `shared` outlives this.
  /// `outside` may be null, and outlives this.
  void attach(SharedDataflow<T>& shared, std::uint32_t worker, std::uint32_t process,
              Outside* outside) {
    shared_ = &shared;
    outside_ = outside;
    replays_ = outside != nullptr && outside->replays();
    goes_by_log_ = replays_ || shared.stations() != nullptr;
    ledger_ = &shared.ledger_of(worker);
    stations_ = shared.stations();
    entries_ = &shared.entries_of(worker);
    worker_ = worker;
    process_ = process;
  }

  /// Hands the ledger the changes of a step, and leaves them empty. What the outbox holds may be
  /// delivered then, and not before: the receiver's -1 must not come before the +1. True if they
  /// have moved a frontier for which the worker waits.
  bool report(ProgressBatch<T>& changes, const Outbox& outbox) {
    changes.compact();
    // What is sent has a place in the order of a replay, though it may change nothing.
    if (!changes.empty() || (replays_ && !outbox.empty())) {
      note_step(changes.empty());
      if (const std::optional<bool> moved = apply_now(changes, outbox)) {
        changes.clear();
        return *moved;
      }
      LedgerEntry<T>& entry = take_entry();
      std::swap(entry.batch, changes);
      shared_->append(entry);
    } else {
      note_step(true);
    }
    return false;
  }

  /// Reports, and tells the trace what the worker has done besides, in the same entry of the log;
  /// what changes nothing and sends nothing, later. The caller combines before its step is over, so
  /// it makes no difference that the changes are not applied at once.
  void report_traced(ProgressBatch<T>& changes, StepEvents& events) {
    changes.compact();
    const bool is_quiet = changes.empty();
    if (!is_quiet || !events.after.empty()) {
      if (outside_ != nullptr) events.told = outside_->collect();
      shared_->append(
          *new LedgerEntry<T>{.worker = worker_,
                              .batch = std::exchange(changes, {}),
                              .events = std::make_unique<StepEvents>(std::exchange(events, {}))});
    }
    note_step(is_quiet);
  }

  /// Tells the trace what is left, when the worker has no more to report, and what the log still
  /// holds of a run that has failed. Requires: it is traced.
  void report_rest(StepEvents& events) {
    if (stations_ == nullptr) ledger_->trace_rest();
    if (outside_ == nullptr) return tell(events);
    tell_rest(*shared_->watcher()->tracer, shared_->index(), worker_, events, outside_->collect());
  }
  /// The same in a replay, where it waits for its turn; `events` is null if nobody traces that.
  void replay_rest(StepEvents* events) {
    std::function<void()> tell;
    if (events != nullptr)
      tell = [tracer = *shared_->watcher()->tracer, dataflow = shared_->index(), worker = worker_,
              rest = std::make_shared<StepEvents>(std::move(*events))] {
        tell_rest(tracer, dataflow, worker, *rest, {});  // what it was told comes at its end
      };
    outside_->replay().add_rest(shared_->index(), worker_, std::move(tell));
  }

  /// Sends on what is gathered at the stations of this worker and its process, if any.
  void flush_stations() {
    if (stations_ == nullptr) return;
    stations_->flush_worker(worker_);
    stations_->flush_process(process_);
  }

 private:
  /// A worker that is awake and has nothing to report for so many steps may be waiting for what is
  /// gathered around it, which else would leave when it goes idle.
  static constexpr int max_quiet_steps = 32;
  static constexpr int max_entries = 64;

  /// Unless the ledger has taken the changes at once, without its log, nullopt. What is to be
  /// delivered does not wait for a propagation.
  std::optional<bool> apply_now(const ProgressBatch<T>& changes, const Outbox& outbox) {
    if (!outbox.empty() || goes_by_log_) return std::nullopt;
    return ledger_->try_apply(changes, worker_);
  }

  static void tell_rest(const DataflowTracer& tracer, std::uint32_t dataflow, std::uint32_t worker,
                        StepEvents& step, const std::string& told) {
    std::vector<TraceEvent> events = std::move(step.before);
    events.insert(events.end(), step.after.begin(), step.after.end());
    tracer.events({dataflow, OrderEntry::What::rest, {worker}, worker, told}, events);
  }

  /// A quiet step has had nothing to report.
  void note_step(bool is_quiet) {
    if (stations_ == nullptr) return;
    if (!is_quiet) {
      quiet_steps_ = 0;
    } else if (++quiet_steps_ == max_quiet_steps) {
      quiet_steps_ = 0;
      flush_stations();
    }
  }

  void tell(StepEvents& events) {
    shared_->watcher()->tracer->events(events.before);
    shared_->watcher()->tracer->events(events.after);
  }

  /// Race "workers report faster than the combiner applies": one that has so many entries in the
  /// log helps, or waits for the combiner, which waits for nobody.
  LedgerEntry<T>& take_entry() {
    LedgerEntry<T>* free = entries_->take();
    while (free == nullptr) {
      if (entries_made_ != max_entries) {
        ++entries_made_;
        return *new LedgerEntry<T>{.home = entries_, .worker = worker_};
      }
      ledger_->combine_some();
      free = entries_->take();
      if (free == nullptr) std::this_thread::yield();
    }
    return *free;
  }

  SharedDataflow<T>* shared_ = nullptr;
  SharedLedger<T>* ledger_ = nullptr;
  ReportStations* stations_ = nullptr;  // null: nothing is gathered
  Outside* outside_ = nullptr;
  bool replays_ = false;
  bool goes_by_log_ = false;  // always
  ReturnPool<LedgerEntry<T>>* entries_ = nullptr;
  int entries_made_ = 0;
  std::uint32_t worker_ = 0;
  std::uint32_t process_ = 0;
  int quiet_steps_ = 0;
};

}  // namespace tidemark
