// SPDX-License-Identifier: MIT
//
// A dataflow as JSON, for programs that are not ours.
#pragma once

#include <tidemark/core/flow_graph.hpp>

#include <string>

namespace tidemark {

/// The graph as a JSON object, which is complete before anything runs:
///
///     name     of the dataflow
///     scopes   the dataflow (scope 0), its loops and composite steps: {name, kind, parent}; the
///              first has no parent
///     steps    {kind, id, inputs, outputs, scope, operator, feeder}; by their place in the list
///              streams name them. `operator` is null for a fused step, of which `feeder` is the
///              {operator, output} whose frontier it shares
///     streams  {from, output, to, input, contract, records}; of a graph that was drawn by hand
///              without the last, the type of the records
///
/// The same graph gives the same bytes. Any thread.
std::string to_json(const FlowGraph& flow);

}  // namespace tidemark
