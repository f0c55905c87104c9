// SPDX-License-Identifier: MIT
#include <tidemark/viz/clusters.hpp>
#include <tidemark/viz/labels.hpp>
#include <tidemark/viz/text.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace tidemark::detail {
namespace {

std::pair<OperatorId, std::uint32_t> segment_of(const FlowNode& node) {
  return {node.op ? *node.op : node.feeder.op, node.scope};
}

}  // namespace

Clusters::Clusters(const FlowGraph& flow, const Sketch& sketch, DotGraph& graph, bool with_segments)
    : flow_(flow),
      graph_(graph),
      loops_(flow.scopes.size()) {
  if (!with_segments) return;
  for (const FlowNode& node : flow.nodes) {
    Segment& segment = segments_[segment_of(node)];
    ++segment.steps;
    if (node.op) segment.has_operator = true;
  }
  for (const Sketch::Line& line : sketch.lines) {
    const FlowEdge& edge = flow.edges[line.edge];
    if (line.back && edge.contract == Contract::fused) {
      segments_.erase(segment_of(flow.nodes[edge.to]));
    }
  }
}

DotGraph::Cluster Clusters::place(const FlowNode& node) {
  const DotGraph::Cluster around = loop(node.scope);
  const auto at = segments_.find(segment_of(node));
  if (at == segments_.end() || at->second.steps == 1) return around;
  Segment& segment = at->second;
  if (segment.cluster == nullptr) {
    std::string id = fmt::format("segment_{}", at->first.first.value);
    if (!segment.has_operator) id += fmt::format("_loop_{}", node.scope);
    segment.cluster = graph_.cluster(around, id);
    // A cluster inherits what its graph has: everything is set.
    graph_.set(segment.cluster, "id", id);
    graph_.set(segment.cluster, "class", "segment");
    graph_.set(segment.cluster, "tooltip", "runs in one push");
    graph_.set(segment.cluster, "label", "");
    graph_.set(segment.cluster, "style", "filled,rounded");
    graph_.set(segment.cluster, "color", segment_tint);
    graph_.set(segment.cluster, "fillcolor", segment_tint);
    graph_.set(segment.cluster, "margin", "8");
  }
  return segment.cluster;
}

DotGraph::Cluster Clusters::loop(std::uint32_t scope) {
  if (scope == 0) return graph_.root();
  DotGraph::Cluster& cluster = loops_.at(scope);
  if (cluster != nullptr) return cluster;
  const FlowScope& loop_scope = flow_.scopes[scope];
  if (loop_scope.parent >= scope) throw std::out_of_range("a scope comes before the one around it");
  const bool composite = loop_scope.kind == FlowScope::Kind::composite;
  const std::string kind = composite ? "composite" : "loop";
  const std::string id = fmt::format("{}_{}", kind, scope);
  const std::string name = clean_utf8(loop_scope.name);
  cluster = graph_.cluster(loop(loop_scope.parent), id);
  graph_.set(cluster, "id", id);
  graph_.set(cluster, "class", kind + "_scope");
  graph_.set(cluster, "tooltip", to_tooltip(name.empty() ? kind : kind + " " + name));
  graph_.set_html(cluster, "label", composite ? composite_label(name) : loop_label(name));
  graph_.set(cluster, "style", "rounded");
  graph_.set(cluster, "color", rule);
  graph_.set(cluster, "fillcolor", "");
  // Lines come in at the top, and those that close the loop run along the right.
  graph_.set(cluster, "labelloc", "b");
  graph_.set(cluster, "margin", "14");
  return cluster;
}

}  // namespace tidemark::detail
