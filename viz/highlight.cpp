// SPDX-License-Identifier: MIT
#include <tidemark/viz/highlight.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace tidemark::detail {
namespace {

void raise(Emphasis& emphasis, Emphasis to) {
  emphasis = std::max(emphasis, to);
}

/// Puts paths of locations into a highlight.
class PathMarker {
 public:
  PathMarker(const FlowGraph& flow, Highlight& into)
      : flow_(flow),
        into_(into),
        entering_(flow.nodes.size()) {
    into_.steps.resize(flow.nodes.size());
    into_.streams.resize(flow.edges.size());
    for (std::uint32_t i = 0; i != flow.edges.size(); ++i)
      entering_.at(flow.edges[i].to).push_back(i);
    for (std::uint32_t node = 0; node != flow.nodes.size(); ++node) {
      const FlowNode& step = flow.nodes[node];
      for (std::uint32_t i = 0; step.op && i != step.inputs + step.outputs; ++i)
        ports_[{step.first_location.value + i}] = {node, i};
    }
  }

  PortMark& mark(LocationId location, Emphasis emphasis) {
    const auto port = ports_.find(location);
    if (port == ports_.end())
      throw std::out_of_range("the dataflow lacks location " + std::to_string(location.value));
    raise(into_.steps[port->second.node], emphasis);
    PortMark& mark = into_.ports[location];
    raise(mark.emphasis, emphasis);
    return mark;
  }

  /// The streams from `from` to `to` and the fused steps between, if the one feeds the other. Both
  /// have been marked.
  void mark_hop(LocationId from, LocationId to, Emphasis emphasis) {
    const Port& source = ports_.at(from);
    const Port& target = ports_.at(to);
    const std::uint32_t inputs = flow_.nodes[source.node].inputs;
    if (source.number < inputs || target.number >= flow_.nodes[target.node].inputs) return;
    for (const std::uint32_t last : entering_[target.node]) {
      if (flow_.edges[last].to_port != target.number) continue;
      // Against the data: a fused step has one input.
      std::vector<std::uint32_t> way{last};
      while (!flow_.nodes[flow_.edges[way.back()].from].op && way.size() <= flow_.nodes.size()) {
        const auto& before = entering_[flow_.edges[way.back()].from];
        if (before.empty()) break;
        way.push_back(before[0]);
      }
      const FlowEdge& first = flow_.edges[way.back()];
      if (first.from != source.node || first.from_port != source.number - inputs) continue;
      for (const std::uint32_t edge : way) {
        raise(into_.streams[edge], emphasis);
        raise(into_.steps[flow_.edges[edge].from], emphasis);
      }
    }
  }

 private:
  struct Port {
    std::uint32_t node = 0;
    std::uint32_t number = 0;  // inputs first
  };

  const FlowGraph& flow_;
  Highlight& into_;
  std::vector<std::vector<std::uint32_t>> entering_;  // edges, by node
  std::map<LocationId, Port> ports_;
};

}  // namespace

Highlight highlight(const FlowGraph& flow, const Explanation& explanation) {
  Highlight result{.strong_class = "why", .lighter_class = "why_more"};
  PathMarker marker(flow, result);
  for (std::size_t i = 0; i != explanation.causes.size(); ++i) {
    const std::vector<Explanation::Hop>& path = explanation.causes[i].path;
    const Emphasis emphasis = i == 0 ? Emphasis::strong : Emphasis::lighter;
    for (std::size_t hop = 0; hop != path.size(); ++hop) {
      PortMark& mark = marker.mark(path[hop].location, emphasis);
      if (hop != 0) marker.mark_hop(path[hop - 1].location, path[hop].location, emphasis);
      const std::string number = std::to_string(hop == 0 ? i + 1 : hop);
      if (i == 0) mark.rows.push_back({hop == 0 ? "cause" : number, path[hop].time});
      if (i != 0 && hop == 0) mark.rows.push_back({"cause " + number, path[hop].time, emphasis});
    }
  }
  marker.mark(explanation.location, Emphasis::strong).rows.push_back({"asked", explanation.time});

  if (!explanation.parts.empty()) {
    for (const Explanation::Part& part : explanation.parts)
      marker.mark(part.source, Emphasis::strong)
          .rows.push_back({"part", part.name.empty() ? part.step : part.name});
    result.subtitle =
        "why does the watermark of " + explanation.name + " stand at " + explanation.time + "?";
    result.notes = {"because " + to_text(explanation.parts.front())};
    result.strong_legend = "who is waited for";
    return result;
  }
  if (explanation.causes.empty()) {
    result.subtitle = explanation.time + " is complete at " + explanation.name;
    return result;
  }
  result.subtitle = "why can " + explanation.time + " still appear at " + explanation.name + "?";
  result.notes = {"because " + to_text(explanation.causes.front())};
  result.strong_legend = "the shortest path, with the timestamp after each hop";
  if (const std::size_t more = explanation.causes.size() - 1; more != 0)
    result.lighter_legend = std::to_string(more) + (more == 1 ? " more cause" : " more causes");
  return result;
}

Highlight highlight(const FlowGraph& flow, std::span<const LocationId> illegal_cycle) {
  Highlight result{.strong_class = "illegal",
                   .subtitle = "refused: a cycle does not advance the timestamp",
                   .strong_legend = "the cycle"};
  PathMarker marker(flow, result);
  for (const LocationId location : illegal_cycle) marker.mark(location, Emphasis::strong);
  for (std::size_t i = 0; i != illegal_cycle.size(); ++i)
    marker.mark_hop(illegal_cycle[i], illegal_cycle[(i + 1) % illegal_cycle.size()],
                    Emphasis::strong);
  return result;
}

}  // namespace tidemark::detail
