// SPDX-License-Identifier: MIT
//
// Where a dataflow ends.
#pragma once

#include <tidemark/progress/timestamp.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstdint>
#include <vector>

namespace tidemark {

/// The outputs of a dataflow that no operator reads, and the inputs of operators without outputs.
template <Timestamp T>
std::vector<LocationId> ends_of(const Topology<T>& topology) {
  std::vector<bool> read(topology.locations());
  for (const Channel& channel : topology.channels())
    read[topology.location(channel.from).value] = true;
  std::vector<LocationId> ends;
  for (std::uint32_t l = 0; l != topology.locations(); ++l) {
    const OperatorPorts<T>& op = topology.operators()[topology.operator_of({l}).value];
    if (topology.is_target({l}) ? op.outputs == 0 : !read[l]) ends.push_back({l});
  }
  return ends;
}

}  // namespace tidemark
