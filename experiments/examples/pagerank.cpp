// SPDX-License-Identifier: MIT
//
// The program: which nodes of a graph matter most?
#include "pagerank.hpp"

using namespace tidemark::examples;

int main(int argc, char** argv) {
  CLI::App app("Which nodes of a graph matter most, by PageRank?", "pagerank");
  const GraphOptions options(app);
  std::uint64_t rounds = 1000, top = 10;
  app.add_option("--rounds", rounds, "At most; it ends when no rank changes")
      ->capture_default_str();
  app.add_option("--top", top, "How many nodes to print")->capture_default_str();
  return run_example(app, argc, argv, [&](const tidemark::Config& config) {
    std::vector<std::pair<Rank, Node>> nodes;
    for (const Rank rank : pagerank(options.graph(config.seed), rounds, config))
      nodes.emplace_back(-rank, static_cast<Node>(nodes.size()));
    std::ranges::sort(nodes);
    fmt::print("{:>8}  {:>12}\n", "node", "rank");
    for (std::size_t i = 0; i != std::min(nodes.size(), top); ++i)
      fmt::print("{:>8}  {:>12.9f}\n", nodes[i].second,
                 -double(nodes[i].first) / double(rank_unit));
  });
}
