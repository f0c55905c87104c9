// SPDX-License-Identifier: MIT
//
// The job of the keyed count: the keys that come, and what must have been counted.
#pragma once

#include <tidemark/core/hash.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/operators/keyed.hpp>

#include "bench.hpp"
#include <atomic>
#include <cstdint>

namespace tidemark::bench {

inline constexpr std::uint64_t keys = 1 << 16;
using Table = KeyTable<std::uint64_t, std::uint64_t>;

/// The keys that one worker feeds.
class Keys {
 public:
  explicit Keys(std::uint32_t worker) : random_(worker) {}
  std::uint64_t next() { return random_.next() % keys; }

 private:
  Random random_;
};

/// What all workers together have counted. Adding each key's count times its hash keeps apart what
/// was counted for different keys.
struct Total {
  std::atomic<std::uint64_t> items{0};
  std::atomic<std::uint64_t> mixed{0};
  void add(std::uint64_t key, std::uint64_t count) {
    items.fetch_add(count, std::memory_order_relaxed);
    mixed.fetch_add(KeyHash{}(key)*count, std::memory_order_relaxed);
  }
  void add(const Table& table) {
    for (const auto& [key, count] : table) add(key, count);
  }
};

inline double per_item(double elapsed, std::uint64_t items, std::uint32_t workers,
                       const Total& total) {
  std::uint64_t mixed = 0;
  for (std::uint32_t w = 0; w != workers; ++w) {
    Keys input(w);
    for (std::uint64_t i = 0; i != items / workers; ++i) mixed += KeyHash{}(input.next());
  }
  check(total.items == items, "the number of items counted");
  check(total.mixed == mixed, "the counts by key");
  return elapsed / static_cast<double>(items);
}

}  // namespace tidemark::bench
