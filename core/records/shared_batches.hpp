// SPDX-License-Identifier: MIT
//
// Shared batches: where many workers send to many, those that one thread runs fill one batch for
// each receiver together.
//
// With n workers there are n * n pairs, so that batches for each pair are small when n is large,
// and what a batch costs is paid for a record or two. Of shared batches there are only as many as
// threads times receivers.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/handover/envelope.hpp>
#include <tidemark/core/records/load.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace tidemark {

/// Batches of one type that the workers on one thread of the executor fill together.
///
/// A batch leaves when it is full, and all of them when the executor has run what it had before the
/// first of them was opened. Every record counts as a batch of its own, and has been reported when
/// it comes here, so it makes no difference to progress whose records a batch holds.
///
/// What a sender sends into one channel at one timestamp stays in order, although it may run on
/// another thread the next time: it goes on here until what it has put here has left (Place).
/// Timestamps may overtake each other.
///
/// Thread: any; but meant for the workers of one thread, who find its lock free.
template <Timestamp T>
class SharedBatches final : public Task {
 public:
  /// Where a sender has put its last load. Thread: the sender's.
  struct Place {
    SharedBatches* at = nullptr;
    std::uint64_t round = 0;

    bool left() const {
      return at == nullptr || at->rounds_delivered_.load(std::memory_order_acquire) > round;
    }
  };

  /// A batch leaves when it holds `full` records. `at_once`: what a sender puts here leaves by
  /// itself, for those who replay how it was put together. Requires: both outlive this.
  SharedBatches(const RecordType& type, Executor& executor, Mail& mail, std::uint32_t workers,
                std::size_t full, bool at_once)
      : executor_(&executor),
        mail_(&mail),
        workers_(workers),
        full_(full),
        at_once_(at_once),
        pool_(type) {}

  ~SharedBatches() override {
    leave_all();
    for (const auto& [to, batch] : leaving_) batch->release();
  }

  /// Takes a load that has been reported, and leaves it empty. `channel` is one of dataflow number
  /// `dataflow`. The batches keep who has sent how many records if that is given. Cost: O(records).
  void take(std::uint32_t dataflow, std::uint32_t channel, Load<T>& load, Place& place,
            const std::uint32_t* sender = nullptr) {
    bool full = false;
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      std::size_t next = 0;
      for (const auto& [time, end] : load.stretches)
        next = put(shelf_of(dataflow, channel, time), load, next, end, sender);
      place = {this, rounds_};
      if (at_once_) leave_all();
      full = !leaving_.empty();
      first = !at_once_ && !std::exchange(due_, true);
    }
    load.clear();
    if (first) executor_->submit(*this);
    if (full) post_leaving();
  }

  /// No worker's: one more than there are.
  std::uint32_t worker() const override { return workers_; }
  /// Has everything leave; called by the executor.
  void run() override {
    {
      const std::lock_guard lock(mutex_);
      leave_all();
    }
    post_leaving();
    {
      const std::lock_guard lock(mutex_);
      due_ = shelves_in_use_ != 0;  // again
      if (!due_) return;
    }
    executor_->submit(*this);
  }

 private:
  using SharedBatch = AnyBatch<T>;

  /// The open batches of one channel and timestamp.
  struct Shelf {
    std::uint32_t dataflow = 0;
    std::uint32_t channel = 0;
    T time{};
    std::vector<SharedBatch*> open{};     // by receiver; null if none
    std::vector<AnyRecords*> records{};   // theirs
    std::vector<std::uint32_t> opened{};  // receivers that may have one
  };
  /// Bounds their memory, and the search for one that is not there.
  static constexpr std::size_t most_shelves = 128;

  /// Senders go through timestamps in the same order, as a rule, so the search begins where the
  /// last one ended.
  Shelf& shelf_of(std::uint32_t dataflow, std::uint32_t channel, const T& time) {
    for (std::size_t looked_at = 0; looked_at != shelves_in_use_; ++looked_at, ++found_) {
      if (found_ >= shelves_in_use_) found_ = 0;
      Shelf& shelf = *shelves_[found_];
      if (shelf.time == time && shelf.channel == channel && shelf.dataflow == dataflow)
        return shelf;
    }
    return begin_shelf(dataflow, channel, time);
  }

  [[gnu::noinline]] Shelf& begin_shelf(std::uint32_t dataflow, std::uint32_t channel,
                                       const T& time) {
    if (shelves_in_use_ == most_shelves) leave_all();
    if (shelves_in_use_ == shelves_.size()) shelves_.push_back(std::make_unique<Shelf>());
    found_ = shelves_in_use_++;
    Shelf& shelf = *shelves_[found_];
    shelf.dataflow = dataflow;
    shelf.channel = channel;
    shelf.time = time;
    shelf.open.resize(workers_);
    shelf.records.resize(workers_);
    return shelf;
  }

  /// Puts the records from `next` to `end` on a shelf, and returns `end`.
  std::size_t put(Shelf& shelf, Load<T>& load, std::size_t next, std::size_t end,
                  const std::uint32_t* sender) {
    const RecordType& type = pool_.type();
    while (next != end) {
      if (shelf.open[load.to[next]] == nullptr) open(shelf, load.to[next]);
      const std::size_t first = next;
      next =
          type.scatter(load.records.get(), next, end, load.to.data(), shelf.records.data(), full_);
      if (sender != nullptr) [[unlikely]]
        note_parts(shelf, load, first, next, *sender);
      const std::uint32_t last = load.to[next - 1];
      if (type.size(*shelf.records[last]) >= full_) leave(shelf, last);
    }
    return end;
  }

  [[gnu::noinline]] static void note_parts(Shelf& shelf, const Load<T>& load, std::size_t first,
                                           std::size_t end, std::uint32_t sender) {
    for (std::size_t i = first; i != end; ++i) {
      auto& parts = shelf.open[load.to[i]]->parts;
      if (parts.empty() || parts.back().sender != sender) parts.push_back({sender, 0});
      ++parts.back().records;
    }
  }

  void open(Shelf& shelf, std::uint32_t to) {
    SharedBatch& batch = pool_.take();
    batch.parts.clear();
    shelf.open[to] = &batch;
    shelf.records[to] = &batch.records.get();
    shelf.opened.push_back(to);
  }

  void leave(Shelf& shelf, std::uint32_t to) {
    SharedBatch& batch = *std::exchange(shelf.open[to], nullptr);
    shelf.records[to] = nullptr;
    batch.dataflow = shelf.dataflow;
    batch.channel = shelf.channel;
    batch.time = shelf.time;
    batch.count = static_cast<std::int64_t>(batch.records.size());
    leaving_.emplace_back(to, &batch);
  }

  void leave_all() {
    for (std::size_t s = 0; s != shelves_in_use_; ++s) {
      for (const std::uint32_t to : shelves_[s]->opened)
        if (shelves_[s]->open[to] != nullptr) leave(*shelves_[s], to);
      shelves_[s]->opened.clear();
    }
    shelves_in_use_ = 0;
    ++rounds_;
  }

  /// Posts what leaves, in order and without the lock, since it runs others; if somebody is at it,
  /// leaves it to him.
  void post_leaving() {
    std::unique_lock lock(mutex_);
    if (posting_) return;
    posting_ = true;
    while (!leaving_.empty()) {
      std::swap(leaving_, in_hand_);
      lock.unlock();
      for (const auto& [to, batch] : in_hand_) mail_->post(to, *batch);
      in_hand_.clear();
      lock.lock();
    }
    rounds_delivered_.store(rounds_, std::memory_order_release);
    posting_ = false;
  }

  Executor* executor_;
  Mail* mail_;
  std::uint32_t workers_;
  std::size_t full_;  // records
  bool at_once_;
  std::mutex mutex_;  // guards the rest; what is in hand belongs to who posts
  BatchPool<T> pool_;
  std::vector<std::unique_ptr<Shelf>> shelves_;  // those in use first
  std::size_t shelves_in_use_ = 0;
  std::size_t found_ = 0;
  std::vector<std::pair<std::uint32_t, SharedBatch*>> leaving_;  // receiver, batch
  std::vector<std::pair<std::uint32_t, SharedBatch*>> in_hand_;
  bool posting_ = false;
  bool due_ = false;          // has been submitted
  std::uint64_t rounds_ = 0;  // after each of which everything leaves
  std::atomic<std::uint64_t> rounds_delivered_{0};
};

}  // namespace tidemark
