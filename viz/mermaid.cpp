// SPDX-License-Identifier: MIT
#include <tidemark/viz/mermaid.hpp>
#include <tidemark/viz/text.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <vector>

namespace tidemark {
namespace {

class Flowchart {
 public:
  explicit Flowchart(const FlowGraph& flow) : flow_(flow), children_(flow.scopes.size()) {
    for (std::uint32_t s = 1; s != flow.scopes.size(); ++s)
      children_.at(flow.scopes[s].parent).push_back(s);
  }

  std::string text() {
    text_ = "flowchart TD\n";
    add_scope(0, "  ");
    for (const FlowEdge& edge : flow_.edges) add_stream(edge);
    return text_;
  }

 private:
  void add_scope(std::uint32_t scope, const std::string& indent) {
    for (std::uint32_t n = 0; n != flow_.nodes.size(); ++n)
      if (flow_.nodes[n].scope == scope) add_step(n, indent);
    for (const std::uint32_t child : children_[scope]) {
      const FlowScope& inner = flow_.scopes[child];
      const bool composite = inner.kind == FlowScope::Kind::composite;
      text_ +=
          fmt::format("{}subgraph {}_{} [\"{}{}\"]\n", indent, composite ? "composite" : "loop",
                      child, composite ? "" : "↻ ", quoted(inner.name));
      add_scope(child, indent + "  ");
      text_ += indent + "end\n";
    }
  }

  void add_step(std::uint32_t index, const std::string& indent) {
    const FlowNode& node = flow_.nodes[index];
    std::string label = quoted(node.label());
    if (node.label() != node.kind) label += "<br/>" + quoted(node.kind);
    text_ += node.op ? fmt::format("{}{}[\"{}\"]\n", indent, id_of(index), label)
                     : fmt::format("{}{}([\"{}\"])\n", indent, id_of(index), label);
  }

  void add_stream(const FlowEdge& edge) {
    const char* line = edge.contract == Contract::exchange ? "==>"
                       : edge.contract == Contract::fused  ? "-.->"
                                                           : "-->";
    text_ += fmt::format("  {} {} {}\n", id_of(edge.from), line, id_of(edge.to));
  }

  std::string id_of(std::uint32_t index) const {
    const FlowNode& node = flow_.nodes.at(index);
    return node.op ? fmt::format("op_{}", node.op->value) : fmt::format("step_{}", index);
  }

  /// Text between quotes: Mermaid has no escapes but entities with # in place of &.
  static std::string quoted(const std::string& name) {
    std::string text;
    for (const char c : detail::clean_utf8(name)) {
      if (c == '"' || c == '#' || c == '<' || c == '>' || c == '&' || c == '`') {
        text += fmt::format("#{};", static_cast<int>(c));
      } else {
        text += c == '\n' ? ' ' : c;
      }
    }
    return text;
  }

  const FlowGraph& flow_;
  std::vector<std::vector<std::uint32_t>> children_;  // by scope
  std::string text_;
};

}  // namespace

std::string to_mermaid(const FlowGraph& flow) {
  return Flowchart(flow).text();
}

}  // namespace tidemark
