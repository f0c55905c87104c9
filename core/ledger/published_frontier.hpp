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

/// One reader's copy of a published frontier. Thread: the reader's worker.
template <Timestamp T>
class FrontierReader {
 public:
  /// Follows `published` from now on. Its frontier counts as moved until the next look.
  void attach(const PublishedFrontier<T>& published) { published_ = &published; }

  /// Looks again; true if the frontier has moved.
  bool refresh() { return published_ != nullptr && published_->read(frontier_, seen_); }

  const Antichain<T>& frontier() const { return frontier_; }

 private:
  const PublishedFrontier<T>* published_ = nullptr;
  std::uint64_t seen_ = 0;
  Antichain<T> frontier_{T::minimum()};
};

/// A frontier of the ledger as it is seen at a location of timestamps `T`; `copy` is kept for its
/// memory only.
template <Timestamp T>
const Antichain<T>& seen_from(const Antichain<typename Level<T>::Ledger>& frontier,
                              Antichain<T>& copy) {
  if constexpr (std::is_same_v<T, typename Level<T>::Ledger>) {
    return frontier;
  } else {
    copy.clear();
    for (const auto& time : frontier) copy.insert(Level<T>::from_ledger(time));
    return copy;
  }
}

}  // namespace tidemark
