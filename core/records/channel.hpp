// SPDX-License-Identifier: MIT
//
// Channels: the way from the end of a fused segment into the queue of an input port.
//
// What is sent is counted while its sender still holds the right to send at its timestamp, and as
// much is taken back when its receiver has finished with it: 1 for a batch, from its opening on; in
// shared batches 1 for each record.
#pragma once

#include <tidemark/core/records/consumer.hpp>
#include <tidemark/core/records/input_queue.hpp>
#include <tidemark/core/records/open_buffers.hpp>
#include <tidemark/core/records/shared_batches.hpp>
#include <tidemark/core/records/step_state.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark {

/// A queue at the same worker. Hands a batch over by swapping its vector for an empty one.
template <Timestamp T, typename Item>
class PipelineChannel final : public Consumer<T, Item> {
 public:
  PipelineChannel(InputQueue<T, Item>& input, BatchPool<T, Item>& pool)
      : input_(&input),
        pool_(&pool) {}

  void push(const T& time, std::vector<Item>& records) override {
    Batch<T, Item>& batch = pool_->take();
    batch.time = time;
    batch.records.swap(records);
    input_->count(time, +1);
    input_->enqueue(batch);
  }

 private:
  InputQueue<T, Item>* input_;
  BatchPool<T, Item>* pool_;
};

/// The worker that a route names: its hash, modulo the number of workers.
template <typename Route>
class Destination {
 public:
  Destination(Route route, std::uint32_t workers)
      : route_(std::move(route)),
        workers_(workers),
        power_of_two_((workers & (workers - 1)) == 0) {}

  template <typename Item>
  std::uint32_t of(const Item& record) {
    const std::uint64_t hash = route_(record);
    return static_cast<std::uint32_t>(power_of_two_ ? hash & (workers_ - 1) : hash % workers_);
  }

 private:
  Route route_;
  std::uint32_t workers_;
  bool power_of_two_;
};

/// Sends each record to the worker that its route names. (With a single worker stands a
/// PipelineChannel instead.)
///
/// One batch per destination may stay open for more records of its timestamp; it is counted from
/// its first record on. It leaves when it is full, when a record of another timestamp comes, or
/// when Instance::step flushes.
template <Timestamp T, typename Item, typename Route>
class ExchangeChannel final : public Consumer<T, Item>,
                              public OpenBuffers<typename Level<T>::Ledger> {
  using Ledger = typename Level<T>::Ledger;

 public:
  ExchangeChannel(InputQueue<T, Item>& input, BatchPool<T, Item>& pool, StepState<Ledger>& state,
                  std::uint32_t channel, Route route)
      : input_(&input),
        pool_(&pool),
        state_(&state),
        channel_(channel),
        open_(state.peers),
        destination_(std::move(route), state.peers) {}

  ~ExchangeChannel() override {
    for (Batch<T, Item>* batch : open_)
      if (batch != nullptr) batch->release();
  }

  void push(const T& time, std::vector<Item>& records) override {
    input_->working_on(time, [&] { route(time, records); });
  }

  void flush() override {
    for (const std::uint32_t to : opened_)
      if (open_[to] != nullptr) send(to);
    opened_.clear();
  }

  void list_open(const OpenBuffers<Ledger>::List& list) const override {
    for (const Batch<T, Item>* batch : open_)
      if (batch != nullptr) list(input_->location, Level<T>::to_ledger(batch->time), batch->count);
  }

 private:
  void route(const T& time, std::vector<Item>& records) {
    for (Item& record : records) {
      const std::uint32_t to = destination_.of(record);
      Batch<T, Item>* batch = open_[to];
      if (batch == nullptr || batch->time != time) batch = &open(to, time);
      batch->records.push_back(std::move(record));
      if (batch->records.size() >= batch_capacity<Item>) send(to);
    }
  }

  Batch<T, Item>& open(std::uint32_t to, const T& time) {
    if (open_[to] != nullptr) send(to);
    Batch<T, Item>& batch = pool_->take();
    batch.time = time;
    open_[to] = &batch;
    opened_.push_back(to);
    input_->count(time, +1);
    return batch;
  }

  void send(std::uint32_t to) {
    Batch<T, Item>& batch = *std::exchange(open_[to], nullptr);
    if (to == state_->worker) {
      input_->enqueue(batch);
    } else {
      batch.dataflow = state_->dataflow;
      batch.channel = channel_;
      batch.sender = state_->worker;
      state_->outbox.send(to, batch);
    }
  }

  InputQueue<T, Item>* input_;
  BatchPool<T, Item>* pool_;
  StepState<Ledger>* state_;
  std::uint32_t channel_;
  std::vector<Batch<T, Item>*> open_;  // by destination; null if none
  std::vector<std::uint32_t> opened_;  // destinations that may have an open batch
  Destination<Route> destination_;
};

/// The same with many more workers than threads: what is sent to others in a step goes into the
/// batches that the workers on a thread fill together (shared_batches.hpp), and each record of it
/// counts by itself.
template <Timestamp T, typename Item, typename Route>
class SharingChannel final : public Consumer<T, Item>,
                             public OpenBuffers<typename Level<T>::Ledger>,
                             public Departure {
  using Ledger = typename Level<T>::Ledger;
  using Batches = SharedBatches<T, Item>;

 public:
  /// `batches` are those of each thread of `executor`.
  SharingChannel(InputQueue<T, Item>& input, BatchPool<T, Item>& pool, StepState<Ledger>& state,
                 std::uint32_t channel, Route route, Executor& executor,
                 std::vector<Batches*> batches)
      : input_(&input),
        state_(&state),
        channel_(channel),
        executor_(&executor),
        to_self_(input, pool),
        batches_(std::move(batches)),
        destination_(std::move(route), state.peers) {}

  void push(const T& time, std::vector<Item>& records) override {
    own_.clear();
    load_.drop_unfinished();  // both: what a route that threw has left
    input_->working_on(time, [&] {
      for (Item& record : records) {
        const std::uint32_t to = destination_.of(record);
        if (to == state_->worker) {
          own_.push_back(std::move(record));
        } else {
          load_.records.push_back({std::move(record), to});
        }
      }
    });
    if (!own_.empty()) to_self_.push(time, own_);
    if (const std::size_t added = load_.finish(time); added != 0)
      input_->count(time, static_cast<std::int64_t>(added));
    if (load_.records.size() >= batch_capacity<Item>) flush();
  }

  void flush() override {
    if (!load_.records.empty() && !std::exchange(departs_, true)) state_->outbox.send(*this);
  }

  void depart() override {
    if (place_.left()) place_.at = batches_[executor_->this_thread()];
    place_.at->take(state_->dataflow, channel_, load_, place_);
    departs_ = false;
  }

  void list_open(const OpenBuffers<Ledger>::List& list) const override {
    load_.for_each_stretch([&](const T& time, std::size_t records) {
      list(input_->location, Level<T>::to_ledger(time), static_cast<std::int64_t>(records));
    });
  }

 private:
  InputQueue<T, Item>* input_;
  StepState<Ledger>* state_;
  std::uint32_t channel_;
  Executor* executor_;
  PipelineChannel<T, Item> to_self_;
  std::vector<Item> own_;          // of a push, to this worker
  std::vector<Batches*> batches_;  // by thread
  typename Batches::Place place_;
  Load<T, Item> load_;
  bool departs_ = false;  // when this step has been reported
  Destination<Route> destination_;
};

}  // namespace tidemark
