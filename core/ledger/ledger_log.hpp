// SPDX-License-Identifier: MIT
//
// The ledger's log: what workers have reported and nobody has applied yet.
#pragma once

#include <tidemark/core/handover/mpsc_stack.hpp>
#include <tidemark/core/handover/return_pool.hpp>
#include <tidemark/core/observe/ledger_tracer.hpp>
#include <tidemark/core/trace_event.hpp>
#include <tidemark/progress/ledger.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace tidemark {

/// An entry of the log: a worker's batch, or the wish to have a location's frontier published.
template <Timestamp T>
struct LedgerEntry {
  LedgerEntry* next = nullptr;
  ReturnPool<LedgerEntry>* home = nullptr;  ///< where it is given back to; null: it is deleted
  std::uint32_t worker = 0;                 ///< whose report it is; or `several_workers`
  /// The station that has brought it; nullopt: it comes from the worker itself.
  std::optional<std::uint32_t> brought_by{};
  ProgressBatch<T> batch{};
  std::optional<LocationId> watch{};
  Interest interest = Interest::always;  ///< of a watch
  /// What the worker has done besides, if its dataflow is traced; null otherwise, and in an entry
  /// that has a home.
  std::unique_ptr<StepEvents> events{};

  static constexpr std::uint32_t several_workers = TraceEvent::several_workers;

  /// The number of the station from which it comes, which for a worker's own is the worker's.
  std::uint32_t station() const { return brought_by.value_or(worker); }
  /// False if all that it tells are `events`, or a watch.
  bool has_batch() const { return !batch.changes().empty() || !batch.watermarks().empty(); }
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

/// Entries in the order in which they were appended. Thread: `append` from any, one at a time
/// takes.
template <Timestamp T>
class LedgerLog {
 public:
  LedgerLog() = default;
  LedgerLog(const LedgerLog&) = delete;
  LedgerLog& operator=(const LedgerLog&) = delete;
  ~LedgerLog() {
    give_back_all(taken_);
    give_back_all(entries_.take_all_reversed());
  }

  void append(LedgerEntry<T>& entry) { entries_.push(entry); }
  bool empty() const { return entries_.empty(); }

  /// Calls `take(entry)` for each entry, and gives it back. If it throws, those that follow are
  /// kept for the next call: no report is lost.
  template <typename Take>
  void take_all(Take&& take) {
    take_rest(take);  // of a call that threw
    taken_ = entries_.take_all();
    take_rest(take);
  }

 private:
  struct GiveBack {
    void operator()(LedgerEntry<T>* entry) const { give_back(entry); }
  };

  template <typename Take>
  void take_rest(Take& take) {
    while (taken_ != nullptr) {
      const std::unique_ptr<LedgerEntry<T>, GiveBack> entry(std::exchange(taken_, taken_->next));
      take(std::as_const(*entry));
    }
  }
  static void give_back_all(LedgerEntry<T>* first) {
    while (first != nullptr) give_back(std::exchange(first, first->next));
  }

  MpscStack<LedgerEntry<T>> entries_;
  LedgerEntry<T>* taken_ = nullptr;  // in the order in which they were appended
};

}  // namespace tidemark
