// SPDX-License-Identifier: MIT
//
// Tumbling windows over event time, as one would write them for events that are nearly in order.
#pragma once

#include <tidemark/core/hash.hpp>
#include <tidemark/core/random.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidemark::bench {

inline constexpr std::uint32_t window_keys = 1000;
inline constexpr std::uint64_t window_slices = 16;  // event time of a window
inline constexpr std::uint64_t slices_ahead = 64;   // of what is complete, that a worker feeds

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

/// Keys go to workers by their low bits; each numbers its own from 0. `workers` is a power of two.
struct Share {
  explicit Share(std::uint32_t workers) : shift(std::countr_zero(workers)) {}
  std::size_t keys() const { return (window_keys >> shift) + 1; }
  std::size_t index(std::uint32_t key) const { return key >> shift; }
  std::uint32_t key(std::size_t index, std::uint32_t worker) const {
    return (static_cast<std::uint32_t>(index) << shift) + worker;
  }
  int shift;
};
using Sums = std::vector<std::uint64_t>;  // by number of the key

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

/// What was sent. Adding each sum times a hash keeps apart what belongs to different windows and
/// keys.
struct Outcome {
  std::uint64_t late = 0;
  std::uint64_t mixed = 0;
  void add(const WindowSum& sum) {
    mixed += KeyHash{}(sum.window * window_keys + sum.key) * sum.sum;
  }
};

/// What one worker is fed: so many events in each slice.
struct Feed {
  std::uint64_t slices;
  std::uint64_t slice_events;
};

/// Checks what workers that were fed have sent; nanoseconds per event.
double per_event(double elapsed, Feed feed, const std::vector<Padded<Outcome>>& outcomes);

// Each sums the events that one, or two, are fed. Throws WrongResult.
double sum_in_a_loop(Feed feed);
double sum_with_two_threads(Feed feed);

}  // namespace tidemark::bench
