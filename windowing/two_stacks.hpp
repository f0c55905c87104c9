// SPDX-License-Identifier: MIT
//
// Queues that know the sum of what is in them: two stacks, and a running difference.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// The combination of slices that come and go in order, for an aggregate that is associative: the
/// older slices as a stack of the combinations of each with all that follow, the newer ones as one
/// sum. When the stack is empty it is made anew of all.
///
/// Cost: at most 3 combines for each slice that comes and goes, amortized; 1 to ask.
/// After the folklore queue of two stacks; see Tangwongsan, Hirzel and Schneider, "General
/// incremental sliding-window aggregation" (VLDB 2015).
template <typename Work>
class TwoStacks {
  using Accumulator = typename Work::Accumulator;

 public:
  void push(Work& work, const Accumulator& newest) {
    if (newer_) {
      work.combine(*newer_, newest);
    } else {
      newer_ = newest;
    }
  }

  /// Takes out the oldest, which is `slices[0]` of the `count` that are in.
  template <typename Slices>
  void pop(Work& work, const Slices& slices, std::size_t count) {
    if (older_.empty()) {
      for (std::size_t i = count; i-- != 0;) {
        Accumulator sum = slices[i].accumulator;
        if (!older_.empty()) work.combine(sum, older_.back());
        older_.push_back(std::move(sum));
      }
      newer_.reset();
    }
    older_.pop_back();
  }

  /// Requires: not empty.
  Accumulator all(Work& work) const {
    if (older_.empty()) return *newer_;
    Accumulator sum = older_.back();
    if (newer_) work.combine(sum, *newer_);
    return sum;
  }

 private:
  std::vector<Accumulator> older_;
  std::optional<Accumulator> newer_;
};

/// The same for an aggregate that is invertible: one sum. Cost: 1 combine for each slice that
/// comes, 1 for each that goes.
template <typename Work>
class RunningDifference {
  using Accumulator = typename Work::Accumulator;

 public:
  void push(Work& work, const Accumulator& newest) {
    if (sum_) {
      work.combine(*sum_, newest);
    } else {
      sum_ = newest;
    }
  }
  template <typename Slices>
  void pop(Work& work, const Slices& slices, std::size_t count) {
    if (count == 1) {
      sum_.reset();
    } else {
      work.subtract(*sum_, slices[0].accumulator);
    }
  }
  Accumulator all(Work&) const { return *sum_; }

 private:
  std::optional<Accumulator> sum_;
};

}  // namespace tidemark::detail
