// SPDX-License-Identifier: MIT
//
// Connected components by a tree of union-finds: every worker keeps the edges that join anything in
// its share, and passes them on to every second worker, every fourth, and so on to worker 0.
#pragma once

#include <tidemark/operators/inspect.hpp>

#include "example.hpp"
#include "graph.hpp"
#include <numeric>

namespace tidemark::examples {

struct UnionFind {
  std::vector<Node> parents;

  explicit UnionFind(Node nodes) : parents(nodes) { std::iota(parents.begin(), parents.end(), 0u); }
  /// The least node of the component.
  Node find(Node node) {
    while (parents[node] != node) node = parents[node] = parents[parents[node]];
    return node;
  }
  /// False if the two are joined already.
  bool unite(Node a, Node b) {
    const auto [least, other] = std::minmax({find(a), find(b)});
    return std::exchange(parents[other], least) != least;
  }
};

/// The least node of each node's component, whatever the directions of edges.
inline std::vector<Node> components(const Graph& graph, const Config& config) {
  UnionFind all(graph.nodes());
  const auto join = [&](auto edges, std::uint32_t to) {  // keeps what joins something, at `to`
    return unary<Edge>(edges, Exchange{[to](const Edge&) { return to; }}, "join", "",
                       [sets = UnionFind(graph.nodes())](auto& in, auto& out) mutable {
                         in.for_each([&](auto& batch) {
                           for (const auto& [a, b] : batch)
                             if (sets.unite(a, b)) out.at(batch).give({a, b});
                         });
                       });
  };
  execute(config, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, edges] = new_input<Edge>(scope);
      auto joining = join(edges, worker.index());
      for (std::uint32_t apart = 2; apart / 2 < worker.peers(); apart *= 2)
        joining = join(joining, worker.index() / apart * apart);
      joining | inspect([&](const Edge& edge) { all.unite(edge.first, edge.second); });
      return std::move(handle);
    });
    for (std::size_t e = worker.index(); e < graph.edges().size(); e += worker.peers())
      input.send(graph.edges()[e]);
  });
  std::vector<Node> least(graph.nodes());
  for (Node node = 0; node != graph.nodes(); ++node) least[node] = all.find(node);
  return least;
}

}  // namespace tidemark::examples
