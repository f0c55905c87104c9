// SPDX-License-Identifier: MIT
//
// The graphs that the benchmarks work on.
#pragma once

#include <tidemark/core/hash.hpp>

#include "../examples/graph.hpp"
#include <cstdint>
#include <map>

namespace tidemark::bench {

using examples::Edge;
using examples::Graph;
using examples::Node;

inline constexpr std::uint64_t edges_per_node = 10;

/// The worker, or thread, that a node belongs to.
inline std::uint32_t owner_of(Node node, std::uint32_t workers) {
  return static_cast<std::uint32_t>(KeyHash{}(node) % workers);
}

inline constexpr std::uint64_t graph_seed = 1;

/// A graph drawn at random, the same each time; made once.
inline const Graph& graph_with(std::uint64_t edges) {
  static std::map<std::uint64_t, Graph> graphs;
  const auto at = graphs.find(edges);
  if (at != graphs.end()) return at->second;
  const auto nodes = static_cast<Node>(edges / edges_per_node);
  return graphs.emplace(edges, examples::random_graph(nodes, edges, graph_seed)).first->second;
}

}  // namespace tidemark::bench
