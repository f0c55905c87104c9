// SPDX-License-Identifier: MIT
//
// Sketches: which boxes and lines a view of a flow graph consists of, before anything is drawn.
#pragma once

#include <tidemark/core/flow_graph.hpp>

#include <cstdint>
#include <vector>

namespace tidemark::detail {

struct Sketch {
  /// A step, or in the physical view a chain of fused steps. Its inputs are those of the first
  /// step, its outputs those of the last.
  struct Box {
    std::vector<std::uint32_t> steps;  ///< indices of flow nodes, in the order of the data
  };
  /// A stream between two boxes.
  struct Line {
    std::uint32_t edge = 0;  ///< index of the flow edge
    std::uint32_t from = 0;  ///< index of the box it leaves
    std::uint32_t to = 0;    ///< index of the box it enters
    bool back = false;       ///< closes a loop: without these lines there is no cycle
  };

  std::vector<Box> boxes;
  std::vector<Line> lines;
};

/// One box per step. Throws std::out_of_range, as below, if an edge names a node that is not there.
Sketch logical_sketch(const FlowGraph& flow);

/// One box per operator, one per chain of fused steps of one loop that does not branch.
Sketch physical_sketch(const FlowGraph& flow);

}  // namespace tidemark::detail
