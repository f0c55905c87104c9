// SPDX-License-Identifier: MIT
//
// The job of the chain: what each node does to an item, and what must come out.
#pragma once

#include "bench.hpp"
#include <cstdint>

namespace tidemark::bench {

inline constexpr int chain_nodes = 16;
inline constexpr std::uint64_t chain_items = 1024;

inline constexpr auto work = [](std::uint64_t x) { return 3 * x + 1; };

inline std::uint64_t expected_sum(std::uint64_t items) {
  std::uint64_t sum = 0;
  for (std::uint64_t item = 0; item != items; ++item) {
    std::uint64_t x = item;
    for (int node = 0; node != chain_nodes; ++node) x = work(x);
    sum += x;
  }
  return sum;
}

/// `sum` is that of all items, `warm_up` more than those that took the time.
inline double per_item_and_node(double elapsed, std::uint64_t items, std::uint64_t sum,
                                std::uint64_t warm_up = 0) {
  check(sum == expected_sum(warm_up + items), "the sum over all items");
  return elapsed / static_cast<double>(items * chain_nodes);
}

}  // namespace tidemark::bench
