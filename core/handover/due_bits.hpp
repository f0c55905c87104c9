// SPDX-License-Identifier: MIT
//
// Due bits: which of a worker's dataflows have something to do.
#pragma once

#include <atomic>
#include <cstdint>

namespace tidemark {

/// Who goes idle, and can be woken: a worker.
class Wakeable {
 public:
  virtual ~Wakeable() = default;
  /// Any thread.
  virtual void wake() = 0;
};

/// A bit for each of 64 dataflows of one worker, those whose numbers differ in the last six binary
/// digits only. It is set before the worker is woken, and taken before it looks at what there is to
/// do: so nothing is overlooked, and a bit may be set for nothing. Shared by those who wake.
/// Thread: its worker, unless noted.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): what others write has its own line
class DueBits {
 public:
  static constexpr std::uint32_t per_word = 64;
  static std::uint64_t bit_of(std::uint32_t dataflow) {
    return std::uint64_t{1} << (dataflow % per_word);
  }

  /// Requires: the worker is there at each `wake`.
  explicit DueBits(Wakeable& worker) : worker_(&worker) {}

  /// Has the worker step the dataflow. Any thread. Where the bit is set already the worker has yet
  /// to take it, and looks after that at what was published: all three are sequentially consistent.
  void wake(std::uint64_t bit) {
    if ((others_.load(std::memory_order_seq_cst) & bit) == 0)
      others_.fetch_or(bit, std::memory_order_seq_cst);
    worker_->wake();
  }

  /// The worker has something to do for the dataflow itself.
  void set(std::uint64_t bit) { own_ |= bit; }
  /// What the worker has set is done; or there is more, if so.
  void set_only_if(bool more, std::uint64_t bit) { own_ = (own_ & ~bit) | (more ? bit : 0); }
  /// True if the worker has set a bit.
  bool any_set() const { return own_ != 0; }

  /// The bits in `among` that are set by anybody.
  std::uint64_t due(std::uint64_t among) const {
    return (own_ | others_.load(std::memory_order_seq_cst)) & among;
  }
  /// Before the worker looks at what others want of a dataflow.
  void take_from_others(std::uint64_t bit) {
    if ((others_.load(std::memory_order_relaxed) & bit) != 0)
      others_.fetch_and(~bit, std::memory_order_seq_cst);
  }

 private:
  std::uint64_t own_ = 0;
  Wakeable* worker_;
  alignas(64) std::atomic<std::uint64_t> others_{0};
};

/// The bit of one dataflow at its worker. Thread: that worker.
struct DueMark {
  DueBits* bits = nullptr;
  std::uint64_t bit = 0;

  /// Has the dataflow stepped with the worker's next step, since something was changed outside one.
  /// Within its step this does nothing. Requires: it is of a dataflow.
  void set() const { bits->set(bit); }
};

}  // namespace tidemark
