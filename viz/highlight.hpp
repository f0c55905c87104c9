// SPDX-License-Identifier: MIT
//
// Highlights: which steps, streams and ports of a flow graph a picture points at, and with what.
#pragma once

#include <tidemark/core/explanation.hpp>
#include <tidemark/core/flow_graph.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tidemark::detail {

enum class Emphasis { none, lighter, strong };

/// What a picture says at a port besides the port's own state.
struct PortMark {
  struct Row {
    std::string badge;  ///< "cause", the number of a hop, "asked"
    std::string time;
    Emphasis emphasis = Emphasis::strong;
  };
  Emphasis emphasis = Emphasis::none;
  std::vector<Row> rows{};
};

/// Empty vectors: no step and no stream.
struct Highlight {
  std::vector<Emphasis> steps{};           ///< by flow node
  std::vector<Emphasis> streams{};         ///< by flow edge
  std::map<LocationId, PortMark> ports{};  ///< those that are pointed at
  std::string strong_class{};              ///< of what is emphasised strongly
  std::string lighter_class{};
  std::string subtitle{};            ///< in place of the view's name
  std::vector<std::string> notes{};  ///< lines below it
  std::string strong_legend{};       ///< what the strong line means; empty: there is none
  std::string lighter_legend{};

  Emphasis step(std::size_t node) const { return node < steps.size() ? steps[node] : Emphasis{}; }
  Emphasis stream(std::size_t edge) const {
    return edge < streams.size() ? streams[edge] : Emphasis{};
  }
  /// `plain` with the emphasis's class added.
  std::string classes(const std::string& plain, Emphasis emphasis) const {
    if (emphasis == Emphasis::none) return plain;
    return plain + " " + (emphasis == Emphasis::strong ? strong_class : lighter_class);
  }
};

/// The path of the first cause strongly, the others lighter. Throws std::out_of_range, as below,
/// for a location that `flow` lacks.
Highlight highlight(const FlowGraph& flow, const Explanation& explanation);

/// A cycle of locations; the first follows the last.
Highlight highlight(const FlowGraph& flow, std::span<const LocationId> illegal_cycle);

}  // namespace tidemark::detail
