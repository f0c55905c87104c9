// SPDX-License-Identifier: MIT
//
// What can be asked of a window step besides its work: whose rules, which order, what to count.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace tidemark {

/// When a value is late, when a window closes, and where a session ends.
///
/// | | v0_21 | v0_17 |
/// |---|---|---|
/// | late | time < watermark | of a grid: for the windows that are over; else time < watermark |
/// | a grid's window is over | close <= watermark | close < watermark |
/// | a session goes on | until the gap, inclusive | until the gap, exclusive |
/// | a session is over | last + gap < watermark | last + gap <= watermark |
/// | order of folding | timestamps, unless `ordered` is false | arrival |
enum class WindowRules { v0_21, v0_17 };

/// What window steps have done, over all workers and steps that are told to count here. Complete
/// when the run has ended. Thread: any.
struct WindowCounts {
  std::atomic<std::uint64_t> values{0};    ///< that came
  std::atomic<std::uint64_t> late{0};      ///< of them, too late, for one of their windows at least
  std::atomic<std::uint64_t> outside{0};   ///< of them, in no window: in a gap
  std::atomic<std::uint64_t> windows{0};   ///< that closed
  std::atomic<std::uint64_t> folds{0};     ///< of a value into an accumulator
  std::atomic<std::uint64_t> combines{0};  ///< of two accumulators, or one taken from another
  std::atomic<std::uint64_t> wakes{0};     ///< of keys, because time has passed
};

/// Options of a window step; use designated initialisers.
struct WindowOptions {
  WindowRules rules = WindowRules::v0_21;  ///< of which version of Bytewax
  /// Whether a key's values are folded in the order of their timestamps, each when the watermark
  /// has come to it, or as they arrive. Without effect where the order cannot be seen, and under
  /// the rules of 0.17, which know arrival only.
  bool ordered = true;
  /// Whether a key without open windows is remembered, how far its watermark has come and which ids
  /// its windows had: then what is late stays late, and no id is used twice, at the cost of memory
  /// for each key ever seen. Unless it is said, sessions and counts are, and others are not; by a
  /// SourceClock, which has one watermark for all keys, none is, and ids begin anew.
  std::optional<bool> remember{};
  WindowCounts* counts = nullptr;  ///< outlives the run
};

namespace detail {

/// The counts of one worker's step, added up between two activations.
struct WindowTally {
  std::uint64_t values = 0, late = 0, outside = 0, windows = 0, folds = 0, combines = 0, wakes = 0;

  void flush_into(WindowCounts* counts) {
    if (counts != nullptr) {
      counts->values.fetch_add(values, std::memory_order_relaxed);
      counts->late.fetch_add(late, std::memory_order_relaxed);
      counts->outside.fetch_add(outside, std::memory_order_relaxed);
      counts->windows.fetch_add(windows, std::memory_order_relaxed);
      counts->folds.fetch_add(folds, std::memory_order_relaxed);
      counts->combines.fetch_add(combines, std::memory_order_relaxed);
      counts->wakes.fetch_add(wakes, std::memory_order_relaxed);
    }
    *this = {};
  }
};

}  // namespace detail
}  // namespace tidemark
