// SPDX-License-Identifier: MIT
//
// Of how many connected components is a graph made? Every worker keeps the edges that join anything
// in its share; two workers' are brought together, then four workers', and so on.
#include <tidemark/operators/ends/to_stream.hpp>
#include <tidemark/operators/routing/exchange.hpp>
#include <tidemark/operators/stateless/filter.hpp>

#include "example.hpp"
#include "graph.hpp"
#include <numeric>

using namespace tidemark;
using namespace tidemark::examples;

struct UnionFind {
  std::vector<Node> parents;
  explicit UnionFind(Node nodes) : parents(nodes) { std::iota(parents.begin(), parents.end(), 0u); }
  /// The least node of the component.
  Node find(Node node) {
    while (parents[node] != node) node = parents[node] = parents[parents[node]];
    return node;
  }
  /// False if the two ends are joined already.
  bool operator()(const Edge& edge) {
    const auto [least, other] = std::minmax({find(edge.first), find(edge.second)});
    return std::exchange(parents[other], least) != least;
  }
};

/// The least node of each node's component, whatever the directions of edges.
std::vector<Node> components(const Graph& graph, const Config& config) {
  UnionFind all(graph.nodes());
  execute(config, [&](Worker& worker) {
    worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto edges = share_of(worker, graph.edges().size()) |
                   std::views::transform([&](auto index) { return graph.edges()[index]; });
      auto forest = to_stream(scope, edges) | filter(UnionFind(graph.nodes()));
      for (std::uint32_t group = 2; group / 2 < worker.peers(); group *= 2)
        forest = forest | exchange([to = worker.index() / group](const Edge&) { return to; }) |
                 filter(UnionFind(graph.nodes()));
      forest | filter(std::ref(all));  // which all workers' edges have reached at one of them
    });
  });
  for (Node node = 0; node != graph.nodes(); ++node) all.parents[node] = all.find(node);
  return all.parents;
}

int main(int argc, char** argv) {
  Program program("unionfind", "Of how many connected components is a graph made?", {.workers = 2});
  const GraphOptions options(program);
  return program.run(argc, argv, [&](const Config& config) {
    std::map<Node, std::uint64_t> sizes, of_size;
    for (const Node least : components(options.graph(config.seed), config)) ++sizes[least];
    for (const auto& [least, size] : sizes) ++of_size[static_cast<Node>(size)];
    fmt::print("{:>10}  {:>8}\n", "components", "of nodes");
    for (const auto& [size, number] : of_size) fmt::print("{:>10}  {:>8}\n", number, size);
  });
}
