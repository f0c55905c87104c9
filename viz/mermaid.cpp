// SPDX-License-Identifier: MIT
#include <tidemark/viz/mermaid.hpp>
#include <tidemark/viz/text.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tidemark {
namespace {

constexpr std::size_t name_limit = 200;  // characters; Mermaid takes 50,000 for all of a chart

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Whether `text[i]`, a character of ASCII, means itself to Mermaid and its Markdown wherever it
/// is.
bool is_plain(std::string_view text, std::size_t i) {
  const char c = text[i];
  if (is_word(c) || c == ',' || c == '/') return true;
  const bool inside = i != 0 && i + 1 != text.size();
  if (c == ' ') return inside && text[i - 1] != ' ' && text[i - 1] != '\n' && text[i + 1] != '\n';
  return (c == '_' || c == '-') && inside && is_word(text[i - 1]) && is_word(text[i + 1]);
}

/// A name between quotes. Mermaid has no escapes but entities, with # in place of &. It keeps them
/// until it has looked for Markdown, formulas and pictures, if there is no tag, such as <br/>; so a
/// line ends by a newline.
std::string quoted(const std::string& name) {
  const std::string clean = detail::abbreviate(detail::clean_utf8(name), name_limit);
  if (clean.empty()) return "unnamed";
  std::string text;
  for (std::size_t i = 0; i != clean.size(); ++i) {
    if (clean[i] == '\n') {
      text += '\n';
    } else if (is_plain(clean, i)) {
      text += clean[i];
    } else {  // a blank that HTML would drop is one that it keeps
      text += fmt::format("#{};", clean[i] == ' ' ? 160 : static_cast<int>(clean[i]));
    }
  }
  return text;
}

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
    if (node.label() != node.kind) label += "\n" + quoted(node.kind);
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

  const FlowGraph& flow_;
  std::vector<std::vector<std::uint32_t>> children_;  // by scope
  std::string text_;
};

}  // namespace

std::string to_mermaid(const FlowGraph& flow) {
  return Flowchart(flow).text();
}

}  // namespace tidemark
