// SPDX-License-Identifier: MIT
//
// Readers: the locations whose frontiers a ledger keeps up to date for somebody.
#pragma once

#include <tidemark/core/ledger/waiter_set.hpp>
#include <tidemark/progress/location.hpp>

#include <atomic>
#include <cstdint>
#include <vector>

namespace tidemark {

/// A location is *requested* as soon as somebody wants to read it, *read* when the combiner has
/// come to know that, and given up again when nobody has waited there for some moves of its
/// frontier, so that idle operators cost nothing. Thread: the combiner's, unless noted.
class Readers {
 public:
  Readers(std::uint32_t locations, std::uint32_t workers)
      : requested_(locations),
        read_(locations),
        unawaited_moves_(locations),
        waiters_(locations, workers) {}

  /// Who waits where. Thread: any.
  WaiterSet& waiters() { return waiters_; }

  /// True if the combiner does not know of a reader yet, and is to be told. Requires: the caller
  /// has armed itself at the location before. Thread: any.
  bool request(LocationId location) { return !requested_[location.value].exchange(true); }

  void begin(LocationId location) { read_[location.value] = true; }
  /// As it was given up in the run that is replayed.
  void end(LocationId location) { read_[location.value] = false; }
  bool reads(LocationId location) const { return read_[location.value]; }

  /// Calls `wake(worker)` for each that waits at a location whose frontier has moved, which has
  /// been published. True if the location is given up now.
  template <typename Wake>
  bool wake_or_give_up(LocationId location, Wake&& wake) {
    bool awaited = false;
    waiters_.for_each(location.value, [&](std::uint32_t worker) {
      awaited = true;
      wake(worker);
    });
    std::uint8_t& moves = unawaited_moves_[location.value];
    if (awaited) moves = 0;
    if (awaited || ++moves != max_unawaited_moves) return false;
    moves = 0;
    return give_up(location);
  }

 private:
  static constexpr std::uint8_t max_unawaited_moves = 8;

  /// A reader arms itself and then looks at `requested_`; here the order is the other way round, so
  /// that one of the two sees the other.
  bool give_up(LocationId location) {
    requested_[location.value].store(false, std::memory_order_seq_cst);
    bool awaited = false;
    waiters_.for_each(location.value, [&](std::uint32_t) { awaited = true; });
    if (awaited) requested_[location.value].store(true, std::memory_order_seq_cst);
    read_[location.value] = awaited;
    return !awaited;
  }

  std::vector<std::atomic<bool>> requested_;
  std::vector<bool> read_;
  std::vector<std::uint8_t> unawaited_moves_;  // one after the other
  WaiterSet waiters_;
};

}  // namespace tidemark
