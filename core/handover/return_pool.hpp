// SPDX-License-Identifier: MIT
//
// Return pools: memory that travels and comes home.
#pragma once

#include <tidemark/core/handover/mpsc_stack.hpp>

#include <cstddef>
#include <utility>

namespace tidemark {

/// One owner's free nodes. Others give nodes back from any thread; the owner takes them again.
/// Rule for "a batch returns to an owner whose dataflow is gone": pools live as long as their
/// process, so there is always somebody to return to.
///
/// Thread: the owner's; `give_back` any. Owns the nodes that lie in it.
template <typename Node>
class ReturnPool {
 public:
  ReturnPool() = default;
  ReturnPool(const ReturnPool&) = delete;
  ReturnPool& operator=(const ReturnPool&) = delete;
  ~ReturnPool() {
    free_all(free_);
    free_all(returned_.take_all_reversed());
  }

  /// A free node, or null.
  Node* take() {
    if (free_ == nullptr) {
      ran_dry_ = true;
      free_ = returned_.take_all_reversed();
    }
    Node* const node = free_;
    if (node != nullptr) free_ = node->next;
    return node;
  }

  void give_back(Node& node) { returned_.push(node); }

  /// True if the nodes that were free have all been taken since it was last asked.
  bool ran_dry() { return std::exchange(ran_dry_, false); }

  /// Has what was returned taken first, so that what is never needed is never touched. O(returned).
  void gather() {
    Node* const first = returned_.take_all_reversed();
    if (first == nullptr) return;
    Node* last = first;
    while (last->next != nullptr) last = last->next;
    last->next = std::exchange(free_, first);
  }

  /// Deletes at most so many free nodes, unless there are no more than `keep`; returns how many.
  /// O(keep + deleted).
  std::size_t drop(std::size_t most, std::size_t keep) {
    Node** rest = &free_;
    for (; keep != 0 && *rest != nullptr; --keep) rest = &(*rest)->next;
    std::size_t dropped = 0;
    for (; dropped != most && *rest != nullptr; ++dropped)
      delete std::exchange(*rest, (*rest)->next);
    return dropped;
  }

 private:
  static void free_all(Node* list) {
    while (list != nullptr) {
      Node* const rest = list->next;
      delete list;
      list = rest;
    }
  }

  Node* free_ = nullptr;
  bool ran_dry_ = false;
  MpscStack<Node> returned_;
};

}  // namespace tidemark
