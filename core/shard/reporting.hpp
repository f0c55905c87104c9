// SPDX-License-Identifier: MIT
//
// Reporting: how the changes of a worker's step come to the ledgers.
#pragma once

#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/core/observe/ledger_tracer.hpp>
#include <tidemark/core/records/outbox.hpp>
#include <tidemark/core/shard/shared_dataflow.hpp>
#include <tidemark/progress/ledger.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace tidemark {

/// Thread: its worker.
template <Timestamp T>
class Reporting {
 public:
  /// Requires: `shared` outlives this.
  void attach(SharedDataflow<T>& shared, std::uint32_t worker, std::uint32_t process) {
    shared_ = &shared;
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
    if (!changes.empty()) {
      quiet_steps_ = 0;
      if (const std::optional<bool> moved = apply_now(changes, outbox)) {
        changes.clear();
        return *moved;
      }
      LedgerEntry<T>& entry = take_entry();
      std::swap(entry.batch, changes);
      shared_->append(entry);
    } else if (stations_ != nullptr && ++quiet_steps_ == max_quiet_steps) {
      quiet_steps_ = 0;
      flush_stations();
    }
    return false;
  }

  /// Reports, and tells the trace what the worker has done besides, in the same entry of the log;
  /// what changes nothing and sends nothing, later. The caller combines before its step is over, so
  /// it makes no difference that the changes are not applied at once. False where reports go by
  /// stations: then the trace has been told, and the report is still to be made.
  bool report_traced(ProgressBatch<T>& changes, StepEvents& events) {
    if (stations_ != nullptr) {
      tell(events);
      return false;
    }
    changes.compact();
    if (!changes.empty() || !events.after.empty())
      ledger_->append(
          *new LedgerEntry<T>{.worker = worker_,
                              .batch = std::exchange(changes, {}),
                              .events = std::make_unique<StepEvents>(std::exchange(events, {}))});
    return true;
  }

  /// Tells the trace what is left, when the worker has no more to report, and what the log still
  /// holds of a run that has failed. Requires: it is traced.
  void report_rest(StepEvents& events) {
    if (stations_ == nullptr) ledger_->trace_rest();
    tell(events);
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
    if (!outbox.empty() || stations_ != nullptr) return std::nullopt;
    return ledger_->try_apply(changes, worker_);
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
  ReturnPool<LedgerEntry<T>>* entries_ = nullptr;
  int entries_made_ = 0;
  std::uint32_t worker_ = 0;
  std::uint32_t process_ = 0;
  int quiet_steps_ = 0;
};

}  // namespace tidemark
