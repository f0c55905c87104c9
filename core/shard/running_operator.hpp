// SPDX-License-Identifier: MIT
//
// Running operators: what each worker runs now, for those who wait for its answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace tidemark {

/// The operator that one worker runs. Thread: `set` and `clear` by that worker, `get` by any.
class alignas(64) RunningOperator {  // a cache line each
 public:
  void set(std::uint32_t op) { op_.store(op + 1, std::memory_order_relaxed); }
  void clear() { op_.store(0, std::memory_order_relaxed); }
  std::optional<std::uint32_t> get() const {
    const std::uint32_t op = op_.load(std::memory_order_relaxed);
    return op == 0 ? std::nullopt : std::optional(op - 1);
  }

 private:
  std::atomic<std::uint32_t> op_{0};  // counted from 1; 0: none
};

}  // namespace tidemark
