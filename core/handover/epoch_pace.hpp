// SPDX-License-Identifier: MIT
//
// Epoch paces: how far the parts of a dataflow's sources have come that go by event time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace tidemark {

/// The furthest epoch that a part with something to say has begun. The others begin it, too, as
/// soon as they run: one that is silent holds nobody up. Shared by all workers. Thread: any.
class EpochPace {
 public:
  std::uint64_t now() const { return furthest_.load(std::memory_order_acquire); }

  /// Has `wake` called, from any thread, when somebody gets ahead of all.
  void join(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wakes_.push_back(std::move(wake));
  }

  /// Somebody begins `epoch`.
  void reach(std::uint64_t epoch) {
    std::uint64_t before = now();
    while (before < epoch)
      if (furthest_.compare_exchange_weak(before, epoch, std::memory_order_acq_rel)) {
        const std::lock_guard lock(mutex_);
        for (const auto& wake : wakes_) wake();
        return;
      }
  }

 private:
  std::atomic<std::uint64_t> furthest_{0};
  std::mutex mutex_;
  std::vector<std::function<void()>> wakes_;
};

}  // namespace tidemark
