// SPDX-License-Identifier: MIT
//
// The right to send at the frontier, for steps that send by themselves.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/check.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Rights that follow the frontier of an input: they hold up no timestamp that is complete there. A
/// `Right` has `time`, `delayed` and `downgrade`, as a Capability has. Cost: O(1) in a total order;
/// O(rights) for `cover`, O(rights x frontier) for `follow` in a partial one. Thread: its worker.
template <Timestamp T, typename Right>
class HeldFrontier {
 public:
  void hold(Right right) { held_.push_back(std::move(right)); }

  /// Makes sure that `time`, whose turn it is, can be sent at: by `retain()` if no earlier one is
  /// held. In a total order nothing earlier is held any more.
  template <typename Retain>
  void cover(const T& time, Retain retain) {
    if (!covers(time)) return hold(retain());
    if constexpr (is_totally_ordered<T>)
      if (held_.front().time() < time) held_.front().downgrade(time);
  }

  /// Follows the frontier; an empty one is none to follow.
  void follow(const Antichain<T>& frontier) {
    if (frontier.empty() || held_.empty()) return;
    if (frontier.size() == 1 && held_.size() == 1) {
      const T& next = *frontier.begin();
      if (held_.front().time() != next && less_equal(held_.front().time(), next))
        held_.front().downgrade(next);
      return;
    }
    std::vector<Right> next;
    for (const T& time : frontier)
      for (const Right& held : held_)
        if (less_equal(held.time(), time)) {
          next.push_back(held.delayed(time));
          break;
        }
    if (!next.empty()) held_ = std::move(next);
  }

  bool empty() const { return held_.empty(); }
  /// Requires: not empty.
  const Right& first() const {
    TIDEMARK_CHECK(!empty(), "a step that sends by itself holds the right to");
    return held_.front();
  }
  void clear() { held_.clear(); }

  /// Stops the program if two of the rights are at comparable timestamps. Returns what it has cost.
  std::size_t verify() const {
    for (const Right& a : held_)
      for (const Right& b : held_)
        TIDEMARK_CHECK(&a == &b || !less_equal(a.time(), b.time()),
                       "the rights that follow a frontier are an antichain");
    return held_.size() * held_.size();
  }

 private:
  bool covers(const T& time) const {
    for (const Right& held : held_)
      if (less_equal(held.time(), time)) return true;
    return false;
  }

  std::vector<Right> held_;
};

}  // namespace tidemark::detail
