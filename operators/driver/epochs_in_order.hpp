// SPDX-License-Identifier: MIT
//
// Epochs in order: the one driver of steps whose state depends on the order of timestamps.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/check.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Hands a step its records in the order of their timestamps, whatever the order of their arrival.
/// It is a timestamp's *turn* when no earlier one can come any more, though it may have more to
/// come itself: such a step need not wait for the end of an epoch. What comes before its turn is
/// held, with the right to send for it later on, and released when its turn has come. At last the
/// step closes what the frontier has passed. `Step` has
///
///     Right retain(const Batch<T, Item>&);
///     void work(const T&, std::vector<Item>&, const By& by, Retain retain);
///     void close(const Antichain<T>& frontier);
///
/// `by` is what the step sends by at that timestamp, the batch in hand or a Right; `retain()` gives
/// a Right of its own. A Right keeps its timestamp open downstream.
///
/// Unlike OpenTimes, which gives a timestamp's state when that is complete. Cost: none for records
/// whose turn it is when they come; else O(log n) for n timestamps that wait, and a move for each
/// record; an activation looks at what is due, and in a partial order at all n. Thread: its step's.
template <Timestamp T, typename Item, typename Right>
class EpochsInOrder {
 public:
  /// Unless the order of timestamps matters to the step, it is always a timestamp's turn.
  explicit EpochsInOrder(bool order_matters = true) : order_matters_(order_matters) {}

  /// One activation. What `work` throws names the step and the timestamp. Requires: `in` is an
  /// InputPort<T, Item>, or has its `frontier`, `for_each` and `working_on`.
  template <typename In, typename Step>
  void run(In& in, Step& step) {
    const Antichain<T>& frontier = in.frontier();  // one for all, or they might be overtaken
    in.for_each([&](auto& batch) {
      if (!order_matters_ || is_turn(batch.time, frontier)) {
        step.work(batch.time, batch.records, std::as_const(batch),
                  [&] { return step.retain(batch); });
      } else {
        hold(batch, step);
      }
    });
    for (auto next = held_.begin(); next != held_.end();) {
      auto& [time, held] = *next;
      if (!frontier.less_than_to(time)) {
        in.working_on(time, [&] {
          step.work(time, held.records, std::as_const(held.right),
                    [&] { return held.right.delayed(time); });
        });
        next = held_.erase(next);
      } else if constexpr (is_totally_ordered<T>) {
        break;
      } else {
        ++next;
      }
    }
    step.close(frontier);
  }

  /// Stops the program unless each timestamp that is held has records, and the right to send them.
  /// Returns what it has cost.
  std::size_t verify() const {
    for (const auto& [time, held] : held_)
      TIDEMARK_CHECK(held.right.time() == time && !held.records.empty(),
                     "what is held back keeps its own timestamp open");
    return held_.size();
  }

 private:
  struct Held {
    Right right;
    std::vector<Item> records;  // in the order of arrival
  };

  bool is_turn(const T& time, const Antichain<T>& frontier) const {
    const bool is_next = held_.empty() || time < held_.begin()->first;
    return is_next && !frontier.less_than_to(time);
  }

  template <typename Batch, typename Step>
  void hold(Batch& batch, Step& step) {
    auto at = held_.find(batch.time);
    if (at == held_.end()) at = held_.emplace(batch.time, Held{step.retain(batch), {}}).first;
    std::ranges::move(batch.records, std::back_inserter(at->second.records));
  }

  bool order_matters_;
  std::map<T, Held> held_;
};

}  // namespace tidemark::detail
