// SPDX-License-Identifier: MIT
//
// Pipeline channels: from the end of a fused segment into a queue at the same worker.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/records/consumer.hpp>
#include <tidemark/core/records/input_queue.hpp>

namespace tidemark {

/// Hands a batch over by swapping its vector for an empty one.
template <Timestamp T>
class PipelineChannel final : public Consumer<T> {
 public:
  PipelineChannel(InputQueue<T>& input, BatchPool<T>& pool) : input_(&input), pool_(&pool) {}

  void push(const T& time, AnyRecords& records) override {
    AnyBatch<T>& batch = pool_->take();
    batch.time = time;
    pool_->type().swap(batch.records.get(), records);
    input_->count(time, +1);
    input_->enqueue(batch);
  }

 private:
  InputQueue<T>* input_;
  BatchPool<T>* pool_;
};

}  // namespace tidemark
