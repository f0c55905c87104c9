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
#include <utility>
#include <vector>

namespace tidemark {

/// The watermark of an input is the least of those of the parts of sources from which it can be
/// reached, as of the epochs that its frontier has passed: a function of the frontier, the same at
/// every worker, however fast anybody is. Made by OperatorBuilder::watermarks. Thread: its worker.
template <Timestamp T>
class WatermarkReader {
 public:
  using Ledger = typename Level<T>::Ledger;

  /// Calls `step(epoch, watermark)` for each timestamp that `frontier` has passed since the last
  /// call and with which the watermark has risen, in order. `frontier` is that of the input, as the
  /// operator sees it. O(parts * timestamps).
  template <typename Step>
  void follow(const Antichain<T>& frontier, Step&& step) {
    if (frontier == followed_) return;
    followed_ = frontier;
    steps_.clear();
    Antichain<Ledger> in_ledger;
    for (const T& time : frontier) in_ledger.insert(Level<T>::to_ledger(time));
    ledger_->with_watermarks([&](Watermarks<Ledger>& watermarks) {
      watermarks.follow(reader_, in_ledger,
                        [&](const Ledger& time, Mark mark) { steps_.emplace_back(time, mark); });
    });
    for (const auto& [time, mark] : steps_) {
      const EventTime watermark{std::chrono::nanoseconds(mark)};
      if (watermark <= now_) continue;
      now_ = watermark;
      step(Level<T>::from_ledger(time), watermark);
    }
  }

  /// The watermark as of the last call.
  EventTime now() const { return now_; }

  /// Asks this ledger from here on, as `worker`, for the watermark of `port`.
  void attach(SharedLedger<Ledger>& ledger, LocationId port, std::uint32_t worker) {
    ledger_ = &ledger;
    ledger.with_watermarks(
        [&](const Watermarks<Ledger>& watermarks) { reader_ = watermarks.reader(port, worker); });
  }

 private:
  SharedLedger<Ledger>* ledger_ = nullptr;
  std::size_t reader_ = 0;
  Antichain<T> followed_{T::minimum()};
  EventTime now_ = before_all_time;
  std::vector<std::pair<Ledger, Mark>> steps_;
};

}  // namespace tidemark
