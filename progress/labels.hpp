// SPDX-License-Identifier: MIT
//
// Labels: timestamps at positions, taken in an order that grows along every edge of a graph.
#pragma once

#include <tidemark/progress/graph_shape.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark {

/// A timestamp that a search through a loop has come upon.
template <Timestamp T>
struct Label {
  T time;                  ///< as it is there
  std::uint32_t position;  ///< in the frozen shape
};

/// The labels of one component, least key first: (T, rank 1, counter 1, ..., position). The order
/// is total, and extends could-result-in (README.md, "Keys"). Cost: O(log labels).
template <Timestamp T>
class Labels {
 public:
  /// No labels. `shape` must outlive this.
  explicit Labels(const FrozenShape& shape) : shape_(&shape) {}

  ///@{
  /// What has not been popped.
  bool empty() const { return heap_.empty(); }
  void clear() { heap_.clear(); }
  ///@}

  /// Adds a label, be it dominated or not.
  void push(Label<T> label) {
    heap_.push_back(std::move(label));
    std::ranges::push_heap(heap_, later());
  }
  /// Removes and returns the one with the least key. Requires: there is one.
  Label<T> pop() {
    std::ranges::pop_heap(heap_, later());
    Label<T> least = std::move(heap_.back());
    heap_.pop_back();
    return least;
  }

 private:
  auto later() const {
    return [&shape = *shape_](const Label<T>& a, const Label<T>& b) {
      for (std::uint32_t k = 0; k != coordinates_of<T>; ++k) {
        if (k != 0) {
          const std::uint32_t rank_a = shape.rank(k, a.position);
          const std::uint32_t rank_b = shape.rank(k, b.position);
          if (rank_a != rank_b) return rank_a > rank_b;
        }
        if (const int order = compare_coordinate(a.time, b.time, k)) return order > 0;
      }
      return a.position > b.position;
    };
  }

  const FrozenShape* shape_;
  std::vector<Label<T>> heap_;
};

}  // namespace tidemark
