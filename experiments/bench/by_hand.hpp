// SPDX-License-Identifier: MIT
//
// What the hand-written programs are made of: threads that spin, and rings between two of them.
#pragma once

#include "bench.hpp"
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tidemark::bench {

/// Tells the core that this thread spins.
inline void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Each in a cache line of its own.
template <typename Value>
struct alignas(64) Padded {
  Value value{};
};

/// Waits for another thread: spins for longer than a hand-over takes, then gives its core away, so
/// that a thread which has lost its own core to somebody else gets this one. At once if there are
/// not enough cores.
class Patience {
 public:
  explicit Patience(std::uint32_t threads)
      : spins_(threads <= std::thread::hardware_concurrency() ? 256 : 0) {}

  template <typename Condition>
  void until(Condition&& holds) const {
    for (int i = 0; !holds(); ++i)
      if (i < spins_) {
        pause();
      } else {
        std::this_thread::yield();
      }
  }

 private:
  int spins_;
};

/// Runs `body(index)` in that many threads and returns the sum of what they return.
template <typename Body>
double run_threads(std::uint32_t threads, Body body) {
  std::atomic<double> sum{0};
  {
    std::vector<std::jthread> all;
    for (std::uint32_t t = 0; t != threads; ++t) all.emplace_back([&, t] { sum += body(t); });
  }
  return sum;
}

/// The rounds of a barrier that each worker or thread has entered.
using Rounds = std::vector<Padded<std::atomic<std::uint64_t>>>;

/// A barrier of threads with a flag each; nanoseconds per round. Throws WrongResult.
inline double flags(std::uint32_t threads, std::uint64_t rounds) {
  Rounds entered(threads);
  const Patience patience(threads);
  const double elapsed = run_threads(threads, [&](std::uint32_t self) {
    const Stopwatch watch;
    for (std::uint64_t round = 1; round <= rounds; ++round) {
      entered[self].value.store(round, std::memory_order_release);
      for (const auto& other : entered)
        patience.until([&] { return other.value.load(std::memory_order_acquire) >= round; });
    }
    return self == 0 ? watch.ns() : 0;
  });
  for (const auto& each : entered) check(each.value == rounds, "not at the last round");
  return elapsed / static_cast<double>(rounds);
}

/// Blocks of records from one thread to another, filled and read where they are.
template <typename Record>
class RingOf {
 public:
  struct Block {
    std::size_t size = 0;
    bool last = false;  // of its round
    std::array<Record, 1024> records;
  };

  /// The block to fill next, or null while the ring is full. Producer.
  Block* to_fill() {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == blocks_.size()) return nullptr;
    return &blocks_[tail % blocks_.size()];
  }
  /// Hands it over. Producer.
  void push() { tail_.store(tail_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

  /// The block to read next, or null while there is none. Consumer.
  Block* to_read() {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return nullptr;
    return &blocks_[head % blocks_.size()];
  }
  /// Gives it back, empty. Consumer.
  void pop() {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    blocks_[head % blocks_.size()].size = 0;
    head_.store(head + 1, std::memory_order_release);
  }

 private:
  std::array<Block, 16> blocks_;
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  alignas(64) std::atomic<std::uint64_t> head_{0};
};
using Ring = RingOf<std::uint64_t>;

}  // namespace tidemark::bench
