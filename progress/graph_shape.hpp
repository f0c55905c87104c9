// SPDX-License-Identifier: MIT
//
// The shape of a progress graph: its locations and edges, and of the summaries on them only what
// they do to which coordinate.
//
// While a dataflow is built this is a mutable Boost.Graph; frozen, it is compressed sparse rows
// sorted in the order in which the tracker sweeps. The summaries stand in topology.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

namespace tidemark {

/// What an edge's summary does to the coordinates of a timestamp (timestamp.hpp).
struct EdgeEffect {
  bool identity = true;            ///< nothing at all
  std::uint64_t advances = 0;      ///< bit k: strictly advances coordinate k
  std::uint32_t resets_from = 64;  ///< the first coordinate that it resets
};

/// An edge between two positions of a frozen graph; `edge` counts edges in the order of adding.
struct ShapeEdge {
  std::uint32_t position;  ///< the other end: where it comes from, or leads to
  std::uint32_t edge;      ///< as `GraphShape::add_edge` has returned it
  bool identity;           ///< timestamps stay as they are
};

/// A cycle round which a timestamp could cause itself.
struct IllegalCycle {
  std::vector<std::uint32_t> vertices;  ///< in order; the first follows the last
  /// The coordinate that the cycle resets before anything outside it has advanced; 0 if it resets
  /// nothing and advances nothing.
  std::uint32_t resets = 0;
  std::uint32_t resetting = 0;  ///< the vertex whose leaving edge does so
};

/// A frozen graph. Immutable.
///
/// *Positions* renumber its vertices, sorted by their rank vectors. The ranks of level k number the
/// strongly connected components that are left when the edges that strictly advance a coordinate
/// before k have been removed, in topological order. So an edge either leads to a greater rank, or
/// leaves the rank as it is and does not reset the next coordinate: (rank 0, T, rank 1, counter 1,
/// ..., position) grows along every edge.
///
/// A *segment* is a chain of identity edges between vertices that have no other edges: a timestamp
/// that enters it arrives everywhere on it as it is. A segment is a contiguous range of positions,
/// in its order, and so is a component (of level 0).
class FrozenShape {
 public:
  /// How many vertices there are, and positions.
  std::uint32_t size() const { return static_cast<std::uint32_t>(vertex_at_.size()); }
  ///@{
  /// From the number of a vertex to its position, and back.
  std::uint32_t position_of(std::uint32_t vertex) const { return position_of_[vertex]; }
  std::uint32_t vertex_at(std::uint32_t position) const { return vertex_at_[position]; }
  ///@}

  /// The edges that enter a position; where they come from.
  std::span<const ShapeEdge> predecessors(std::uint32_t position) const {
    return row(predecessor_begin_, predecessors_, position);
  }
  /// The edges that leave a position; where they lead.
  std::span<const ShapeEdge> successors(std::uint32_t position) const {
    return row(successor_begin_, successors_, position);
  }

  ///@{
  /// The component of a position, as the range [begin, end) of its positions.
  std::uint32_t component_begin(std::uint32_t position) const { return component_begin_[position]; }
  std::uint32_t component_end(std::uint32_t position) const { return component_end_[position]; }
  ///@}
  /// True if a path leads from the position back to it.
  bool cyclic(std::uint32_t position) const { return cyclic_[position]; }

  ///@{
  /// The segment of a position, as the range [begin, end) of its positions.
  std::uint32_t segment_begin(std::uint32_t position) const { return segment_begin_[position]; }
  std::uint32_t segment_end(std::uint32_t position) const { return segment_end_[position]; }
  ///@}

  /// The rank of a position at a level from 1 on, below the number of coordinates.
  std::uint32_t rank(std::uint32_t level, std::uint32_t position) const {
    return ranks_[level - 1][position];
  }

 private:
  friend class GraphShape;
  using Offsets = std::vector<std::uint32_t>;

  static std::span<const ShapeEdge> row(const Offsets& begin, const std::vector<ShapeEdge>& edges,
                                        std::uint32_t position) {
    return std::span(edges).subspan(begin[position], begin[position + 1] - begin[position]);
  }

  std::vector<std::uint32_t> position_of_, vertex_at_;
  std::vector<std::uint32_t> component_begin_, component_end_, segment_begin_, segment_end_;
  std::vector<std::uint8_t> cyclic_;
  std::vector<std::vector<std::uint32_t>> ranks_;  // by level, from 1 on
  Offsets predecessor_begin_, successor_begin_;
  std::vector<ShapeEdge> predecessors_, successors_;
};

/// A graph under construction.
class GraphShape {
 public:
  /// `coordinates` is the number of coordinates of the timestamps, at most 64.
  explicit GraphShape(std::uint32_t coordinates = 1);
  ///@{
  /// What has been moved from can only be assigned to, or go.
  GraphShape(GraphShape&&) noexcept;
  GraphShape& operator=(GraphShape&&) noexcept;
  ///@}
  ~GraphShape();

  /// Adds a vertex and returns its number: they count from 0.
  std::uint32_t add_vertex();

  /// Adds an edge and returns its number.
  std::uint32_t add_edge(std::uint32_t from, std::uint32_t to, const EdgeEffect& effect);

  /// Freezes the graph, or finds a cycle that does not advance in the lexicographic order of the
  /// coordinates. O((vertices + edges) coordinates), and the sorting of the vertices.
  std::variant<FrozenShape, IllegalCycle> freeze() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark
