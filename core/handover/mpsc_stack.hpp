// SPDX-License-Identifier: MIT
//
// The one lock-free structure of the engine: many threads push, one takes everything.
//
// Mailboxes, the ledger's log and the way back to a pool are all made of it.
#pragma once

#include <atomic>
#include <utility>

namespace tidemark {

/// An intrusive stack (Treiber) whose only removal is "take all", so that no node is read while it
/// can be freed and no ABA problem arises. `Node` has a member `Node* next`.
///
/// Thread: push from any; take_all from one at a time. Nodes are not owned.
template <typename Node>
class MpscStack {
 public:
  /// True if the stack was empty. Sequentially consistent: callers pair it with a look at a flag.
  bool push(Node& node) {
    Node* head = head_.load(std::memory_order_relaxed);
    do {
      node.next = head;
    } while (!head_.compare_exchange_weak(head, &node, std::memory_order_seq_cst,
                                          std::memory_order_relaxed));
    return head == nullptr;
  }

  bool empty() const { return head_.load(std::memory_order_seq_cst) == nullptr; }

  /// Takes all nodes, the last pushed first, linked by `next`.
  Node* take_all_reversed() {
    if (head_.load(std::memory_order_relaxed) == nullptr) return nullptr;
    return head_.exchange(nullptr, std::memory_order_seq_cst);
  }

  /// Takes all nodes in the order in which they were pushed, linked by `next`.
  Node* take_all() {
    Node* in_order = nullptr;
    for (Node* node = take_all_reversed(); node != nullptr;) {
      Node* const rest = node->next;
      node->next = in_order;
      in_order = std::exchange(node, rest);
    }
    return in_order;
  }

 private:
  std::atomic<Node*> head_{nullptr};
};

}  // namespace tidemark
