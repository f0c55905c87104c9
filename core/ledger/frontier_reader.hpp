// SPDX-License-Identifier: MIT
//
// Frontier readers: what a worker has seen of the frontiers that a ledger publishes.
#pragma once

#include <tidemark/core/ledger/published_frontier.hpp>
#include <tidemark/core/outside/outside.hpp>
#include <tidemark/progress/location.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>

namespace tidemark {

/// One reader's copy of a published frontier. Thread: the reader's worker.
template <Timestamp T>
class FrontierReader {
 public:
  /// Follows `published` from now on. Its frontier counts as moved until the next look. What it
  /// sees comes from `outside`, if there is one.
  void attach(const PublishedFrontier<T>& published, Outside* outside = nullptr) {
    (outside == nullptr ? published_ : watched_) = &published;
    if (outside == nullptr) return;
    outside_ = outside->shared_from_this();
    outside->number(number_);
  }

  /// Looks again; true if the frontier has moved.
  bool refresh() {
    if (published_ != nullptr) [[likely]]
      return published_->read(frontier_, seen_);
    return watched_ != nullptr && refresh_watched();
  }

  /// The same for whoever tells `outside` of it; what was seen stands in `seen`.
  bool look() { return (published_ != nullptr ? published_ : watched_)->read(frontier_, seen_); }
  std::uint64_t seen() const { return seen_; }
  /// Sees what was seen then, when it is published. Requires: it is in a replay.
  void see_again(std::uint64_t seen) {
    outside_->wait_until([&] { return watched_->has_come_to(seen); }, "a frontier");
    watched_->read_again(frontier_, seen_ = seen);
  }

  /// Whether it finds its dataflow cancelled, as it is `now`.
  bool is_gone(bool now) {
    return outside_ == nullptr || outside_->is_over() ? now : outside_->is_gone(number_, now);
  }

  const Antichain<T>& frontier() const { return frontier_; }

 private:
  [[gnu::noinline]] bool refresh_watched() {
    if (outside_->is_over()) return look();
    if (outside_->replays()) {
      const std::optional<std::uint64_t> seen = outside_->look(number_);
      if (seen) see_again(*seen);
      return seen.has_value();
    }
    const bool moved = look();
    outside_->note_look(number_, moved ? std::optional(seen_) : std::nullopt);
    return moved;
  }

  const PublishedFrontier<T>* published_ = nullptr;
  const PublishedFrontier<T>* watched_ = nullptr;  // instead, with an `outside_`
  std::shared_ptr<Outside> outside_;               // a probe outlives its worker
  std::uint32_t number_ = 0;  // among the readers of its worker that have an `outside_`
  std::uint64_t seen_ = 0;
  Antichain<T> frontier_{T::minimum()};
};

/// A location whose frontier an operator follows.
template <Timestamp T>
struct FrontierWatch {
  LocationId location;
  FrontierReader<T> reader;
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
