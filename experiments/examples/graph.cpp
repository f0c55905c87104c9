// SPDX-License-Identifier: MIT
//
// Graphs for the examples.
#include "graph.hpp"

#include <tidemark/core/random.hpp>
#include <tidemark/core/read_item.hpp>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace tidemark::examples {

Graph::Graph(Node nodes, std::vector<Edge> edges, std::vector<Node> names)
    : edges_(std::move(edges)),
      names_(std::move(names)),
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

Node Graph::find(Node name) const {
  if (names_.empty() && name < nodes()) return name;
  const auto at = std::ranges::lower_bound(names_, name);
  if (at == names_.end() || *at != name)
    throw std::invalid_argument("the graph has no node " + std::to_string(name));
  return static_cast<Node>(at - names_.begin());
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

Graph read_graph(const std::string& path, std::optional<Node> nodes) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read '" + path + "'");
  std::vector<Edge> edges;
  std::vector<Node> names;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const Edge edge = read_edge(line, path + ":" + std::to_string(number));
    names.insert(names.end(), {edge.first, edge.second});
    edges.push_back(edge);
  }
  if (nodes) return {*nodes, std::move(edges)};
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const auto number = [&](Node name) {
    return static_cast<Node>(std::ranges::lower_bound(names, name) - names.begin());
  };
  for (auto& [from, to] : edges) {
    from = number(from);
    to = number(to);
  }
  const auto count = static_cast<Node>(names.size());
  return {count, std::move(edges), std::move(names)};
}

GraphOptions::GraphOptions(Program& program) {
  program.option("--nodes", nodes,
                 "Of a random graph, 0 for 10000; with --graph those below it, 0 for those that it "
                 "names",
                 {0, 1 << 30});
  program.option("--edges", edges, "Of a random graph");
  program.option("--graph", file, "Instead, a file with a line 'from to' for each edge");
}

Graph GraphOptions::graph(std::uint64_t seed) const {
  if (file.empty()) return random_graph(nodes == 0 ? 10'000 : nodes, edges, seed);
  return read_graph(file, nodes == 0 ? std::nullopt : std::optional(nodes));
}

}  // namespace tidemark::examples
