// SPDX-License-Identifier: MIT
//
// The combiner's lock: whoever gets it changes the ledger.
#pragma once

#include <atomic>
#include <thread>

namespace tidemark {

/// A flag rather than a mutex: "unlock, then read the log again" and "append, then fail to lock"
/// are each in one total order with the other, as sequentially consistent operations on one flag
/// are without a fence. So one of the two threads sees the entry. Thread: any.
class CombinerLock {
 public:
  bool try_lock() { return !locked_.exchange(true, std::memory_order_seq_cst); }
  void unlock() { locked_.store(false, std::memory_order_seq_cst); }
  void lock() {
    while (!try_lock()) std::this_thread::yield();
  }

  /// Unlocks when it goes, as by an exception. Requires: locked.
  class Held {
   public:
    explicit Held(CombinerLock& lock) : lock_(&lock) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { lock_->unlock(); }

   private:
    CombinerLock* lock_;
  };

 private:
  std::atomic<bool> locked_{false};
};

}  // namespace tidemark
