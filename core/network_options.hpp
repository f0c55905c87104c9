// SPDX-License-Identifier: MIT
//
// Network options: what the links between virtual processes are like.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace tidemark {

/// Times in which nothing is delivered; what arrives in one is delivered at its end. Both lengths
/// are drawn uniformly between nothing and twice their mean.
struct Stalls {
  std::chrono::nanoseconds every{0};   ///< mean time between two; 0: there are none
  std::chrono::nanoseconds length{0};  ///< mean
  friend bool operator==(const Stalls&, const Stalls&) = default;
};

/// The link from one process to another.
struct LinkOptions {
  std::chrono::nanoseconds latency{0};  ///< from when all of a message is sent until it is there
  std::chrono::nanoseconds jitter{0};   ///< up to as much is added to the latency, uniformly
  std::uint64_t bandwidth = 0;          ///< bytes per second; 0: without limit
  Stalls stalls{};                      ///< of the link, on which nothing arrives then
  friend bool operator==(const LinkOptions&, const LinkOptions&) = default;
};

/// What the virtual network is like. All that is random is drawn from the run's seed.
struct NetworkOptions {
  LinkOptions link{};  ///< each of those between two processes, in either direction
  /// The link between two processes, if they are not all like `link`.
  std::function<LinkOptions(std::uint32_t from, std::uint32_t to)> link_between{};
  Stalls process_stalls{};  ///< of a process, to which nothing is delivered then

  // Of progress batches, each with this probability. Safety needs links that are first in, first
  // out, and lose and repeat nothing; these are for experiments that break it. A run that is broken
  // may give wrong results, or be stuck.
  double reorder = 0;    ///< one may be overtaken by later ones and overtake earlier ones
  double drop = 0;       ///< one is lost
  double duplicate = 0;  ///< one comes twice

  /// Whether links are first in, first out, and lose and repeat nothing.
  bool keeps_safety() const { return reorder <= 0 && drop <= 0 && duplicate <= 0; }
};

}  // namespace tidemark
