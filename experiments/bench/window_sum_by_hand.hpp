// SPDX-License-Identifier: MIT
//
// Tumbling windows over event time, as one would write them for events that are nearly in order.
#pragma once

#include <tidemark/core/hash.hpp>
#include <tidemark/core/random.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include <array>
#include <cstdint>
#include <vector>

namespace tidemark::bench {

inline constexpr std::uint32_t window_keys = 1000;
inline constexpr std::uint64_t window_slices = 16;  // event time of a window
inline constexpr std::uint64_t slice_events = 1024;
inline constexpr std::uint64_t slices_ahead = 64;  // of what is complete, that a worker feeds

/// In slice s the watermark is s: an event whose window ends before it is late, and dropped.
struct Event {
  std::uint64_t time;
  std::uint32_t key;
  std::uint32_t value;
};

struct WindowSum {
  std::uint64_t window;
  std::uint32_t key;
  std::uint64_t sum;
};

using Sums = std::array<std::uint64_t, window_keys>;  // by key

/// The events that one worker feeds: most up to 3 slices ahead of the watermark, one in 256 up to 8
/// behind it.
class Events {
 public:
  explicit Events(std::uint32_t worker) : random_(worker) {}
  Event next(std::uint64_t slice) {
    const std::uint64_t r = random_.next();
    const std::uint64_t behind = (r & 255) == 0 ? (r >> 8) & 7 : 0;
    return {.time = slice + ((r >> 12) & 3) - (behind <= slice ? behind : 0),
            .key = static_cast<std::uint32_t>(((r >> 32) * window_keys) >> 32),
            .value = static_cast<std::uint32_t>((r >> 16) & 255) + 1};
  }

 private:
  Random random_;
};

/// The hash by which keys go to workers.
inline std::uint64_t route(std::uint32_t key) {
  return KeyHash{}(key);
}

/// What was sent. Adding each sum times a hash keeps apart what belongs to different windows and
/// keys.
struct Outcome {
  std::uint64_t late = 0;
  std::uint64_t mixed = 0;
  void add(const WindowSum& sum) {
    mixed += KeyHash{}(sum.window * window_keys + sum.key) * sum.sum;
  }
};

/// Checks what `workers` that fed `slices` each have sent; nanoseconds per event.
double per_event(double elapsed, std::uint32_t workers, std::uint64_t slices,
                 const std::vector<Padded<Outcome>>& outcomes);

// Each sums the events of so many slices in all. Throws WrongResult.
double sum_in_a_loop(std::uint64_t slices);
double sum_with_two_threads(std::uint64_t slices);

}  // namespace tidemark::bench
