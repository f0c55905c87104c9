// SPDX-License-Identifier: MIT
#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/dot_graph.hpp>
#include <tidemark/viz/labels.hpp>
#include <tidemark/viz/sketch.hpp>
#include <tidemark/viz/text.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

using detail::clean_utf8;
using detail::DotGraph;
using detail::Sketch;

class Picture {
 public:
  Picture(const FlowGraph& flow, View view, const ProgressSnapshot* snapshot)
      : flow_(flow),
        snapshot_(snapshot),
        sketch_(view == View::logical ? detail::logical_sketch(flow)
                                      : detail::physical_sketch(flow)) {
    declare_attributes();
    for (const FlowNode& node : flow.nodes) {
      if (view == View::logical && !node.op) segments_.emplace(node.feeder.op, nullptr);
    }
    for (const Sketch::Box& box : sketch_.boxes) add_box(box);
    for (const Sketch::Line& line : sketch_.lines) add_line(line);
    add_title(view);
  }

  std::string text() { return graph_.text(); }

 private:
  void declare_attributes() {
    constexpr const char* font_name = "DejaVu Sans";
    using Kind = DotGraph::Kind;
    const auto declare = [&](Kind kind,
                             std::initializer_list<std::pair<const char*, const char*>> all) {
      for (const auto& [name, value] : all) graph_.declare(kind, name, value);
    };
    // clang-format off
    declare(Kind::graph, {{"rankdir", "TB"}, {"newrank", "true"}, {"nodesep", "0.35"},
                          {"ranksep", "0.4"}, {"pad", "0.1"}, {"charset", "UTF-8"},
                          {"bgcolor", "white"}, {"fontname", font_name},
                          {"fontsize", detail::small_size}, {"label", ""}, {"labelloc", "t"},
                          {"labeljust", "l"}, {"id", ""}, {"class", ""}, {"tooltip", ""},
                          {"style", ""}, {"color", ""}, {"fillcolor", ""}});
    declare(Kind::node, {{"shape", "plain"}, {"fontname", font_name},
                         {"fontsize", detail::small_size}, {"label", ""}, {"id", ""},
                         {"class", ""}, {"tooltip", ""}});
    declare(Kind::edge, {{"id", ""}, {"class", ""}, {"tooltip", ""}, {"tailport", ""},
                         {"headport", ""}, {"dir", "forward"}, {"color", detail::ink},
                         {"arrowsize", "0.7"}});
    // clang-format on
    if (sketch_.boxes.size() > 500) {  // bounds dot's search for the best ranks
      declare(Kind::graph, {{"nslimit", "1"}, {"nslimit1", "1"}});
    }
  }

  std::string id_of(const Sketch::Box& box) const {
    const FlowNode& node = flow_.nodes[box.steps[0]];
    return node.op ? fmt::format("op_{}", node.op->value) : fmt::format("step_{}", box.steps[0]);
  }

  /// Where a box stands: in the logical view with all that runs in one push, if that is more.
  DotGraph::Cluster place(const FlowNode& node) {
    const auto at = segments_.find(node.op ? *node.op : node.feeder.op);
    if (at == segments_.end()) return graph_.root();
    if (at->second == nullptr) {
      const std::string id = fmt::format("segment_{}", at->first.value);
      at->second = graph_.cluster(id);
      // A cluster inherits what its graph has: everything is set.
      graph_.set(at->second, "id", id);
      graph_.set(at->second, "class", "segment");
      graph_.set(at->second, "tooltip", "runs in one push");
      graph_.set(at->second, "label", "");
      graph_.set(at->second, "style", "filled,rounded");
      graph_.set(at->second, "color", detail::segment_tint);
      graph_.set(at->second, "fillcolor", detail::segment_tint);
    }
    return at->second;
  }

  void add_box(const Sketch::Box& box) {
    const FlowNode& first = flow_.nodes[box.steps[0]];
    const std::string id = id_of(box);
    const DotGraph::Node node = graph_.node(place(first), id);
    nodes_.push_back(node);

    std::string title;
    std::vector<std::reference_wrapper<const FlowNode>> steps;
    for (const std::uint32_t index : box.steps) {
      const FlowNode& step = flow_.nodes[index];
      steps.push_back(step);
      title += (title.empty() ? "" : " → ") + clean_utf8(step.label());
      if (step.label() != step.kind) title += " (" + clean_utf8(step.kind) + ")";
    }
    if (!first.op) title += fmt::format(", fused to op_{}", first.feeder.op.value);
    graph_.set(node, "id", id);
    graph_.set(node, "class", first.op ? "operator" : "fused");
    graph_.set(node, "tooltip", detail::to_tooltip(title));
    graph_.set_html(node, "label",
                    first.op ? detail::operator_label(first, id, progress_of(first))
                             : detail::fused_label(steps));
  }

  std::span<const PortProgress> progress_of(const FlowNode& node) const {
    if (snapshot_ == nullptr) return {};
    const std::size_t begin = node.first_location.value;
    const std::size_t count = node.inputs + node.outputs;
    if (begin + count > snapshot_->ports.size()) {
      throw std::out_of_range("the snapshot lacks ports of " + node.label());
    }
    return std::span(snapshot_->ports).subspan(begin, count);
  }

  void add_line(const Sketch::Line& line) {
    const FlowEdge& flow_edge = flow_.edges[line.edge];
    const FlowNode& source = flow_.nodes[flow_edge.from];
    const FlowNode& target = flow_.nodes[flow_edge.to];
    DotGraph::Node from = nodes_[line.from];
    DotGraph::Node to = nodes_[line.to];
    std::string tail = source.op ? fmt::format("o{}:s", flow_edge.from_port) : "s";
    std::string head = target.op ? fmt::format("i{}:n", flow_edge.to_port) : "n";
    // dot breaks a cycle where it likes, unless it is given one that is broken already.
    const bool reversed = line.back && line.from != line.to;
    if (reversed) {
      // Given so, it leaves and arrives sideways, past the boxes. But a mark is narrower than its
      // box, and a port may stand behind others: these it enters from above.
      if (source.op && snapshot_ == nullptr) tail = "body:e";
      tail.back() = 'e';
      const bool on_the_flank = snapshot_ != nullptr && flow_edge.to_port + 1 == target.inputs;
      if (!target.op || on_the_flank) head.back() = 'e';
      std::swap(tail, head);
      std::swap(from, to);
    }

    const std::string id = fmt::format("stream_{}", line.edge);
    void* edge = graph_.edge(from, to, id);
    const bool exchange = flow_edge.contract == Contract::exchange;
    const bool fused = flow_edge.contract == Contract::fused;
    const std::string contract = exchange ? "exchange" : fused ? "fused" : "pipeline";
    graph_.set(edge, "id", id);
    graph_.set(edge, "class", line.back ? contract + " loop" : contract);
    graph_.set(edge, "tailport", tail);
    graph_.set(edge, "headport", head);
    if (reversed) graph_.set(edge, "dir", "back");
    if (exchange) graph_.set(edge, "color", fmt::format("{0}:white:{0}", detail::blue));
    if (fused) graph_.set(edge, "color", detail::rule);
    graph_.set(edge, "tooltip",
               detail::to_tooltip(fmt::format("{}.out{} → {}.in{}, {}", clean_utf8(source.label()),
                                              flow_edge.from_port, clean_utf8(target.label()),
                                              flow_edge.to_port, contract)));
    contracts_.insert(flow_edge.contract);
  }

  void add_title(View view) {
    std::string subtitle = view == View::logical ? "logical graph" : "physical graph";
    if (snapshot_ != nullptr) {
      subtitle = fmt::format("progress at sequence {}", snapshot_->sequence);
    }
    std::string contracts;
    for (const Contract contract : contracts_) {
      contracts += (contracts.empty() ? "" : "&#160;&#160; ") + detail::contract_legend(contract);
    }
    std::vector<std::string> legend;
    if (snapshot_ != nullptr) legend.push_back(detail::progress_legend());
    if (!contracts.empty()) legend.push_back(contracts);
    const std::string name = clean_utf8(flow_.name);
    graph_.set(graph_.root(), "tooltip",
               detail::to_tooltip(name.empty() ? subtitle : name + ": " + subtitle));
    graph_.set_html(graph_.root(), "label",
                    detail::title_label(detail::abbreviate(name, 60), subtitle, legend));
  }

  const FlowGraph& flow_;
  const ProgressSnapshot* snapshot_;
  Sketch sketch_;
  DotGraph graph_;
  std::vector<DotGraph::Node> nodes_;                 // by box
  std::map<OperatorId, DotGraph::Cluster> segments_;  // of operators that feed fused steps
  std::set<Contract> contracts_;                      // that have been drawn
};

}  // namespace

std::string to_dot(const FlowGraph& flow, View view) {
  return Picture(flow, view, nullptr).text();
}

std::string to_dot(const FlowGraph& flow, const ProgressSnapshot& snapshot) {
  return Picture(flow, View::physical, &snapshot).text();
}

}  // namespace tidemark
