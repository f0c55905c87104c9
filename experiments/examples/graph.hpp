// SPDX-License-Identifier: MIT
//
// Graphs for the examples: given, drawn at random, or read from a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace tidemark::examples {

using Node = std::uint32_t;
using Edge = std::pair<Node, Node>;  ///< from, to

/// A directed graph; may have loops and parallel edges. Read by all workers, changed by none.
class Graph {
 public:
  /// Throws std::invalid_argument for an edge to or from a node that is not below `nodes`.
  Graph(Node nodes, std::vector<Edge> edges);

  Node nodes() const { return static_cast<Node>(begin_.size() - 1); }
  const std::vector<Edge>& edges() const { return edges_; }

  /// Where the edges of `node` lead.
  std::span<const Node> neighbours(Node node) const {
    return std::span(to_).subspan(begin_[node], begin_[node + 1] - begin_[node]);
  }

 private:
  std::vector<Edge> edges_;
  std::vector<std::size_t> begin_;  // by node: its first in `to_`
  std::vector<Node> to_;
};

/// Edges between nodes drawn at random. Requires: at least one node, or no edges.
Graph random_graph(Node nodes, std::uint64_t edges, std::uint64_t seed);

/// Reads a line `from to` for each edge, skipping lines that begin with #, and what follows the two
/// numbers. Throws std::runtime_error, naming the line.
Graph read_graph(const std::string& path);

/// The options --nodes, --edges and --graph of an example.
struct GraphOptions {
  Node nodes = 10'000;
  std::uint64_t edges = 50'000;
  std::string file;

  explicit GraphOptions(CLI::App& app);
  Graph graph(std::uint64_t seed) const;
};

}  // namespace tidemark::examples
