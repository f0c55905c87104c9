// SPDX-License-Identifier: MIT
//
// Waiter sets: which workers want to be woken when a location's frontier moves.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidemark {

/// One bit per (location, worker). Thread: any.
///
/// Race "publish, then look for waiters / register, then look at the frontier": the ledger counts
/// the publication and then reads these bits; a worker sets its bit and then reads the count. All
/// four are sequentially consistent, so that at least one side sees the other.
class WaiterSet {
 public:
  WaiterSet(std::uint32_t locations, std::uint32_t workers)
      : words_((workers + 63) / 64),
        bits_(std::size_t{locations} * words_) {}

  /// From here on `worker` is woken when the frontier at `location` moves. The caller looks at
  /// Publication::count afterwards.
  void arm(std::uint32_t location, std::uint32_t worker) {
    word(location, worker).fetch_or(bit(worker), std::memory_order_seq_cst);
  }
  void disarm(std::uint32_t location, std::uint32_t worker) {
    word(location, worker).fetch_and(~bit(worker), std::memory_order_relaxed);
  }

  /// Calls `wake(worker)` for each worker that waits at `location`. The caller has counted the
  /// publication before.
  template <typename Wake>
  void for_each(std::uint32_t location, Wake&& wake) const {
    for (std::uint32_t w = 0; w != words_; ++w) {
      std::uint64_t bits = bits_[location * words_ + w].load(std::memory_order_seq_cst);
      for (; bits != 0; bits &= bits - 1)
        wake(w * 64 + static_cast<std::uint32_t>(std::countr_zero(bits)));
    }
  }

 private:
  static std::uint64_t bit(std::uint32_t worker) { return std::uint64_t{1} << (worker % 64); }
  std::atomic<std::uint64_t>& word(std::uint32_t location, std::uint32_t worker) {
    return bits_[location * words_ + worker / 64];
  }

  std::uint32_t words_;
  std::vector<std::atomic<std::uint64_t>> bits_;
};

}  // namespace tidemark
