// SPDX-License-Identifier: MIT
//
// Rounds of an all-to-all exchange between threads, as one would write it by hand.
#pragma once

#include "by_hand.hpp"
#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace tidemark::bench {

/// In each round every thread fills a vector for every thread; then all meet, and each reads what
/// it got. Filling and reading need no locks: the vectors of two rounds take turns.
template <typename Record>
class Meeting {
 public:
  explicit Meeting(std::uint32_t threads) : patience_(threads), threads_(threads) {}

  /// What `self` sends to `other` in this round.
  std::vector<Record>& to(std::uint32_t self, std::uint32_t other) {
    Thread& thread = threads_[self].value;
    return thread.sent[thread.round.load(std::memory_order_relaxed) % 2][other];
  }

  /// Ends the round of `self` and waits for the others. How many records all have sent in it.
  std::uint64_t meet(std::uint32_t self) {
    Thread& thread = threads_[self].value;
    const std::uint64_t round = thread.round.load(std::memory_order_relaxed);
    std::uint64_t& count = thread.counts[round % 2];
    count = 0;
    for (const auto& sent : thread.sent[round % 2]) count += sent.size();
    thread.round.store(round + 1, std::memory_order_release);
    std::uint64_t all = 0;
    for (auto& [other] : threads_) {
      patience_.until([&] { return other.round.load(std::memory_order_acquire) > round; });
      all += other.counts[round % 2];
    }
    for (auto& read : thread.sent[(round + 1) % 2]) read.clear();  // by all who have met
    return all;
  }

  /// What `other` has sent to `self` in the round that has ended; to be read before the next ends.
  const std::vector<Record>& from(std::uint32_t other, std::uint32_t self) {
    const std::uint64_t round = threads_[self].value.round.load(std::memory_order_relaxed);
    return threads_[other].value.sent[(round + 1) % 2][self];
  }

 private:
  struct Thread {
    std::atomic<std::uint64_t> round{0};
    std::array<std::uint64_t, 2> counts{};                   // by parity of the round
    std::array<std::array<std::vector<Record>, 2>, 2> sent;  // and by receiver
  };

  Patience patience_;
  std::vector<Padded<Thread>> threads_;
};

}  // namespace tidemark::bench
