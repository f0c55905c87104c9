// SPDX-License-Identifier: MIT
//
// Holdings: what a worker holds of a dataflow, for those who ask why it waits.
#pragma once

#include <tidemark/core/observe/inquiry.hpp>
#include <tidemark/core/records/input_queue.hpp>
#include <tidemark/core/records/open_buffers.hpp>
#include <tidemark/core/shard/operator_shard.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace tidemark {

/// The capabilities of a shard, and the batches that wait at its inputs or are open.
template <Timestamp T>
std::vector<Holding<T>> holdings_of(const std::vector<OperatorShard<T>>& operators,
                                    const std::vector<std::unique_ptr<InputQueueBase<T>>>& inputs,
                                    const std::vector<OpenBuffers<T>*>& open_buffers) {
  using Kind = Explanation::Holder::Kind;
  std::vector<Holding<T>> all;
  for (const OperatorShard<T>& shard : operators)
    for (const auto& book : shard.outputs)
      for (const HeldCapability<T>& capability : book->held)
        all.push_back({{book->location, capability.time}, Kind::capability});
  for (const auto& input : inputs)
    input->list_queued([&](const T& time, std::int64_t count) {
      all.push_back({{input->location, time}, Kind::queued_batch, count});
    });
  for (const OpenBuffers<T>* buffers : open_buffers)
    buffers->list_open([&](LocationId target, const T& time, std::int64_t count) {
      all.push_back({{target, time}, Kind::open_batch, count});
    });
  return all;
}

}  // namespace tidemark
