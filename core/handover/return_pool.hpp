// SPDX-License-Identifier: MIT
//
// Return pools: memory that travels and comes home.
#pragma once

#include <tidemark/core/handover/mpsc_stack.hpp>

namespace tidemark {

/// One owner's free nodes. Others give nodes back from any thread; the owner takes them again.
/// Rule for "a batch returns to an owner whose dataflow is gone": pools live as long as their
/// process, so there is always somebody to return to.
///
/// Thread: `take` by the owner only; `give_back` by any. Owns the nodes that lie in it.
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
    if (free_ == nullptr) free_ = returned_.take_all_reversed();
    Node* const node = free_;
    if (node != nullptr) free_ = node->next;
    return node;
  }

  void give_back(Node& node) { returned_.push(node); }

 private:
  static void free_all(Node* list) {
    while (list != nullptr) {
      Node* const rest = list->next;
      delete list;
      list = rest;
    }
  }

  Node* free_ = nullptr;
  MpscStack<Node> returned_;
};

}  // namespace tidemark
