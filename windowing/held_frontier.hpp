// SPDX-License-Identifier: MIT
//
// The right to send at the frontier, for operators that send because time has passed.
#pragma once

#include <tidemark/core/ports.hpp>
#include <tidemark/progress/antichain.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Capabilities that follow the frontier of an input: they hold up no timestamp that is complete
/// there. Thread: its worker.
template <Timestamp T>
class HeldFrontier {
 public:
  /// Makes sure that the batch's timestamp, or an earlier one, is held.
  template <typename In, typename Out>
  void cover(const Batch<T, In>& batch, OutputPort<T, Out>& out) {
    if (!covers(batch.time)) held_.push_back(out.retain(batch));
  }
  void cover(const Capability<T>& capability) {
    if (!covers(capability.time())) held_.push_back(capability.delayed(capability.time()));
  }

  /// Follows the frontier; an empty one is none to follow.
  void advance(const Antichain<T>& frontier) {
    if (frontier.empty() || held_.empty()) return;
    if (frontier.size() == 1 && held_.size() == 1) {
      if (less_equal(held_.front().time(), *frontier.begin()))
        held_.front().downgrade(*frontier.begin());
      return;
    }
    std::vector<Capability<T>> next;
    for (const T& time : frontier)
      for (const Capability<T>& held : held_)
        if (less_equal(held.time(), time)) {
          next.push_back(held.delayed(time));
          break;
        }
    if (!next.empty()) held_ = std::move(next);
  }
  /// Moves what is held to `time` where it is earlier.
  void advance_to(const T& time) {
    for (Capability<T>& held : held_)
      if (less_equal(held.time(), time)) held.downgrade(time);
  }

  bool empty() const { return held_.empty(); }
  /// Requires: not empty.
  const Capability<T>& first() const { return held_.front(); }
  void clear() { held_.clear(); }

 private:
  bool covers(const T& time) const {
    for (const Capability<T>& held : held_)
      if (less_equal(held.time(), time)) return true;
    return false;
  }

  std::vector<Capability<T>> held_;
};

/// The right to send results at a timestamp or later, and notices if somebody wants them.
template <Timestamp T>
struct WindowRights {
  Capability<T> out;
  std::optional<Capability<T>> notices;

  WindowRights delayed(const T& time) const {
    WindowRights later{out.delayed(time), {}};
    if (notices) later.notices.emplace(notices->delayed(time));
    return later;
  }
};

}  // namespace tidemark::detail
