// SPDX-License-Identifier: MIT
//
// Which nodes of a graph matter most? In fixed-point numbers: every schedule gives the same.
#include <tidemark/operators/ends/to_stream.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/timestamps/aggregate.hpp>

#include "example.hpp"
#include "graph.hpp"

using namespace tidemark;
using namespace tidemark::examples;
using Rank = std::int64_t;
using Gain = std::pair<Node, Rank>;
constexpr Rank rank_unit = Rank{1} << 40;  ///< a rank of 1

/// rank(v) = 0.15 + 0.85 * the sum of rank(u) / degree(u) over all edges from u to v, by iteration
/// from 0.15 on. Gains of that sum go round the loop, for `rounds` rounds or until nothing changes.
std::vector<Rank> pagerank(const Graph& graph, std::uint64_t rounds, const Config& config) {
  std::vector<Rank> sums(graph.nodes()), ranks(graph.nodes());
  const auto sum = aggregate<Rank>(
      "sum", [](Node, Rank gain, Rank& all) { all += gain; },
      [](Node node, Rank all) { return Gain(node, all); });
  const auto update = [&](const auto& time, auto& gains, auto& out) {
    for (const auto& [node, gain] : gains) {
      const Rank rank = (15 * rank_unit + 85 * (sums[node] += gain)) / 100;
      const Rank before = std::exchange(ranks[node], rank);
      if (time.counters[0] == rounds) continue;
      const auto degree = static_cast<Rank>(graph.neighbours(node).size());
      for (const Node to : graph.neighbours(node))
        if (rank / degree != before / degree) out.give({to, rank / degree - before / degree});
    }
  };
  execute(config, [&](Worker& worker) {
    worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
      auto nodes = share_of(worker, graph.nodes()) |
                   std::views::transform([](auto node) { return Gain(node, 0); });
      iterate(to_stream(scope, nodes),
              [&](auto gains) { return fuse<Gain>(gains | sum, "rank", "", update); });
    });
  });
  return ranks;
}

int main(int argc, char** argv) {
  Program program("pagerank", "Which nodes of a graph matter most, by PageRank?", {.workers = 2});
  const GraphOptions options(program);
  std::uint64_t rounds = 1000, top = 10;
  program.option("--rounds", rounds, "At most; it ends when none changes");
  program.option("--top", top, "How many nodes to print");
  return program.run(argc, argv, [&](const Config& config) {
    const Graph graph = options.graph(config.seed);
    std::multimap<Rank, Node, std::greater<>> nodes;
    for (Node node = 0; const Rank rank : pagerank(graph, rounds, config))
      nodes.emplace(rank, graph.name(node++));
    fmt::print("{:>8}  {:>12}\n", "node", "rank");
    for (const auto& [rank, node] : nodes | std::views::take(top))
      fmt::print("{:>8}  {:>12.9f}\n", node, double(rank) / double(rank_unit));
  });
}
