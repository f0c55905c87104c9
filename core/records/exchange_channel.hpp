// SPDX-License-Identifier: MIT
//
// Exchange channels: from the end of a fused segment to the workers that a pact names.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/pact.hpp>
#include <tidemark/core/records/consumer.hpp>
#include <tidemark/core/records/input_queue.hpp>
#include <tidemark/core/records/open_buffers.hpp>
#include <tidemark/core/records/step_state.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tidemark {

/// One batch per destination may stay open for more records of its timestamp. It is counted from
/// its first record on, while its sender still holds the right to send at its timestamp; as much is
/// taken back when its receiver has finished with it. It leaves when it is full, when a record of
/// another timestamp comes, or when Instance::step flushes. (With a single worker stands a
/// PipelineChannel instead.)
template <Timestamp T>
class ExchangeChannel final : public Consumer<T>, public OpenBuffers<typename Level<T>::Ledger> {
  using Ledger = typename Level<T>::Ledger;

 public:
  ExchangeChannel(InputQueue<T>& input, BatchPool<T>& pool, StepState<Ledger>& state,
                  std::uint32_t channel, std::unique_ptr<Router> router)
      : input_(&input),
        pool_(&pool),
        state_(&state),
        channel_(channel),
        router_(std::move(router)),
        full_(state.full_batch(pool.type())),
        open_(state.peers),
        at_time_(state.peers),
        listed_(state.peers) {}

  ~ExchangeChannel() override {
    for (AnyBatch<T>* batch : open_)
      if (batch != nullptr) batch->release();
  }

  void push(const T& time, AnyRecords& records) override {
    input_->working_on(time, [&] {
      router_->route(records, state_->peers, to_);
      begin(time);
      const RecordType& type = pool_->type();
      for (std::size_t next = 0; next != to_.size();) {
        if (at_time_[to_[next]] == nullptr) open(to_[next], time);
        next = type.scatter(records, next, to_.size(), to_.data(), at_time_.data(), full_);
        const std::uint32_t last = to_[next - 1];
        if (type.size(*at_time_[last]) >= full_) send(last);
      }
    });
  }

  void flush() override {
    for (const std::uint32_t to : opened_) {
      listed_[to] = false;
      if (open_[to] != nullptr) send(to);
    }
    opened_.clear();
  }

  void list_open(const OpenBuffers<Ledger>::List& list) const override {
    for (const AnyBatch<T>* batch : open_)
      if (batch != nullptr) list(input_->location, Level<T>::to_ledger(batch->time), batch->count);
  }

 private:
  /// From here on records are at `time`: batches of others are open, but not to them.
  void begin(const T& time) {
    if (time == time_) return;
    time_ = time;
    for (const std::uint32_t to : opened_) at_time_[to] = nullptr;
  }

  void open(std::uint32_t to, const T& time) {
    if (open_[to] != nullptr && open_[to]->time == time) {
      at_time_[to] = &open_[to]->records.get();
      return;
    }
    if (open_[to] != nullptr) send(to);
    AnyBatch<T>& batch = pool_->take();
    batch.time = time;
    open_[to] = &batch;
    at_time_[to] = &batch.records.get();
    if (!listed_[to]) opened_.push_back(to);
    listed_[to] = true;
    input_->count(time, +1);
  }

  void send(std::uint32_t to) {
    AnyBatch<T>& batch = *std::exchange(open_[to], nullptr);
    at_time_[to] = nullptr;
    if (to == state_->worker) {
      input_->enqueue(batch);
    } else {
      batch.dataflow = state_->dataflow;
      batch.channel = channel_;
      batch.sender = state_->worker;
      state_->outbox.send(to, batch);
    }
  }

  InputQueue<T>* input_;
  BatchPool<T>* pool_;
  StepState<Ledger>* state_;
  std::uint32_t channel_;
  std::unique_ptr<Router> router_;
  std::size_t full_;  // records
  T time_{};
  std::vector<std::uint32_t> to_;      // of the records of a push
  std::vector<AnyBatch<T>*> open_;     // by destination; null if none
  std::vector<AnyRecords*> at_time_;   // those of them that are at `time_`
  std::vector<std::uint32_t> opened_;  // destinations that may have an open batch
  std::vector<bool> listed_;           // there
};

}  // namespace tidemark
