// SPDX-License-Identifier: MIT
//
// Random numbers that are the same on every machine and with every standard library.
#pragma once

#include <cstdint>

namespace tidemark {

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): 64 bits of state, every seed is a good one.
class Random {
 public:
  /// Equal seeds give equal numbers.
  explicit constexpr Random(std::uint64_t seed) : state_(seed) {}

  /// Any 64 bits, all equally likely.
  constexpr std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  /// A number below `bound`, which must not be 0. The bias is less than bound / 2^64.
  constexpr std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

}  // namespace tidemark
