// SPDX-License-Identifier: MIT
//
// A tree of slices that knows the combination of any run of them, while values come for all.
#pragma once

#include <tidemark/core/hash.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace tidemark::detail {

/// Slices by number in a treap, whose nodes keep the combination of their subtree: for windows
/// where a value may come for a slice that closed windows have used already.
///
/// Cost for n slices: a value O(log n) steps and no combine; `before` at most one combine for each
/// node on the way and for each that changed since the last time. (A finger B-tree, as in
/// Tangwongsan, Hirzel and Schneider, "Optimal and general out-of-order sliding-window
/// aggregation", VLDB 2019, needs O(log d) for a value d slices from the end.)
template <typename Work>
class SliceTree {
  using Accumulator = typename Work::Accumulator;

 public:
  /// Folds a value into slice `id`.
  template <typename Value, typename Time>
  void add(Work& work, std::int64_t id, Value&& value, const Time& time) {
    for (Node* node = root_.get(); node != nullptr;) {
      node->sum.reset();
      if (node->id == id) return work.add(node->accumulator, std::forward<Value>(value), time);
      node = (id < node->id ? node->left : node->right).get();
    }
    insert(id, work.first(std::forward<Value>(value), time));
  }

  /// Requires: there is no slice `id`.
  void insert(std::int64_t id, Accumulator accumulator) {
    auto [left, right] = split(std::move(root_), id);
    auto node = std::make_unique<Node>(id, std::move(accumulator));
    root_ = join(join(std::move(left), std::move(node)), std::move(right));
  }

  /// Drops the slices before `id`.
  void drop_before(std::int64_t id) {
    if (!empty() && oldest() < id) root_ = split(std::move(root_), id).second;
  }

  /// The combination of the slices before `id`; nullopt if there are none.
  std::optional<Accumulator> before(Work& work, std::int64_t id) {
    std::optional<Accumulator> sum;
    for (Node* node = root_.get(); node != nullptr;) {
      if (node->id >= id) {
        node = node->left.get();
        continue;
      }
      if (node->left) append(work, sum, sum_of(work, *node->left));
      append(work, sum, node->accumulator);
      node = node->right.get();
    }
    return sum;
  }

  /// Calls `action(id, accumulator)` for each slice, in order.
  template <typename Action>
  void for_each(const Action& action) const {
    visit(root_.get(), action);
  }

  bool empty() const { return root_ == nullptr; }
  /// The number of the first slice. Requires: not empty.
  std::int64_t oldest() const {
    const Node* node = root_.get();
    while (node->left) node = node->left.get();
    return node->id;
  }

 private:
  struct Node {
    Node(std::int64_t number, Accumulator values) : id(number), accumulator(std::move(values)) {}

    std::uint64_t priority() const { return mix(static_cast<std::uint64_t>(id)); }

    std::int64_t id;
    Accumulator accumulator;
    std::optional<Accumulator> sum{};  // of the subtree, unless it has changed
    std::unique_ptr<Node> left{};
    std::unique_ptr<Node> right{};
  };
  using Tree = std::unique_ptr<Node>;

  template <typename Action>
  static void visit(const Node* node, const Action& action) {
    if (node == nullptr) return;
    visit(node->left.get(), action);
    action(node->id, node->accumulator);
    visit(node->right.get(), action);
  }

  static void append(Work& work, std::optional<Accumulator>& sum, const Accumulator& next) {
    if (sum) {
      work.combine(*sum, next);
    } else {
      sum = next;
    }
  }

  static const Accumulator& sum_of(Work& work, Node& node) {
    if (!node.sum) {
      std::optional<Accumulator> sum;
      if (node.left) sum = sum_of(work, *node.left);
      append(work, sum, node.accumulator);
      if (node.right) append(work, sum, sum_of(work, *node.right));
      node.sum = std::move(sum);
    }
    return *node.sum;
  }

  /// The slices before `id`, and the others.
  static std::pair<Tree, Tree> split(Tree tree, std::int64_t id) {
    if (!tree) return {};
    tree->sum.reset();
    if (tree->id < id) {
      auto [left, right] = split(std::move(tree->right), id);
      tree->right = std::move(left);
      return {std::move(tree), std::move(right)};
    }
    auto [left, right] = split(std::move(tree->left), id);
    tree->left = std::move(right);
    return {std::move(left), std::move(tree)};
  }

  /// Requires: all of `left` come before all of `right`.
  static Tree join(Tree left, Tree right) {
    if (!left || !right) return left ? std::move(left) : std::move(right);
    if (left->priority() > right->priority()) {
      left->sum.reset();
      left->right = join(std::move(left->right), std::move(right));
      return left;
    }
    right->sum.reset();
    right->left = join(std::move(left), std::move(right->left));
    return right;
  }

  Tree root_;
};

}  // namespace tidemark::detail
