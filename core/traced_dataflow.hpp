// SPDX-License-Identifier: MIT
//
// A dataflow as a trace describes it: its graph, and all that is needed to compute progress in it.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/progress/coordinates.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark {

/// What a trace knows of one dataflow. Its timestamps are coordinates, and its summaries in normal
/// form; of timestamps of a type of a program's own neither is known, and nothing is computed.
struct TracedDataflow {
  /// A capability that each worker holds from the beginning.
  struct Initial {
    LocationId location;     ///< the output
    std::int64_t count = 0;  ///< of all workers
    friend bool operator==(const Initial&, const Initial&) = default;
  };

  FlowGraph graph;  ///< its steps and streams
  /// By the numbers of channels that events name: where they lead; nullopt for one that brings no
  /// records.
  std::vector<std::optional<TargetPort>> receivers;
  std::vector<std::string> record_types;  ///< of a graph that was read, by edge
  std::string time_type;                  ///< the name of the timestamps' type
  std::string form;                       ///< how they are printed (coordinates.hpp); or empty
  std::uint32_t outside_loops = 1;        ///< how many numbers they have outside loops
  std::uint32_t coordinates = 1;          ///< and in the deepest loop
  std::uint32_t ledgers = 1;              ///< how many; TraceEvent::ledger is less
  std::vector<OperatorPorts<Coordinates>> operators;  ///< connections are missing without a form
  std::vector<Channel> channels;  ///< from the output of one operator to the input of another
  std::shared_ptr<const Topology<Coordinates>>
      topology;                  ///< of one that was read, if it has a form
  std::vector<Initial> initial;  ///< at the least timestamp

  /// The timestamp as it is printed at a location. Requires: there is a topology.
  std::string text(const Coordinates& time, LocationId location) const;
  /// How many there are: the ports of all operators.
  std::uint32_t locations() const;
  /// Where a channel leads; the last location if there is no such channel.
  LocationId end_of_channel(std::uint32_t channel) const;
};

/// The same of a dataflow that is about to run.
template <Timestamp T>
TracedDataflow traced(const FlowGraph& graph, const Topology<T>& topology, std::uint32_t ledgers,
                      std::vector<TracedDataflow::Initial> initial, std::string time_type);

/// As a trace file says it.
std::string to_json(const TracedDataflow& dataflow);
/// Throws BadTrace for what no dataflow is described by.
TracedDataflow traced_dataflow_of(std::string_view json);

template <Timestamp T>
TracedDataflow traced(const FlowGraph& graph, const Topology<T>& topology, std::uint32_t ledgers,
                      std::vector<TracedDataflow::Initial> initial, std::string time_type) {
  TracedDataflow result;
  result.graph = graph;
  result.time_type = std::move(time_type);
  result.ledgers = ledgers;
  result.initial = std::move(initial);
  std::uint32_t numbers_more = 0;  // that stand before the counters of loops, without the first
  if constexpr (HasCoordinates<T>) {
    result.form = CoordinatesOf<T>::form();
    result.coordinates = CoordinatesOf<T>::count;
    result.outside_loops = CoordinatesOf<T>::count - (coordinates_of<T> - 1);
    numbers_more = result.outside_loops - 1;
  }
  for (const OperatorPorts<T>& op : topology.operators()) {
    OperatorPorts<Coordinates>& to = result.operators.emplace_back();
    to.name = op.name;
    to.inputs = op.inputs;
    to.outputs = op.outputs;
    to.first_location = op.first_location;
    to.depths = {op.depths.inputs + numbers_more, op.depths.outputs + numbers_more};
    if constexpr (HasCoordinates<T>)
      for (const Connection<T>& c : op.connections)
        to.connections.push_back({c.input, c.output, coordinates_summary<T>(c.summary)});
  }
  result.channels.assign(topology.channels().begin(), topology.channels().end());
  return result;
}

}  // namespace tidemark
