// SPDX-License-Identifier: MIT
//
// A flow graph as a JSON value: what flow_json.hpp writes, and what a trace says of its dataflows.
#pragma once

#include <tidemark/core/flow_graph.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace tidemark {

nlohmann::ordered_json json_of(const FlowGraph& flow);

/// The graph that was written, and the types of its streams' records, which it has no room for.
/// Throws BadTrace for a graph that refers to what is not there, and what the library throws.
FlowGraph flow_graph_of(const nlohmann::ordered_json& json, std::vector<std::string>& record_types);

}  // namespace tidemark
