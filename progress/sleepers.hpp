// SPDX-License-Identifier: MIT
//
// Sleepers: which of many positions is the first that has something a frontier has passed.
#pragma once

#include <tidemark/progress/antichain.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tidemark {

/// Remembers the timestamps that positions sleep for, in a binary tree over the positions: a node
/// holds an antichain that dominates whatever sleeps below it.
///
/// A position that sleeps no longer, or for something later, need not say so: a search finds out
/// and tightens what it comes across. Cost: `add` O(1) if its neighbours sleep for something
/// earlier, at worst O(log n); a search O(log n) and as much for each that has gone since.
template <PartiallyOrdered T>
class Sleepers {
 public:
  /// For positions below `positions`. None of them sleeps.
  explicit Sleepers(std::uint32_t positions)
      : leaves_(std::bit_ceil(positions)),
        nodes_(2 * std::size_t{leaves_}) {}

  /// A position sleeps until a frontier has passed one of `times`.
  void add(std::uint32_t position, const Antichain<T>& times) {
    for (std::size_t node = leaves_ + position; node != 0; node /= 2) {
      if (nodes_[node].dominates(times)) return;  // and so do those above
      for (const T& time : times) nodes_[node].insert(time);
    }
  }

  /// True if `frontier` dominates all that sleep; false if perhaps not.
  bool none_passed(const Antichain<T>& frontier) const { return frontier.dominates(nodes_[1]); }

  /// The first position from `begin` on, and before `end`, of which `frontier` does not dominate
  /// `times_of(position)`: what it sleeps for, nothing if it is awake.
  template <typename TimesOf>
  std::optional<std::uint32_t> first_passed(std::uint32_t begin, std::uint32_t end,
                                            const Antichain<T>& frontier, TimesOf&& times_of) {
    return search({1, 0, leaves_}, begin, end, frontier, times_of);
  }

 private:
  struct Node {
    std::size_t index;
    std::uint32_t first;  // the positions below it are [first, first + size)
    std::uint32_t size;
  };

  template <typename TimesOf>
  std::optional<std::uint32_t> search(Node node, std::uint32_t begin, std::uint32_t end,
                                      const Antichain<T>& frontier, TimesOf& times_of) {
    Antichain<T>& times = nodes_[node.index];
    if (node.first >= end || node.first + node.size <= begin || frontier.dominates(times))
      return std::nullopt;
    if (node.size == 1) {
      times = times_of(node.first);
      if (frontier.dominates(times)) return std::nullopt;
      return node.first;
    }
    const std::uint32_t half = node.size / 2;
    auto found = search({2 * node.index, node.first, half}, begin, end, frontier, times_of);
    if (!found)
      found = search({2 * node.index + 1, node.first + half, half}, begin, end, frontier, times_of);
    times = nodes_[2 * node.index];
    for (const T& time : nodes_[2 * node.index + 1]) times.insert(time);
    return found;
  }

  std::uint32_t leaves_;
  std::vector<Antichain<T>> nodes_;  // the root is 1, the children of n are 2n and 2n + 1
};

}  // namespace tidemark
