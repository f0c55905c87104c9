// SPDX-License-Identifier: MIT
//
// A dataflow as a Mermaid flowchart, which web pages and READMEs draw without Graphviz.
#pragma once

#include <tidemark/core/flow_graph.hpp>

#include <string>

namespace tidemark {

/// The logical graph: a box for each operator, a rounded one for each fused step, a subgraph for
/// each loop and composite step. A thick line is an exchange, a dotted one joins what runs in one
/// push. Ids are those of DOT (dot.hpp). Names come out as written, to 200 characters. Mermaid
/// draws 500 edges at most, unless its page says otherwise (`maxEdges`). The same graph gives the
/// same bytes. Any thread.
std::string to_mermaid(const FlowGraph& flow);

}  // namespace tidemark
