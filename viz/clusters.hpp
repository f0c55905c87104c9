// SPDX-License-Identifier: MIT
//
// Clusters: the frames and tints that the boxes of a picture stand in.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/viz/dot_graph.hpp>
#include <tidemark/viz/sketch.hpp>

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// A frame for each loop, inner ones in outer ones, and in it, if asked for, a tint behind the
/// steps that run in one push of one operator. A push that goes on in a loop has one tint on either
/// side; one that closes a loop has none, because its ends are far apart.
class Clusters {
 public:
  Clusters(const FlowGraph& flow, const Sketch& sketch, DotGraph& graph, bool with_segments);

  /// Where a step stands. Throws std::out_of_range if `flow` lacks its loop.
  DotGraph::Cluster place(const FlowNode& node);

 private:
  struct Segment {
    std::uint32_t steps = 0;
    bool has_operator = false;
    DotGraph::Cluster cluster = nullptr;
  };
  using SegmentKey = std::pair<OperatorId, std::uint32_t>;  // with the scope

  DotGraph::Cluster loop(std::uint32_t scope);

  const FlowGraph& flow_;
  DotGraph& graph_;
  std::vector<DotGraph::Cluster> loops_;  // by scope; nullptr: nothing stands there yet
  std::map<SegmentKey, Segment> segments_;
};

}  // namespace tidemark::detail
