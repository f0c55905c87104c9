// SPDX-License-Identifier: MIT
//
// Breadth-first search: round r of a loop visits the nodes at distance r.
#pragma once

#include <tidemark/operators/count.hpp>
#include <tidemark/operators/iterate.hpp>

#include "example.hpp"
#include "graph.hpp"

namespace tidemark::examples {

inline constexpr std::uint64_t unreachable = ~std::uint64_t{0};

/// The distance of each node from `root`. `count` brings all mentions of a node to one worker, and
/// waits for the round to be complete.
inline std::vector<std::uint64_t> bfs(const Graph& graph, Node root, const Config& config) {
  if (root >= graph.nodes()) throw std::invalid_argument("the root is no node of the graph");
  std::vector<std::uint64_t> distances(graph.nodes(), unreachable);
  const auto visit = [&](const auto& time, auto& mentioned, auto& out) {
    for (const auto& [node, mentions] : mentioned) {
      if (distances[node] != unreachable) continue;
      distances[node] = time.counters[0];
      for (const Node next : graph.neighbours(node)) out.give(next);
    }
  };
  execute(config, [&](Worker& worker) {
    auto input = worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
      auto [handle, roots] = new_input<Node>(scope);
      iterate(roots, [&](auto nodes) { return fuse<Node>(nodes | count(), "visit", "", visit); });
      return std::move(handle);
    });
    if (worker.index() == 0) input.send(root);
  });
  return distances;
}

}  // namespace tidemark::examples
