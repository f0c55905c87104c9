// SPDX-License-Identifier: MIT
//
// Step state: what a worker's steps in one dataflow gather, and all that ports and channels see of
// its shard.
#pragma once

#include <tidemark/core/handover/due_bits.hpp>
#include <tidemark/core/in_hand.hpp>
#include <tidemark/core/record_type.hpp>
#include <tidemark/core/records/outbox.hpp>
#include <tidemark/core/records/rests.hpp>
#include <tidemark/progress/index_set.hpp>
#include <tidemark/progress/ledger.hpp>

#include <cstddef>
#include <cstdint>

namespace tidemark {

class Outside;

/// `T` is the ledger's timestamp. Thread: its worker.
template <Timestamp T>
struct StepState {
  std::uint32_t worker = 0;
  std::uint32_t peers = 1;        ///< workers of the run
  std::uint32_t dataflow = 0;     ///< its number at every worker
  std::size_t batch_records = 0;  ///< Tuning::batch_records
  DueMark due{};                  ///< set by all that leaves a step something to do
  ProgressBatch<T> pending{};     ///< the changes of count that this step will report
  Outbox outbox{};                ///< leaves after that
  IndexSet active{};              ///< operators that are to run
  Rests rests{};
  bool watched = false;             ///< somebody wants to know who has sent what
  Outside* outside = nullptr;       ///< where what the worker learns is written down or given again
  const InHand* in_hand = nullptr;  ///< the innermost batch of the operator that runs

  /// At how many records of that type a batch is full.
  std::size_t full_batch(const RecordType& type) const {
    return batch_records != 0 ? batch_records : type.batch_capacity;
  }
};

}  // namespace tidemark
