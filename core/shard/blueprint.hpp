// SPDX-License-Identifier: MIT
//
// Blueprints: what a worker has built, but for the graph of its ports.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/progress/location.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// A dataflow as one worker has built it, beside its Topology. Every worker has an equal one, but
/// for fused steps, of which no other worker takes notice.
struct Blueprint {
  FlowGraph graph;
  std::vector<SourcePort> initial;          ///< outputs that begin with a capability at the minimum
  std::vector<SourcePort> event_sources{};  ///< outputs behind which event times are read
  /// An input whose watermark is read, and what to do where there is none, as the end of a
  /// sentence.
  struct WatermarkPort {
    TargetPort port;
    std::string instead;
  };
  std::vector<WatermarkPort> watermark_ports{};
  /// By channel: to whom it brings records; nullopt for one that a worker keeps for itself.
  std::vector<std::optional<TargetPort>> receivers;
};

/// What is not the same in two blueprints on equal topologies, by the step where it is: "step 'sum'
/// takes ..., and took ...". Empty if they are equal. O(n log n) in what they hold.
std::string difference(const Blueprint& built, const Blueprint& first);

}  // namespace tidemark
