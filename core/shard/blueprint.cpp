// SPDX-License-Identifier: MIT
#include <tidemark/core/record_type.hpp>
#include <tidemark/core/shard/blueprint.hpp>

#include <algorithm>
#include <iterator>
#include <optional>

namespace tidemark {
namespace {

/// The streams into operators; those into fused steps are a worker's own affair.
std::vector<const FlowEdge*> streams(const FlowGraph& graph) {
  std::vector<const FlowEdge*> all;
  for (const FlowEdge& edge : graph.edges)
    if (edge.contract != Contract::fused) all.push_back(&edge);
  return all;
}

bool same(const FlowEdge& a, const FlowEdge& b) {
  return a.contract == b.contract &&
         (a.records == b.records || a.records->type() == b.records->type());
}

std::string what(const FlowEdge& stream) {
  return "records of type '" + stream.records->name() + "' " +
         (stream.contract == Contract::exchange ? "from all workers" : "from its own worker");
}

/// What the first list has and the second has not.
std::vector<SourcePort> without(std::vector<SourcePort> all, std::vector<SourcePort> taken) {
  std::ranges::sort(all);
  std::ranges::sort(taken);
  std::vector<SourcePort> rest;
  std::ranges::set_difference(all, taken, std::back_inserter(rest));
  return rest;
}

std::string step(const FlowGraph& graph, OperatorId op) {
  const auto node = std::ranges::find(graph.nodes, std::optional(op), &FlowNode::op);
  return "step '" + (node == graph.nodes.end() ? "" : node->label()) + "'";
}

}  // namespace

std::string difference(const Blueprint& built, const Blueprint& first) {
  const auto built_streams = streams(built.graph), first_streams = streams(first.graph);
  const auto [now, then] = std::ranges::mismatch(
      built_streams, first_streams, [](const auto* a, const auto* b) { return same(*a, *b); });
  if (now != built_streams.end() && then != first_streams.end())
    return "step '" + built.graph.nodes[(*now)->to].label() + "' takes " + what(**now) +
           ", and took " + what(**then);
  const auto output = [&](SourcePort source) {
    return step(built.graph, source.op) + ", output " + std::to_string(source.port) + ", ";
  };
  if (const auto more = without(built.initial, first.initial); !more.empty())
    return output(more.front()) + "begins with a capability and did not";
  if (const auto fewer = without(first.initial, built.initial); !fewer.empty())
    return output(fewer.front()) + "begins without a capability and had one";
  if (const auto more = without(built.event_sources, first.event_sources); !more.empty())
    return output(more.front()) + "has its event times read and had not";
  if (const auto fewer = without(first.event_sources, built.event_sources); !fewer.empty())
    return output(fewer.front()) + "has its event times not read and had";
  const auto channel = [](const Blueprint& of, std::size_t c) {
    return c < of.receivers.size() ? of.receivers[c] : std::nullopt;
  };
  for (std::size_t c = 0; c != std::max(built.receivers.size(), first.receivers.size()); ++c)
    if (const auto here = channel(built, c), there = channel(first, c); here != there)
      return step(built.graph, (here ? *here : *there).op) + " gets records by channel " +
             std::to_string(c) + (here ? ", and did not" : " no more, and did") +
             ": there was not the same number of activators before it";
  return "";
}

}  // namespace tidemark
