// SPDX-License-Identifier: MIT
//
// From which sources an input can be reached, and whether their event times are read.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/shard/blueprint.hpp>
#include <tidemark/progress/explain.hpp>
#include <tidemark/progress/topology.hpp>
#include <tidemark/progress/watermarks.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// The ways to `port` from all sources: outputs of operators without inputs that begin with a
/// capability. Throws DataflowError for one whose event times nobody reads; `instead` says what
/// else to do. O(edges).
template <Timestamp T>
std::vector<typename Watermarks<T>::Way> ways_to(TargetPort port, const Topology<T>& topology,
                                                 const Blueprint& blueprint,
                                                 const std::string& instead) {
  const PathsTo<T> paths(topology, topology.location(port));
  const std::string& step = topology.operators()[port.op.value].name;
  std::vector<typename Watermarks<T>::Way> ways;
  for (const SourcePort& source : blueprint.initial) {
    const OperatorPorts<T>& op = topology.operators()[source.op.value];
    if (op.inputs != 0) continue;
    for (const auto& summary : paths.summaries(topology.location(source))) {
      if (std::ranges::find(blueprint.event_sources, source) == blueprint.event_sources.end())
        throw DataflowError(
            "step '" + step + "' goes by the event time of its sources, and none is read of '" +
            op.name + "'; put event_time(...) behind it if it is an input, " + instead);
      ways.push_back({topology.location(source), summary});
    }
  }
  return ways;
}

}  // namespace tidemark
