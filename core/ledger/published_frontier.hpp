// SPDX-License-Identifier: MIT
//
// Published frontiers: what the ledger's combiner writes and any worker reads without asking.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <type_traits>

namespace tidemark {

/// The frontier of one location, written by one thread at a time and read by any. It may lag behind
/// the ledger, never lead, and never moves back. Two of them read one after the other are not a
/// consistent cut.
///
/// This is the general form: a version that says whether to look, and a copy under a lock.
template <Timestamp T>
class PublishedFrontier {
 public:
  void store(const Antichain<T>& frontier) {
    const std::lock_guard lock(mutex_);
    frontier_ = frontier;
    version_.fetch_add(1, std::memory_order_release);
  }

  /// Copies the frontier into `copy` if it has moved since `seen`; true if so.
  bool read(Antichain<T>& copy, std::uint64_t& seen) const {
    const std::uint64_t version = version_.load(std::memory_order_acquire);
    if (version == seen) return false;
    seen = version;
    const std::lock_guard lock(mutex_);
    copy = frontier_;
    return true;
  }

 private:
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> version_{0};
  Antichain<T> frontier_{T::minimum()};
};

/// For an epoch one word is enough: the frontier's only element, or the largest value if it is
/// empty.
template <>
class PublishedFrontier<Epoch> {
 public:
  void store(const Antichain<Epoch>& frontier) {
    word_.store(frontier.empty() ? nothing : frontier.begin()->value, std::memory_order_release);
  }

  bool read(Antichain<Epoch>& copy, std::uint64_t& seen) const {
    const std::uint64_t word = word_.load(std::memory_order_acquire);
    if (word == seen) return false;
    seen = word;
    copy.clear();
    if (word != nothing) copy.insert(Epoch{word});
    return true;
  }

 private:
  static constexpr std::uint64_t nothing = std::numeric_limits<std::uint64_t>::max();
  std::atomic<std::uint64_t> word_{0};
};

}  // namespace tidemark
