// SPDX-License-Identifier: MIT
//
// Graphs for the examples: given, drawn at random, or read from a file.
#pragma once

#include <tidemark/experiments/program.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::examples {

using Node = std::uint32_t;
using Edge = std::pair<Node, Node>;  ///< from, to

/// A directed graph; may have loops and parallel edges. Its nodes are numbered from 0, and may have
/// other numbers as names. Read by all workers, changed by none.
class Graph {
 public:
  /// Throws std::invalid_argument for an edge to or from a node that is not below `nodes`. `names`
  /// ascend; if there are none a node is called by its number.
  Graph(Node nodes, std::vector<Edge> edges, std::vector<Node> names = {});

  Node name(Node node) const { return names_.empty() ? node : names_[node]; }
  /// The node of that name. Throws std::invalid_argument if there is none.
  Node find(Node name) const;

  Node nodes() const { return static_cast<Node>(begin_.size() - 1); }
  const std::vector<Edge>& edges() const { return edges_; }

  /// Where the edges of `node` lead.
  std::span<const Node> neighbours(Node node) const {
    return std::span(to_).subspan(begin_[node], begin_[node + 1] - begin_[node]);
  }

 private:
  std::vector<Edge> edges_;
  std::vector<Node> names_;
  std::vector<std::size_t> begin_;  // by node: its first in `to_`
  std::vector<Node> to_;
};

/// Edges between nodes drawn at random. Requires: at least one node, or no edges.
Graph random_graph(Node nodes, std::uint64_t edges, std::uint64_t seed);

/// Reads a line `from to` for each edge, skipping lines that begin with #, and what follows the two
/// numbers. Its nodes are those that edges name, in their order, or those below `nodes`. Throws
/// std::runtime_error, naming the line, and std::invalid_argument for a node that is not below.
Graph read_graph(const std::string& path, std::optional<Node> nodes = {});

/// The options --nodes, --edges and --graph of an example.
struct GraphOptions {
  Node nodes = 0;  ///< 0: 10'000 of a random graph, or those that the file names
  std::uint64_t edges = 50'000;
  std::string file;

  /// Requires: this outlives the program's run.
  explicit GraphOptions(Program& program);
  GraphOptions(const GraphOptions&) = delete;
  GraphOptions& operator=(const GraphOptions&) = delete;

  Graph graph(std::uint64_t seed) const;
};

}  // namespace tidemark::examples
