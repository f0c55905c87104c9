// SPDX-License-Identifier: MIT
//
// The program: of how many connected components is a graph made?
#include "unionfind.hpp"

using namespace tidemark::examples;

int main(int argc, char** argv) {
  CLI::App app("Of how many connected components is a graph made?", "unionfind");
  const GraphOptions options(app);
  return run_example(app, argc, argv, [&](const tidemark::Config& config) {
    std::map<Node, std::uint64_t> sizes;
    for (const Node least : components(options.graph(config.seed), config)) ++sizes[least];
    std::map<std::uint64_t, std::uint64_t> of_size;
    for (const auto& [least, size] : sizes) ++of_size[size];
    fmt::print("{:>10}  {:>8}\n", "components", "of nodes");
    for (const auto& [size, number] : of_size) fmt::print("{:>10}  {:>8}\n", number, size);
  });
}
