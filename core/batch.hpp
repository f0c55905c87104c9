// SPDX-License-Identifier: MIT
//
// Batches: records of one timestamp, the unit of transport and of what progress tracking counts.
#pragma once

#include <tidemark/core/handover/envelope.hpp>
#include <tidemark/core/handover/return_pool.hpp>
#include <tidemark/core/record_type.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidemark {

/// @cond engine

template <Timestamp T>
class BatchPool;

/// Records of one timestamp on their way to one input port of one worker, whatever they are.
/// Made by a pool and given back to it, so that in a steady state nothing is allocated.
template <Timestamp T>
class AnyBatch final : public Envelope {
 public:
  AnyBatch(BatchPool<T>& owner, const RecordType& type) : records(type), owner_(&owner) {}

  void release() override;
  std::size_t bytes() const override;
  std::vector<Content> contents(std::uint64_t as_text) const override;
  bool is_shared() const override { return !parts.empty(); }
  Envelope& another() override;
  void take(Envelope& from, std::uint64_t begin, std::uint64_t end) override;

  T time{};
  RecordStore records;
  std::int64_t count = 1;  ///< in the ledger

  struct Part {
    std::uint32_t sender = 0;
    std::uint64_t records = 0;
  };
  /// Of a shared batch, which several have filled, while somebody watches; empty otherwise.
  std::vector<Part> parts;

 private:
  BatchPool<T>* owner_;
};

/// Free batches of one record type, of a worker or of what many workers fill (shared_batches.hpp).
///
/// Gives memory back after a burst: if it has not run dry for as many batches as there are, it
/// deletes one for each that is taken, but for a few. Who needs that many now and then has run it
/// dry meanwhile.
///
/// Thread: the owner's; `give_back` any.
template <Timestamp T>
class BatchPool {
 public:
  explicit BatchPool(const RecordType& type) : type_(&type) {}

  const RecordType& type() const { return *type_; }

  AnyBatch<T>& take();
  void give_back(AnyBatch<T>& batch);

  /// Deletes what is free, but for a few: one of those who use it has ended.
  void trim();

 private:
  static constexpr std::uint32_t period = 64;      // batches from one look at it to the next
  static constexpr std::uint64_t few = period;     // are always kept
  static constexpr std::uint64_t patience = 1024;  // batches more than there are

  void look();

  const RecordType* type_;
  std::uint32_t until_look_ = period;
  std::uint64_t made_ = 0;       // and not deleted
  std::uint64_t since_dry_ = 0;  // batches taken
  ReturnPool<Envelope> free_;
};

/// @endcond

/// A batch as an operator's logic has it in hand: a view, valid while it is in hand. Its identity
/// is the right to send, so it is not copied.
template <Timestamp T, typename Item>
class Batch {
 public:
  /// A view of a batch from the queue: made by InputPort::for_each only.
  explicit Batch(AnyBatch<T>& batch)
      : time(batch.time),
        records(records_as<Item>(batch.records.get())) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  ///@{
  /// Its records, one by one, to be changed or moved from.
  auto begin() const { return records.begin(); }
  auto end() const { return records.end(); }
  ///@}

  const T& time;               ///< of all its records
  std::vector<Item>& records;  ///< to be moved from at will
};

}  // namespace tidemark
