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
#include <vector>

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
    if (keeps_all_) all_.push_back(frontier);
    version_.fetch_add(1, std::memory_order_release);
  }

  /// Before the first is stored: all are kept, for `read_again`.
  void keep_all() { keeps_all_ = true; }

  /// Copies the frontier into `copy` if it has moved since `seen`; true if so.
  bool read(Antichain<T>& copy, std::uint64_t& seen) const {
    const std::uint64_t version = version_.load(std::memory_order_acquire);
    if (version == seen) return false;
    seen = version;
    const std::lock_guard lock(mutex_);
    copy = frontier_;
    return true;
  }

  /// True if what `read` has seen then can be read again.
  bool has_come_to(std::uint64_t seen) const { return seen != 0 && version_.load() >= seen; }
  void read_again(Antichain<T>& copy, std::uint64_t seen) const { copy = all_[seen - 1]; }

 private:
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> version_{0};
  Antichain<T> frontier_{T::minimum()};
  bool keeps_all_ = false;
  std::vector<Antichain<T>> all_;
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
    read_again(copy, seen);
    return true;
  }

  void keep_all() {}
  bool has_come_to(std::uint64_t seen) const { return word_.load() >= seen; }
  void read_again(Antichain<Epoch>& copy, std::uint64_t seen) const {
    copy.clear();
    if (seen != nothing) copy.insert(Epoch{seen});
  }

 private:
  static constexpr std::uint64_t nothing = std::numeric_limits<std::uint64_t>::max();
  std::atomic<std::uint64_t> word_{0};
};

}  // namespace tidemark
