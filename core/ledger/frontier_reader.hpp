// SPDX-License-Identifier: MIT
//
// Frontier readers: what a worker has seen of the frontiers that a ledger publishes.
#pragma once

#include <tidemark/core/ledger/published_frontier.hpp>
#include <tidemark/progress/location.hpp>

#include <cstdint>
#include <type_traits>

namespace tidemark {

/// One reader's copy of a published frontier. Thread: the reader's worker.
template <Timestamp T>
class FrontierReader {
 public:
  /// Follows `published` from now on. Its frontier counts as moved until the next look.
  void attach(const PublishedFrontier<T>& published) { published_ = &published; }

  /// Looks again; true if the frontier has moved.
  bool refresh() { return published_ != nullptr && published_->read(frontier_, seen_); }

  const Antichain<T>& frontier() const { return frontier_; }

 private:
  const PublishedFrontier<T>* published_ = nullptr;
  std::uint64_t seen_ = 0;
  Antichain<T> frontier_{T::minimum()};
};

/// A location whose frontier an operator follows.
template <Timestamp T>
struct FrontierWatch {
  LocationId location;
  FrontierReader<T> reader;
};

/// A frontier of the ledger as it is seen at a location of timestamps `T`; `copy` is kept for its
/// memory only.
template <Timestamp T>
const Antichain<T>& seen_from(const Antichain<typename Level<T>::Ledger>& frontier,
                              Antichain<T>& copy) {
  if constexpr (std::is_same_v<T, typename Level<T>::Ledger>) {
    return frontier;
  } else {
    copy.clear();
    for (const auto& time : frontier) copy.insert(Level<T>::from_ledger(time));
    return copy;
  }
}

}  // namespace tidemark
