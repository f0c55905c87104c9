// SPDX-License-Identifier: MIT
//
// DOT: a flow graph, and the progress state on it, as text that any Graphviz program can lay out.
// To get a picture of it: layout.hpp. How to read the pictures: README.md.
//
// Ids are stable over views and runs, so that scripts and style sheets can find things:
//   op_4         operator 4 of the progress graph, the same in all views
//   op_4_i0      its first input port (op_4_o0: its first output port)
//   step_3       the fused step that is node 3 of the flow graph, or a chain that begins with it
//   stream_5     edge 5 of the flow graph
//   segment_4    operator 4 with the steps fused to it that stand where it stands
//   segment_4_loop_1   those that stand in loop 1
//   loop_1       scope 1 of the flow graph (composite_1: if it is a composite step)
// Classes: operator, fused; exchange, pipeline, loop; segment; loop_scope, composite_scope; port,
// busy, done; on a path that is explained: why, on those of further causes: why_more, on a refused
// cycle: illegal.
#pragma once

#include <tidemark/core/explanation.hpp>
#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/progress_snapshot.hpp>

#include <span>
#include <string>

namespace tidemark {

/// Which boxes a picture has.
enum class View {
  logical,   ///< every step as the user wrote it; a tint joins what runs in one push
  physical,  ///< the operators of the progress graph; fused steps are notes on the streams
};

/// The same graph gives the same bytes. Any thread.
std::string to_dot(const FlowGraph& flow, View view);

/// The physical view with the state of `snapshot` at every port. Throws std::out_of_range if the
/// snapshot lacks a location of `flow`, as one of another dataflow would.
std::string to_dot(const FlowGraph& flow, const ProgressSnapshot& snapshot);

/// The same with the path of the first cause and its timestamps, and the paths of the others.
/// `snapshot` should be of the explanation's sequence. Throws std::out_of_range, as below, for a
/// location that `flow` lacks.
std::string to_dot(const FlowGraph& flow, const ProgressSnapshot& snapshot,
                   const Explanation& explanation);

/// The physical view of a dataflow that was refused, and the cycle because of which: its locations
/// in order; the first follows the last.
std::string to_dot(const FlowGraph& flow, std::span<const LocationId> illegal_cycle);

}  // namespace tidemark
