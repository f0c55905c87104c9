// SPDX-License-Identifier: MIT
//
// Channels: the way from the end of a fused segment into the queue of an input port.
//
// Counts are of batches per destination: +1 when a batch is opened, while its sender still holds
// the right to send at its timestamp, and -1 when its receiver has finished with it.
#pragma once

#include <tidemark/core/consumer.hpp>
#include <tidemark/core/instance.hpp>
#include <tidemark/core/ports.hpp>

#include <cstdint>
#include <functional>
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

/// Sends each record to the worker that `route(record)` names, modulo their number.
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
        peers_(input.instance().worker().peers()),
        open_(peers_),
        route_(std::move(route)) {}

  ~ExchangeChannel() override {
    for (Batch<T, Item>* batch : open_)
      if (batch != nullptr) batch->release();
  }

  void push(const T& time, std::vector<Item>& records) override {
    if (peers_ == 1 && (open_[0] == nullptr || open_[0]->time != time))
      return open_whole(time, records);
    input_->working_on(time, [&] { route(time, records); });
  }

  void flush() override {
    for (const std::uint32_t to : opened_)
      if (open_[to] != nullptr) send(to);
    opened_.clear();
  }

  void list_open(const std::function<void(LocationId, const Ledger&)>& list) const override {
    for (const Batch<T, Item>* batch : open_)
      if (batch != nullptr) list(input_->location, Level<T>::to_ledger(batch->time));
  }

 private:
  void route(const T& time, std::vector<Item>& records) {
    const bool power_of_two = (peers_ & (peers_ - 1)) == 0;
    for (Item& record : records) {
      const std::uint64_t hash = route_(std::as_const(record));
      const auto to =
          static_cast<std::uint32_t>(power_of_two ? hash & (peers_ - 1) : hash % peers_);
      Batch<T, Item>* batch = open_[to];
      if (batch == nullptr || batch->time != time) batch = &open(to, time);
      batch->records.push_back(std::move(record));
      if (batch->records.size() >= batch_capacity<Item>) send(to);
    }
  }

  /// With one worker there is nothing to route.
  void open_whole(const T& time, std::vector<Item>& records) {
    Batch<T, Item>& batch = open(0, time);
    batch.records.swap(records);
    if (batch.records.size() >= batch_capacity<Item>) send(0);
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
  std::uint32_t peers_;
  std::vector<Batch<T, Item>*> open_;  // by destination; null if none
  std::vector<std::uint32_t> opened_;  // destinations that may have an open batch
  Route route_;
};

}  // namespace tidemark
