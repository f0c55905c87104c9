// SPDX-License-Identifier: MIT
//
// The shape of a progress graph: its locations and edges without the summaries on them.
//
// While a dataflow is built this is a mutable Boost.Graph; frozen, it is compressed sparse rows
// sorted in the order in which the tracker sweeps. The summaries stand in topology.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tidemark {

/// An edge between two positions of a frozen graph; `edge` counts edges in the order of adding.
struct ShapeEdge {
  std::uint32_t position;
  std::uint32_t edge;
};

/// A frozen graph. *Positions* renumber its vertices so that every edge that leaves a strongly
/// connected component leads to a greater position, a component is a contiguous range, and inside
/// one every edge that does not advance leads to a greater position too. Immutable.
class FrozenShape {
 public:
  std::uint32_t size() const { return static_cast<std::uint32_t>(vertex_at_.size()); }
  std::uint32_t position_of(std::uint32_t vertex) const { return position_of_[vertex]; }
  std::uint32_t vertex_at(std::uint32_t position) const { return vertex_at_[position]; }

  std::span<const ShapeEdge> predecessors(std::uint32_t position) const {
    return row(predecessor_begin_, predecessors_, position);
  }
  std::span<const ShapeEdge> successors(std::uint32_t position) const {
    return row(successor_begin_, successors_, position);
  }

  /// The component of a position, as the range [begin, end) of its positions.
  std::uint32_t component_begin(std::uint32_t position) const { return component_begin_[position]; }
  std::uint32_t component_end(std::uint32_t position) const { return component_end_[position]; }

 private:
  friend class GraphShape;
  using Offsets = std::vector<std::uint32_t>;

  static std::span<const ShapeEdge> row(const Offsets& begin, const std::vector<ShapeEdge>& edges,
                                        std::uint32_t position) {
    return std::span(edges).subspan(begin[position], begin[position + 1] - begin[position]);
  }

  std::vector<std::uint32_t> position_of_, vertex_at_, component_begin_, component_end_;
  Offsets predecessor_begin_, successor_begin_;
  std::vector<ShapeEdge> predecessors_, successors_;
};

/// A graph under construction.
class GraphShape {
 public:
  GraphShape();
  GraphShape(GraphShape&&) noexcept;
  GraphShape& operator=(GraphShape&&) noexcept;
  ~GraphShape();

  std::uint32_t add_vertex();

  /// Adds an edge and returns its number. `advances` says that its summary strictly advances every
  /// timestamp.
  std::uint32_t add_edge(std::uint32_t from, std::uint32_t to, bool advances);

  /// The vertices of one cycle that no edge of which advances, in order; empty if there is none.
  /// Such a cycle is illegal: a timestamp could cause itself. O(vertices + edges).
  std::vector<std::uint32_t> illegal_cycle() const;

  /// Requires: no illegal cycle. O(vertices + edges).
  FrozenShape freeze() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark
