// SPDX-License-Identifier: MIT
//
// Publication: what a ledger tells its readers, who do not ask it.
#pragma once

#include <tidemark/core/ledger/published_frontier.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

namespace tidemark {

/// The frontiers of a dataflow as last published, where the last moves were, and whether all is
/// over. Thread: `publish` by the combiner, the rest by any.
template <Timestamp T>
class Publication {
 public:
  explicit Publication(std::uint32_t locations) : frontiers_(locations) {}

  /// Before anything is published: frontiers can be read again (PublishedFrontier::read_again).
  void keep_all() {
    for (PublishedFrontier<T>& frontier : frontiers_) frontier.keep_all();
  }

  const PublishedFrontier<T>& frontier(LocationId location) const {
    return frontiers_[location.value];
  }

  /// Counts the moves that were published; unchanged means that no published frontier has moved.
  std::uint64_t count() const { return count_.load(std::memory_order_seq_cst); }
  static constexpr std::uint64_t recent_moves = 64;
  /// Where the move was that made the count `number`; nullopt if so many came after it that it is
  /// forgotten.
  std::optional<LocationId> recent_move(std::uint64_t number) const {
    const std::uint64_t move = recent_[number % recent_moves].load(std::memory_order_acquire);
    if (move >> 32 != (number & 0xFFFF'FFFFu)) return std::nullopt;
    return LocationId{static_cast<std::uint32_t>(move)};
  }

  /// True once nothing is held, queued or in flight anywhere.
  bool complete() const { return complete_.load(std::memory_order_acquire); }

  /// Race "a reader sees a value from the middle of a propagation": called when the whole
  /// propagation is over, with all that it has moved. Who waits is looked up after it.
  template <typename FrontierOf>
  void publish(const std::vector<LocationId>& moved, bool complete, FrontierOf&& frontier_of) {
    std::uint64_t number = count_.load(std::memory_order_relaxed);
    for (const LocationId location : moved) {
      frontiers_[location.value].store(frontier_of(location));
      ++number;
      recent_[number % recent_moves].store(number << 32 | location.value,
                                           std::memory_order_release);
    }
    if (complete) complete_.store(true, std::memory_order_release);
    count_.store(number, std::memory_order_seq_cst);  // before the look at the waiters
  }

 private:
  std::vector<PublishedFrontier<T>> frontiers_;  // by location
  std::atomic<std::uint64_t> count_{1};
  std::array<std::atomic<std::uint64_t>, recent_moves> recent_{};  // its number, and the location
  std::atomic<bool> complete_{false};
};

}  // namespace tidemark
