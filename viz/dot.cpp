// SPDX-License-Identifier: MIT
#include <tidemark/viz/clusters.hpp>
#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/dot_graph.hpp>
#include <tidemark/viz/highlight.hpp>
#include <tidemark/viz/labels.hpp>
#include <tidemark/viz/sketch.hpp>
#include <tidemark/viz/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <set>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

using detail::clean_utf8;
using detail::DotGraph;
using detail::Emphasis;
using detail::Highlight;
using detail::Sketch;

constexpr std::size_t text_limit = 80;  // characters of a subtitle

class Picture {
 public:
  Picture(const FlowGraph& flow, View view, const ProgressSnapshot* snapshot,
          Highlight highlight = {})
      : flow_(flow),
        snapshot_(snapshot),
        sketch_(view == View::logical ? detail::logical_sketch(flow)
                                      : detail::physical_sketch(flow)),
        highlight_(std::move(highlight)),
        clusters_(flow, sketch_, graph_, view == View::logical) {
    declare_attributes();
    closes_loop_.resize(sketch_.boxes.size());
    for (const Sketch::Line& line : sketch_.lines) {
      if (line.back) closes_loop_[line.from] = closes_loop_[line.to] = true;
    }
    for (std::size_t i = 0; i != sketch_.boxes.size(); ++i) add_box(i);
    for (const Sketch::Line& line : sketch_.lines) add_line(line);
    keep_loops_right();
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
                          {"labeljust", "l"}, {"margin", ""}, {"id", ""}, {"class", ""},
                          {"tooltip", ""}, {"style", ""}, {"color", ""}, {"fillcolor", ""}});
    declare(Kind::node, {{"shape", "plain"}, {"fontname", font_name},
                         {"fontsize", detail::small_size}, {"label", ""}, {"id", ""},
                         {"class", ""}, {"tooltip", ""}, {"group", ""}});
    declare(Kind::edge, {{"id", ""}, {"class", ""}, {"tooltip", ""}, {"tailport", ""},
                         {"headport", ""}, {"dir", "forward"}, {"color", detail::ink},
                         {"arrowsize", "0.7"}, {"penwidth", "1"}, {"style", ""}, {"weight", "1"}});
    // clang-format on
    if (sketch_.boxes.size() > 500) {  // bounds dot's search for the best ranks
      declare(Kind::graph, {{"nslimit", "1"}, {"nslimit1", "1"}});
    }
  }

  std::string id_of(const Sketch::Box& box) const {
    const FlowNode& node = flow_.nodes[box.steps[0]];
    return node.op ? fmt::format("op_{}", node.op->value) : fmt::format("step_{}", box.steps[0]);
  }

  void add_box(std::size_t index) {
    const Sketch::Box& box = sketch_.boxes[index];
    const FlowNode& first = flow_.nodes[box.steps[0]];
    const std::string id = id_of(box);
    const DotGraph::Node node = graph_.node(clusters_.place(first), id);
    nodes_.push_back(node);

    std::string title;
    Emphasis emphasis = Emphasis::none;
    std::vector<std::reference_wrapper<const FlowNode>> steps;
    for (const std::uint32_t step_index : box.steps) {
      const FlowNode& step = flow_.nodes[step_index];
      steps.push_back(step);
      emphasis = std::max(emphasis, highlight_.step(step_index));
      title += (title.empty() ? "" : " → ") + clean_utf8(step.label());
      if (step.label() != step.kind) title += " (" + clean_utf8(step.kind) + ")";
    }
    if (!first.op) title += fmt::format(", fused to op_{}", first.feeder.op.value);
    graph_.set(node, "id", id);
    graph_.set(node, "class", highlight_.classes(first.op ? "operator" : "fused", emphasis));
    graph_.set(node, "tooltip", detail::to_tooltip(title));
    std::string label =
        first.op ? detail::operator_label(first, id, progress_of(first), highlight_, emphasis)
                 : detail::fused_label(steps, emphasis);
    if (first.scope != 0 && closes_loop_[index]) label = detail::with_room(label);
    graph_.set_html(node, "label", label);
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
      if (!source.op || snapshot_ == nullptr) tail = "body:e";
      tail.back() = 'e';
      if (!target.op) head = "body:e";
      const bool on_the_flank = snapshot_ != nullptr && flow_edge.to_port + 1 == target.inputs;
      if (on_the_flank) head.back() = 'e';
      std::swap(tail, head);
      std::swap(from, to);
    }

    const std::string id = fmt::format("stream_{}", line.edge);
    void* edge = graph_.edge(from, to, id);
    const bool exchange = flow_edge.contract == Contract::exchange;
    const bool fused = flow_edge.contract == Contract::fused;
    const std::string contract = exchange ? "exchange" : fused ? "fused" : "pipeline";
    graph_.set(edge, "id", id);
    const Emphasis emphasis = highlight_.stream(line.edge);
    graph_.set(edge, "class",
               highlight_.classes(line.back ? contract + " loop" : contract, emphasis));
    graph_.set(edge, "tailport", tail);
    graph_.set(edge, "headport", head);
    if (reversed) graph_.set(edge, "dir", "back");
    if (reversed && source.scope != 0 && target.scope != 0) add_fence(from, to, id);
    const char* colour = detail::line_colour(emphasis, exchange ? detail::blue
                                                       : fused  ? detail::rule
                                                                : detail::ink);
    graph_.set(edge, "color", exchange ? fmt::format("{0}:white:{0}", colour) : colour);
    if (emphasis == Emphasis::strong) graph_.set(edge, "penwidth", exchange ? "2" : "3");
    if (emphasis == Emphasis::lighter) graph_.set(edge, "penwidth", exchange ? "1" : "2");
    graph_.set(edge, "tooltip",
               detail::to_tooltip(fmt::format("{}.out{} → {}.in{}, {}", clean_utf8(source.label()),
                                              flow_edge.from_port, clean_utf8(target.label()),
                                              flow_edge.to_port, contract)));
    contracts_.insert(flow_edge.contract);
  }

  /// Keeps a line that closes a loop inside the loop's frame: it may bulge as far as the next line,
  /// and this one, farther out and invisible, is part of the frame.
  void add_fence(DotGraph::Node from, DotGraph::Node to, const std::string& id) {
    void* fence = graph_.edge(from, to, id + "_fence");
    graph_.set(fence, "style", "invis");
    graph_.set(fence, "tailport", "room:e");
    graph_.set(fence, "headport", "room:e");
    graph_.set(fence, "weight", "0");
  }

  /// Groups the box that a loop is closed from with the one above it: dot goes far out of its way
  /// not to cross a line inside a group, and what closes the loop stays on its right.
  void keep_loops_right() {
    constexpr std::uint32_t nowhere = UINT32_MAX;
    std::vector<std::uint32_t> above(nodes_.size(), nowhere);
    for (const Sketch::Line& line : sketch_.lines) {
      if (!line.back && above[line.to] == nowhere) above[line.to] = line.from;
    }
    std::vector<bool> grouped(nodes_.size());
    for (const Sketch::Line& back : sketch_.lines) {
      const std::uint32_t box = above[back.from];
      if (!back.back || box == nowhere || grouped[back.from] || grouped[box]) continue;
      for (const std::uint32_t member : {back.from, box}) {
        graph_.set(nodes_[member], "group", fmt::format("loop_{}", back.edge));
        grouped[member] = true;
      }
    }
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
    legend.reserve(highlight_.notes.size() + 4);
    if (!highlight_.subtitle.empty()) {
      highlight_.notes.push_back(std::move(subtitle));
      subtitle = detail::abbreviate(clean_utf8(highlight_.subtitle), text_limit);
    }
    for (const std::string& note : highlight_.notes) {
      legend.push_back(detail::note(detail::abbreviate(clean_utf8(note), text_limit)));
    }
    const std::string highlights = detail::highlight_legend(highlight_);
    if (!highlights.empty()) legend.push_back(highlights);
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
  Highlight highlight_;
  DotGraph graph_;
  detail::Clusters clusters_;
  std::vector<DotGraph::Node> nodes_;  // by box
  std::vector<bool> closes_loop_;      // by box: such a line begins or ends there
  std::set<Contract> contracts_;       // that have been drawn
};

}  // namespace

std::string to_dot(const FlowGraph& flow, View view) {
  return Picture(flow, view, nullptr).text();
}

std::string to_dot(const FlowGraph& flow, const ProgressSnapshot& snapshot) {
  return Picture(flow, View::physical, &snapshot).text();
}

std::string to_dot(const FlowGraph& flow, const ProgressSnapshot& snapshot,
                   const Explanation& explanation) {
  return Picture(flow, View::physical, &snapshot, detail::highlight(flow, explanation)).text();
}

std::string to_dot(const FlowGraph& flow, std::span<const LocationId> illegal_cycle) {
  return Picture(flow, View::physical, nullptr, detail::highlight(flow, illegal_cycle)).text();
}

}  // namespace tidemark
