// SPDX-License-Identifier: MIT
//
// Batches: records of one timestamp, the unit of transport and of what progress tracking counts.
#pragma once

#include <tidemark/core/handover/envelope.hpp>
#include <tidemark/core/handover/return_pool.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidemark {

/// Records per batch: 64 KiB of them, at least 16 and at most 1,024.
template <typename Item>
inline constexpr std::size_t batch_capacity =
    std::clamp<std::size_t>(65536 / sizeof(Item), 16, 1024);

template <Timestamp T, typename Item>
class BatchPool;

/// Records of one timestamp on their way to one input port of one worker. Made by a pool and given
/// back to it, so that in a steady state nothing is allocated.
template <Timestamp T, typename Item>
class Batch final : public Envelope {
 public:
  explicit Batch(BatchPool<T, Item>& owner) : owner_(&owner) {}

  void release() override { owner_->give_back(*this); }
  std::size_t bytes() const override { return 16 + sizeof(T) + records.size() * sizeof(Item); }
  bool describe(TraceEvent& event) const override {
    event.time = to_text(time);
    event.records = records.size();
    return true;
  }

  auto begin() { return records.begin(); }
  auto end() { return records.end(); }

  T time{};
  std::vector<Item> records;
  std::int64_t count = 1;  ///< in the ledger

 private:
  BatchPool<T, Item>* owner_;
};

/// Free batches of one type, of a worker or of what many workers fill (shared_batches.hpp).
///
/// Thread: `take` by the owner only; `give_back` by any.
template <Timestamp T, typename Item>
class BatchPool {
 public:
  Batch<T, Item>& take() {
    if (Envelope* const free = free_.take()) return static_cast<Batch<T, Item>&>(*free);
    return *new Batch<T, Item>(*this);
  }

  void give_back(Batch<T, Item>& batch) {
    batch.records.clear();
    free_.give_back(batch);
  }

 private:
  ReturnPool<Envelope> free_;
};

}  // namespace tidemark
