// SPDX-License-Identifier: MIT
#include <tidemark/progress/check.hpp>
#include <tidemark/viz/sketch.hpp>

#include <cstddef>

namespace tidemark::detail {
namespace {

/// Marks the lines that close loops: first those that leave a feedback and come back to it, then
/// those that lead back to a box on the path of a depth-first search. The search starts at boxes
/// without input, so that the line into a loop's head is marked and not one in its body.
void mark_back_lines(const FlowGraph& flow, Sketch& sketch) {
  std::vector<std::vector<std::size_t>> leaving(sketch.boxes.size());
  std::vector<bool> has_input(sketch.boxes.size());
  for (std::size_t i = 0; i != sketch.lines.size(); ++i) {
    leaving[sketch.lines[i].from].push_back(i);
    has_input[sketch.lines[i].to] = true;
  }

  const auto leads_to = [&](std::uint32_t from, std::uint32_t to) {
    std::vector<bool> seen(sketch.boxes.size());
    std::vector<std::uint32_t> open{from};
    while (!open.empty() && !seen[to]) {
      const std::uint32_t box = open.back();
      open.pop_back();
      if (seen[box]) continue;
      seen[box] = true;
      for (const std::size_t line : leaving[box]) open.push_back(sketch.lines[line].to);
    }
    return static_cast<bool>(seen[to]);
  };
  for (Sketch::Line& line : sketch.lines) {
    if (flow.nodes[flow.edges[line.edge].from].kind == "feedback") {
      line.back = leads_to(line.to, line.from);
    }
  }

  enum class Mark { unseen, on_path, left };
  std::vector<Mark> marks(sketch.boxes.size(), Mark::unseen);
  struct Step {
    std::uint32_t box;
    std::size_t next = 0;  // which of the lines that leave the box to follow next
  };
  std::vector<Step> path;
  const auto enter = [&](std::uint32_t box) {
    marks[box] = Mark::on_path;
    path.push_back({box});
  };
  const auto search_from = [&](std::uint32_t start) {
    if (marks[start] != Mark::unseen) return;
    enter(start);
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next == leaving[step.box].size()) {
        marks[step.box] = Mark::left;
        path.pop_back();
        continue;
      }
      Sketch::Line& line = sketch.lines[leaving[step.box][step.next++]];
      if (line.back) continue;
      if (marks[line.to] == Mark::on_path) {
        line.back = true;
      } else if (marks[line.to] == Mark::unseen) {
        enter(line.to);
      }
    }
  };

  const auto count = static_cast<std::uint32_t>(sketch.boxes.size());
  for (std::uint32_t box = 0; box != count; ++box) {
    if (!has_input[box]) search_from(box);
  }
  for (std::uint32_t box = 0; box != count; ++box) search_from(box);
}

}  // namespace

Sketch logical_sketch(const FlowGraph& flow) {
  Sketch sketch;
  const auto count = static_cast<std::uint32_t>(flow.nodes.size());
  for (std::uint32_t node = 0; node != count; ++node) sketch.boxes.push_back({{node}});
  for (std::uint32_t i = 0; i != flow.edges.size(); ++i) {
    const FlowEdge& edge = flow.edges[i];
    static_cast<void>(flow.nodes.at(edge.from));
    static_cast<void>(flow.nodes.at(edge.to));
    sketch.lines.push_back({.edge = i, .from = edge.from, .to = edge.to});
  }
  mark_back_lines(flow, sketch);
  return sketch;
}

Sketch physical_sketch(const FlowGraph& flow) {
  const std::size_t count = flow.nodes.size();
  std::vector<std::vector<std::uint32_t>> entering(count);  // edges, by node
  std::vector<std::vector<std::uint32_t>> leaving(count);
  for (std::uint32_t i = 0; i != flow.edges.size(); ++i) {
    leaving.at(flow.edges[i].from).push_back(i);
    entering.at(flow.edges[i].to).push_back(i);
  }

  // The step that `node` shares a box with, right before it; `count` if it begins a box.
  const auto previous = [&](std::uint32_t node) -> std::size_t {
    if (flow.nodes[node].op || entering[node].size() != 1) return count;
    const std::uint32_t before = flow.edges[entering[node][0]].from;
    const bool together = !flow.nodes[before].op && leaving[before].size() == 1 &&
                          flow.nodes[before].scope == flow.nodes[node].scope;
    return together ? before : count;
  };

  Sketch sketch;
  constexpr std::uint32_t nowhere = UINT32_MAX;
  std::vector<std::uint32_t> box_of(count, nowhere);
  std::vector<bool> inside(flow.edges.size());  // is the edge hidden in a box?
  for (std::uint32_t node = 0; node != count; ++node) {
    if (previous(node) != count) continue;
    const auto box = static_cast<std::uint32_t>(sketch.boxes.size());
    sketch.boxes.push_back({{node}});
    box_of[node] = box;
    for (std::uint32_t last = node; leaving[last].size() == 1;) {
      const std::uint32_t edge = leaving[last][0];
      const std::uint32_t next = flow.edges[edge].to;
      if (previous(next) != last) break;
      sketch.boxes[box].steps.push_back(next);
      box_of[next] = box;
      inside[edge] = true;
      last = next;
    }
  }
  for (std::uint32_t i = 0; i != flow.edges.size(); ++i) {
    const FlowEdge& edge = flow.edges[i];
    if (inside[i]) continue;
    TIDEMARK_CHECK(box_of[edge.from] != nowhere && box_of[edge.to] != nowhere,
                   "every cycle of a flow graph contains a queue");
    sketch.lines.push_back({.edge = i, .from = box_of[edge.from], .to = box_of[edge.to]});
  }
  mark_back_lines(flow, sketch);
  return sketch;
}

}  // namespace tidemark::detail
