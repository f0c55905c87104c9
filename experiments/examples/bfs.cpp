// SPDX-License-Identifier: MIT
//
// The program: how many nodes of a graph are how far from a root?
#include "bfs.hpp"

using namespace tidemark::examples;

int main(int argc, char** argv) {
  CLI::App app("How many nodes of a graph are how far from a root?", "bfs");
  const GraphOptions options(app);
  Node root = 0;
  app.add_option("--root", root, "Where to begin")->capture_default_str();
  return run_example(app, argc, argv, [&](const tidemark::Config& config) {
    std::map<std::uint64_t, std::uint64_t> nodes_at;
    for (const auto distance : bfs(options.graph(config.seed), root, config)) ++nodes_at[distance];
    fmt::print("{:>8}  {:>8}\n", "distance", "nodes");
    for (const auto& [distance, nodes] : nodes_at)
      fmt::print("{:>8}  {:>8}\n", distance == unreachable ? "none" : std::to_string(distance),
                 nodes);
  });
}
