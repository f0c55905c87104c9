// SPDX-License-Identifier: MIT
//
// Sharing channels: exchange channels where there are many more workers than threads.
#pragma once

#include <tidemark/core/executor.hpp>
#include <tidemark/core/pact.hpp>
#include <tidemark/core/record_type.hpp>
#include <tidemark/core/records/consumer.hpp>
#include <tidemark/core/records/input_queue.hpp>
#include <tidemark/core/records/load.hpp>
#include <tidemark/core/records/open_buffers.hpp>
#include <tidemark/core/records/outbox.hpp>
#include <tidemark/core/records/shared_batches.hpp>
#include <tidemark/core/records/step_state.hpp>
#include <tidemark/core/traced_time.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace tidemark {

/// What is sent in a step goes into the batches that the workers on a thread fill together
/// (shared_batches.hpp), and each record of it counts by itself.
template <Timestamp T>
class SharingChannel final : public Consumer<T>,
                             public OpenBuffers<typename Level<T>::Ledger>,
                             public Departure {
  using Ledger = typename Level<T>::Ledger;
  using Batches = SharedBatches<T>;

 public:
  /// `batches` are those of each thread of `executor`.
  SharingChannel(InputQueue<T>& input, const RecordType& type, StepState<Ledger>& state,
                 std::uint32_t channel, std::unique_ptr<Router> router, Executor& executor,
                 std::vector<Batches*> batches)
      : input_(&input),
        state_(&state),
        channel_(channel),
        router_(std::move(router)),
        executor_(&executor),
        batches_(std::move(batches)),
        full_(state.full_batch(type)),
        load_(type) {}

  void push(const T& time, AnyRecords& records) override {
    input_->working_on(time, [&] { router_->route(records, state_->peers, to_); });
    load_.add(time, records, to_);
    input_->count(time, static_cast<std::int64_t>(to_.size()));
    if (load_.to.size() >= full_) flush();
  }

  void flush() override {
    if (!load_.empty() && !std::exchange(departs_, true)) state_->outbox.send(*this);
  }

  void depart() override {
    if (place_.left()) place_.at = batches_[executor_->this_thread()];
    place_.at->take(state_->dataflow, channel_, load_, place_,
                    state_->watched || state_->outside != nullptr ? &state_->worker : nullptr);
    departs_ = false;
  }

  std::vector<Content> contents(std::uint64_t as_text) const override {
    std::vector<Content> all;
    std::size_t next = 0;
    for (const auto& [time, end] : load_.stretches) {
      std::map<std::uint32_t, Content> by_receiver;
      for (; next != end; ++next) {
        Content& content = by_receiver[load_.to[next]];
        if (++content.records <= as_text) content.first.push_back(load_.records.as_text(next));
      }
      for (auto& [to, content] : by_receiver) {
        content.channel = channel_;
        content.to = to;
        content.time = traced_time(time);
        content.bytes = 16 + sizeof(T) + content.records * load_.records.type().record_bytes;
        all.push_back(std::move(content));
      }
    }
    return all;
  }

  void list_open(const OpenBuffers<Ledger>::List& list) const override {
    load_.for_each_stretch([&](const T& time, std::size_t records) {
      list(input_->location, Level<T>::to_ledger(time), static_cast<std::int64_t>(records));
    });
  }

 private:
  InputQueue<T>* input_;
  StepState<Ledger>* state_;
  std::uint32_t channel_;
  std::unique_ptr<Router> router_;
  Executor* executor_;
  std::vector<Batches*> batches_;  // by thread
  std::size_t full_;               // records
  typename Batches::Place place_;
  Load<T> load_;
  bool departs_ = false;           // when this step has been reported
  std::vector<std::uint32_t> to_;  // of the records of a push
};

}  // namespace tidemark
