// SPDX-License-Identifier: MIT
//
// Watermark readers: how far event time has come at the input of an operator.
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/core/ledger/shared_ledger.hpp>
#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/watermarks.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace tidemark {

/// The watermark of an input is the least of those of the parts of sources from which it can be
/// reached, as of the epochs that its frontier has passed: a function of the frontier, the same at
/// every worker, however fast anybody is. Made by OperatorBuilder::watermarks. Thread: its worker.
template <Timestamp T>
class WatermarkReader {
 public:
  /// The timestamps on which progress is tracked.
  using Ledger = typename Level<T>::Ledger;

  /// Notes by which of the timestamps that `frontier` has passed since the last call the watermark
  /// has risen. `frontier` is that of the input, as the operator sees it. O(parts * timestamps).
  void follow(const Antichain<T>& frontier) {
    if (frontier == followed_) return;
    followed_ = frontier;
    Antichain<Ledger> in_ledger;
    for (const T& time : frontier) in_ledger.insert(Level<T>::to_ledger(time));
    ledger_->with_watermarks([&](Watermarks<Ledger>& watermarks) {
      watermarks.follow(reader_, in_ledger, [&](const Ledger& time, Mark mark) {
        const EventTime watermark{std::chrono::nanoseconds(mark)};
        if (watermark <= noted_) return;
        noted_ = watermark;
        risen_.push_back({Level<T>::from_ledger(time), watermark});
      });
    });
  }

  /// Calls `step(through, watermark)` for what was noted and not told yet, in order, as far as
  /// `is_due(through)` says: the watermark from where the frontier has passed `through`.
  template <typename IsDue, typename Step>
  void rise(IsDue&& is_due, Step&& step) {
    while (!risen_.empty() && is_due(risen_.front().through)) {
      const auto [through, watermark] = risen_.front();
      risen_.pop_front();
      step(through, watermark);
    }
  }

  /// Asks this ledger from here on, as `worker`, for the watermark of `port`.
  void attach(SharedLedger<Ledger>& ledger, LocationId port, std::uint32_t worker) {
    ledger_ = &ledger;
    ledger.with_watermarks(
        [&](const Watermarks<Ledger>& watermarks) { reader_ = watermarks.reader(port, worker); });
  }

 private:
  struct Risen {
    T through;
    EventTime watermark;
  };

  SharedLedger<Ledger>* ledger_ = nullptr;
  std::size_t reader_ = 0;
  Antichain<T> followed_{T::minimum()};
  EventTime noted_ = before_all_time;
  std::deque<Risen> risen_;
};

}  // namespace tidemark
