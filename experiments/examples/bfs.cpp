// SPDX-License-Identifier: MIT
//
// How many nodes of a graph are how far from a root? Round r of a loop visits those at distance r.
#include <tidemark/operators/ends/to_stream.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include "example.hpp"
#include "graph.hpp"

using namespace tidemark;
using namespace tidemark::examples;

constexpr std::uint64_t unreachable = ~std::uint64_t{0};

/// The distance of each node from `root`. `count` brings all mentions of a node to one worker, and
/// waits for the round to be complete.
std::vector<std::uint64_t> bfs(const Graph& graph, Node root, const Config& config) {
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
    worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
      const std::vector<Node> roots(worker.index() == 0 ? 1 : 0, root);
      iterate(to_stream(scope, roots),
              [&](auto nodes) { return fuse<Node>(nodes | count(), "visit", "", visit); });
    });
  });
  return distances;
}

int main(int argc, char** argv) {
  Program program("bfs", "How many nodes of a graph are how far from a root?", {.workers = 2});
  const GraphOptions options(program);
  Node root = 0;
  program.option("--root", root, "Where to begin");
  return program.run(argc, argv, [&](const Config& config) {
    const Graph graph = options.graph(config.seed);
    std::map<std::uint64_t, std::uint64_t> nodes_at;
    for (const auto distance : bfs(graph, graph.find(root), config)) ++nodes_at[distance];
    fmt::print("{:>8}  {:>8}\n", "distance", "nodes");
    for (const auto& [distance, nodes] : nodes_at)
      fmt::print("{:>8}  {:>8}\n", distance == unreachable ? "none" : std::to_string(distance),
                 nodes);
  });
}
