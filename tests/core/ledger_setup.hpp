// SPDX-License-Identifier: MIT
//
// A shared ledger without workers: three operators in a row and functions that play the workers.
#pragma once

#include <tidemark/core/ledger/frontier_reader.hpp>
#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/progress/ledger.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <utility>

namespace tidemark::tests {

// The locations of a -> b -> c.
inline constexpr LocationId a_out{0};
inline constexpr LocationId b_in{1};
inline constexpr LocationId b_out{2};
inline constexpr LocationId c_in{3};

template <Timestamp T>
std::shared_ptr<const Topology<T>> three_in_a_row() {
  TopologyBuilder<T> builder;
  const OperatorId a = builder.add_operator("a", 0, 1);
  const OperatorId b = builder.add_operator("b", 1, 1);
  const OperatorId c = builder.add_operator("c", 1, 0);
  builder.connect({a, 0}, {b, 0});
  builder.connect({b, 0}, {c, 0});
  return std::make_shared<Topology<T>>(std::move(builder).freeze());
}

template <Timestamp T>
ProgressBatch<T> progress_batch(
    std::initializer_list<std::pair<Pointstamp<T>, std::int64_t>> changes) {
  ProgressBatch<T> batch(changes);
  batch.compact();
  return batch;
}

/// An entry that the ledger deletes.
template <Timestamp T>
LedgerEntry<T>& entry_of(ProgressBatch<T> batch, std::uint32_t worker = 0) {
  return *new LedgerEntry<T>{.worker = worker, .batch = std::move(batch)};
}

/// What the steps of a worker do one after the other.
template <Timestamp T>
void combine_all(SharedLedger<T>& ledger) {
  while (ledger.combine_some()) {
  }
}

template <Timestamp T>
Antichain<T> frontier_of(const PublishedFrontier<T>& published) {
  FrontierReader<T> reader;
  reader.attach(published);
  reader.refresh();
  return reader.frontier();
}

}  // namespace tidemark::tests
