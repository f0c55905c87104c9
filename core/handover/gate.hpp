// SPDX-License-Identifier: MIT
//
// Gates: how others are kept from using what is about to go.
#pragma once

#include <atomic>
#include <cstdint>

namespace tidemark {

/// Stands before something that lives shorter than those who know it, who share the gate. Thread:
/// any.
class Gate {
 public:
  /// True while its holder is inside: what is behind the gate lives at least as long as this. False
  /// if it was closed.
  class Pass {
   public:
    explicit Pass(Gate& gate) : gate_(gate.enter() ? &gate : nullptr) {}
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    Gate* gate_;
  };

  /// Lets nobody in any more, and waits until all who are inside have left. Any number of times.
  /// Requires: the caller is not inside.
  void close() {
    std::uint32_t inside = word_.fetch_or(closed, std::memory_order_seq_cst) | closed;
    while (inside != closed) {
      word_.wait(inside, std::memory_order_acquire);
      inside = word_.load(std::memory_order_acquire);
    }
  }

 private:
  static constexpr std::uint32_t closed = std::uint32_t{1} << 31;

  bool enter() {
    if ((word_.fetch_add(1, std::memory_order_seq_cst) & closed) == 0) return true;
    leave();
    return false;
  }
  void leave() {
    if (word_.fetch_sub(1, std::memory_order_release) == (closed | 1)) word_.notify_all();
  }

  std::atomic<std::uint32_t> word_{0};  // how many are inside, and whether it is closed
};

}  // namespace tidemark
