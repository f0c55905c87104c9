// SPDX-License-Identifier: MIT
//
// Replayed parts: the events of a capture as a stream at one worker.
#pragma once

#include <tidemark/core/ports.hpp>
#include <tidemark/core/worker.hpp>
#include <tidemark/operators/captures/capture_event.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace tidemark::detail {

/// One part being replayed. It holds a capability at each element of the frontier that the capture
/// had there.
template <Timestamp T, typename Item>
class ReplayedPart {
 public:
  ReplayedPart(std::unique_ptr<CaptureReader<T, Item>> reader, Capability<T> first)
      : reader_(std::move(reader)) {
    held_.emplace(T::minimum(), std::move(first));
  }

  /// Sends what comes next, a bounded number of events. What is there may be still being recorded.
  Poll::State play(OutputPort<T, Item>& out, Worker& worker) {
    for (int i = 0; i != events_per_run; ++i) {
      const auto next = [&] { return static_cast<std::uint64_t>(reader_->next(event_)); };
      const std::uint64_t found = worker.ask(next);
      const auto state = static_cast<Poll::State>(found);
      if (worker.replays() && state != Poll::State::wait)
        worker.wait_again([&] { return next() == found; });
      if (state == Poll::State::end && (!begun_ || !held_.empty()))
        refuse("it ends before its frontier is empty");
      if (state != Poll::State::more) return state;
      if (auto* batch = std::get_if<CapturedBatch<T, Item>>(&event_)) {
        out.at(right_at(batch->time), batch->time).give_all(batch->records);
      } else {
        move_frontier(std::get<FrontierMove<T>>(event_));
      }
    }
    return Poll::State::more;
  }

 private:
  static constexpr int events_per_run = 64;

  void move_frontier(const FrontierMove<T>& move) {
    if (!std::exchange(begun_, true)) {  // the least timestamp, which is held already
      if (move != FrontierMove<T>{{{T::minimum(), 1}}})
        refuse("it does not begin with the least timestamp");
      return;
    }
    for (const auto& [time, change] : move.changes) {
      const bool sound = change == 1 ? held_.emplace(time, right_at(time).delayed(time)).second
                                     : change == -1 && held_.erase(time) == 1;
      if (!sound) refuse("its frontier cannot move so at " + to_text(time));
    }
  }

  const Capability<T>& right_at(const T& time) const {
    const auto at = std::ranges::find_if(
        held_, [&](const auto& entry) { return less_equal(entry.first, time); });
    if (!begun_ || at == held_.end())
      refuse("something comes at " + to_text(time) + ", which its frontier has passed");
    return at->second;
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw CaptureError("cannot replay " + reader_->where() + ": " + what);
  }

  std::unique_ptr<CaptureReader<T, Item>> reader_;
  std::map<T, Capability<T>> held_;
  bool begun_ = false;
  CaptureEvent<T, Item> event_;
};

}  // namespace tidemark::detail
