// SPDX-License-Identifier: MIT
//
// Channels: the way from the end of a fused segment into the queue of an input port.
//
// What is sent is counted while its sender still holds the right to send at its timestamp, and as
// much is taken back when its receiver has finished with it: 1 for a batch, from its opening on; in
// shared batches 1 for each record.
#pragma once

#include <tidemark/core/ports.hpp>
#include <tidemark/core/records/consumer.hpp>
#include <tidemark/core/records/shared_batches.hpp>
#include <tidemark/core/shard/instance.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark {

/// A queue at the same worker. Hands a batch over by swapping its vector for an empty one.
template <Timestamp T, typename Item>
class PipelineChannel final : public Consumer<T, Item> {
 public:
  explicit PipelineChannel(InputPort<T, Item>& input)
      : input_(&input),
        pool_(&input.instance().template batches<T, Item>()) {}

  void push(const T& time, std::vector<Item>& records) override {
    Batch<T, Item>& batch = pool_->take();
    batch.time = time;
    batch.records.swap(records);
    input_->instance().pending().update({input_->location, Level<T>::to_ledger(time)}, +1);
    input_->enqueue(batch);
  }

 private:
  InputPort<T, Item>* input_;
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
  ExchangeChannel(InputPort<T, Item>& input, std::uint32_t channel, Route route)
      : input_(&input),
        pool_(&input.instance().template batches<T, Item>()),
        channel_(channel),
        open_(input.instance().worker().peers()),
        destination_(std::move(route), input.instance().worker().peers()) {}

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
    input_->instance().pending().update({input_->location, Level<T>::to_ledger(time)}, +1);
    return batch;
  }

  void send(std::uint32_t to) {
    Batch<T, Item>& batch = *std::exchange(open_[to], nullptr);
    Instance<Ledger>& instance = input_->instance();
    if (to == instance.worker().index()) {
      input_->enqueue(batch);
    } else {
      batch.dataflow = instance.index();
      batch.channel = channel_;
      batch.sender = instance.worker().index();
      instance.send(to, batch);
    }
  }

  InputPort<T, Item>* input_;
  BatchPool<T, Item>* pool_;
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
  SharingChannel(InputPort<T, Item>& input, std::uint32_t channel, Route route)
      : input_(&input),
        channel_(channel),
        self_(input.instance().worker().index()),
        to_self_(input),
        destination_(std::move(route), input.instance().worker().peers()) {
    Process& process = input.instance().worker().process();
    for (std::uint32_t t = 0; t != process.executor().threads(); ++t)
      batches_.push_back(&process.pool<Batches>(t, process));
  }

  void push(const T& time, std::vector<Item>& records) override {
    own_.clear();
    load_.drop_unfinished();  // both: what a route that threw has left
    input_->working_on(time, [&] {
      for (Item& record : records) {
        const std::uint32_t to = destination_.of(record);
        if (to == self_) {
          own_.push_back(std::move(record));
        } else {
          load_.records.push_back({std::move(record), to});
        }
      }
    });
    if (!own_.empty()) to_self_.push(time, own_);
    if (const std::size_t added = load_.finish(time); added != 0)
      input_->instance().pending().update({input_->location, Level<T>::to_ledger(time)},
                                          static_cast<std::int64_t>(added));
    if (load_.records.size() >= batch_capacity<Item>) flush();
  }

  void flush() override {
    if (!load_.records.empty() && !std::exchange(departs_, true)) input_->instance().send(*this);
  }

  void depart() override {
    Instance<Ledger>& instance = input_->instance();
    if (place_.left()) place_.at = batches_[instance.worker().process().executor().this_thread()];
    place_.at->take(instance.index(), channel_, load_, place_);
    departs_ = false;
  }

  void list_open(const OpenBuffers<Ledger>::List& list) const override {
    load_.for_each_stretch([&](const T& time, std::size_t records) {
      list(input_->location, Level<T>::to_ledger(time), static_cast<std::int64_t>(records));
    });
  }

 private:
  InputPort<T, Item>* input_;
  std::uint32_t channel_;
  std::uint32_t self_;
  PipelineChannel<T, Item> to_self_;
  std::vector<Item> own_;          // of a push, to this worker
  std::vector<Batches*> batches_;  // by thread
  typename Batches::Place place_;
  Load<T, Item> load_;
  bool departs_ = false;  // when this step has been reported
  Destination<Route> destination_;
};

}  // namespace tidemark
