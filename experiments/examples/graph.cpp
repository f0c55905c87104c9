// SPDX-License-Identifier: MIT
//
// Graphs for the examples.
#include "graph.hpp"

#include <tidemark/core/random.hpp>
#include <tidemark/core/read_item.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace tidemark::examples {

Graph::Graph(Node nodes, std::vector<Edge> edges)
    : edges_(std::move(edges)),
      begin_(std::size_t{nodes} + 1),
      to_(edges_.size()) {
  for (const auto& [from, to] : edges_) {
    if (from >= nodes || to >= nodes)
      throw std::invalid_argument("an edge from " + std::to_string(from) + " to " +
                                  std::to_string(to) + " in a graph of " + std::to_string(nodes) +
                                  " nodes");
    ++begin_[from + 1];
  }
  for (Node node = 0; node != nodes; ++node) begin_[node + 1] += begin_[node];
  std::vector<std::size_t> next = begin_;
  for (const auto& [from, to] : edges_) to_[next[from]++] = to;
}

Graph random_graph(Node nodes, std::uint64_t edges, std::uint64_t seed) {
  Random random(seed);
  std::vector<Edge> drawn(edges);
  for (auto& [from, to] : drawn) {
    from = static_cast<Node>(random.below(nodes));
    to = static_cast<Node>(random.below(nodes));
  }
  return {nodes, std::move(drawn)};
}

namespace {

/// The two numbers with which the line begins.
Edge read_edge(const std::string& line, const std::string& place) {
  std::istringstream words(line);
  std::string from, to;
  words >> from >> to;
  try {
    const Edge edge(read_item<Node>(from), read_item<Node>(to));
    if (std::max(edge.first, edge.second) != std::numeric_limits<Node>::max()) return edge;
    throw BadText("there can be no more than 4294967295 nodes");
  } catch (const BadText& error) {
    throw std::runtime_error(place + ": no edge: '" + line + "': " + error.what());
  }
}

}  // namespace

Graph read_graph(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read '" + path + "'");
  std::vector<Edge> edges;
  Node nodes = 0;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const Edge edge = read_edge(line, path + ":" + std::to_string(number));
    nodes = std::max({nodes, edge.first + 1, edge.second + 1});
    edges.push_back(edge);
  }
  return {nodes, std::move(edges)};
}

GraphOptions::GraphOptions(CLI::App& app) {
  app.add_option("--nodes", nodes, "Of a random graph")
      ->check(CLI::Range(1, 1 << 30))
      ->capture_default_str();
  app.add_option("--edges", edges, "Of a random graph")->capture_default_str();
  app.add_option("--graph", file, "Instead, a file with a line 'from to' for each edge");
}

Graph GraphOptions::graph(std::uint64_t seed) const {
  return file.empty() ? random_graph(nodes, edges, seed) : read_graph(file);
}

}  // namespace tidemark::examples
