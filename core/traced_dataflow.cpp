// SPDX-License-Identifier: MIT
#include <tidemark/core/bad_trace.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/trace/graph_json.hpp>
#include <tidemark/core/traced_dataflow.hpp>
#include <tidemark/progress/error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t most_locations = 1u << 20;

Json summary_json(const Coordinates::Summary& summary, std::uint32_t coordinates) {
  Json adds = Json::array({summary.time.step});
  for (std::uint32_t k = 1; k != coordinates; ++k) adds.push_back(summary.counters[k - 1]);
  Json json{{"adds", std::move(adds)}};
  if (summary.resets_from < max_coordinates) json["sets_from"] = summary.resets_from;
  return json;
}

Coordinates::Summary summary_of(const Json& json) {
  Coordinates::Summary summary;
  const Json& adds = json.at("adds");
  if (adds.size() > max_coordinates) throw BadTrace("a summary has too many coordinates");
  for (std::uint32_t k = 0; k != adds.size(); ++k) {
    const auto number = adds.at(k).get<std::uint64_t>();
    if (k == 0) {
      summary.time.step = number;
    } else {
      summary.counters[k - 1] = number;
    }
  }
  if (json.contains("sets_from")) {
    summary.resets_from = json.at("sets_from").get<std::uint32_t>();
    if (summary.resets_from == 0 || summary.resets_from > max_coordinates)
      throw BadTrace("a summary sets a coordinate that is none");
  }
  return summary;
}

/// Requires: the operators are known.
void find_operators(TracedDataflow& dataflow) {
  for (FlowNode& node : dataflow.graph.nodes) {
    const OperatorId op = node.op ? *node.op : node.feeder.op;
    if (op.value >= dataflow.operators.size()) throw BadTrace("a step is no operator");
    const OperatorPorts<Coordinates>& ports = dataflow.operators[op.value];
    if (node.op) {
      node.first_location.value = ports.first_location;
    } else if (node.feeder.port >= ports.outputs) {
      throw BadTrace("a fused step is fed by no output");
    }
  }
}

TracedDataflow dataflow_of(const Json& json) {
  TracedDataflow dataflow;
  dataflow.time_type = json.at("timestamps").at("type");
  dataflow.form = json.at("timestamps").value("form", "");
  dataflow.outside_loops = json.at("timestamps").at("outside_loops");
  dataflow.coordinates = json.at("timestamps").at("coordinates");
  dataflow.ledgers = json.at("ledgers");
  const auto stars = static_cast<std::uint32_t>(std::ranges::count(dataflow.form, '*'));
  if (dataflow.outside_loops == 0 || dataflow.outside_loops > dataflow.coordinates ||
      dataflow.coordinates > max_coordinates || dataflow.ledgers == 0 ||
      (!dataflow.form.empty() && stars != dataflow.outside_loops))
    throw BadTrace("timestamps have no such coordinates");

  TopologyBuilder<Coordinates> builder;
  std::uint64_t locations = 0;
  for (const Json& op : json.at("operators")) {
    std::vector<Connection<Coordinates>> connections;
    for (const Json& c : op.at("connections"))
      connections.push_back({c.at("input"), c.at("output"), summary_of(c)});
    const std::uint32_t inputs = op.at("inputs"), outputs = op.at("outputs");
    if ((locations += std::uint64_t{inputs} + outputs) > most_locations)
      throw BadTrace("a dataflow has more than a million ports");
    builder.add_operator(op.at("name"), inputs, outputs, std::move(connections),
                         {op.at("depths").at(0), op.at("depths").at(1)});
  }
  for (const Json& channel : json.at("channels"))
    builder.connect({{channel.at("from").at(0)}, channel.at("from").at(1)},
                    {{channel.at("to").at(0)}, channel.at("to").at(1)});
  const auto operators = builder.operators();
  dataflow.operators.assign(operators.begin(), operators.end());
  dataflow.channels.assign(builder.channels().begin(), builder.channels().end());
  if (!dataflow.form.empty())
    dataflow.topology = std::make_shared<const Topology<Coordinates>>(std::move(builder).freeze());
  dataflow.graph = flow_graph_of(json.at("graph"), dataflow.record_types);
  find_operators(dataflow);
  for (const Json& port : json.at("receivers")) {
    auto& to = dataflow.receivers.emplace_back();
    if (port.is_null()) continue;
    to = TargetPort{{port.at(0).get<std::uint32_t>()}, port.at(1).get<std::uint32_t>()};
    if (to->op.value >= dataflow.operators.size() ||
        to->port >= dataflow.operators[to->op.value].inputs)
      throw BadTrace("a channel leads to a port that does not exist");
  }
  for (const Json& initial : json.at("initial")) {
    dataflow.initial.push_back({{initial.at("at").get<std::uint32_t>()}, initial.at("count")});
    if (dataflow.initial.back().location.value >= dataflow.locations())
      throw BadTrace("a capability is held at a location that is none");
  }
  return dataflow;
}

}  // namespace

std::uint32_t TracedDataflow::locations() const {
  if (operators.empty()) return 0;
  const OperatorPorts<Coordinates>& last = operators.back();
  return last.first_location + last.inputs + last.outputs;
}

LocationId TracedDataflow::end_of_channel(std::uint32_t channel) const {
  if (channel >= receivers.size() || !receivers[channel]) return {locations() - 1};
  return {operators[receivers[channel]->op.value].first_location + receivers[channel]->port};
}

std::string TracedDataflow::text(const Coordinates& time, LocationId location) const {
  std::ostringstream out;
  print_coordinates(out, form, time, topology->depth(location) - (outside_loops - 1));
  return std::move(out).str();
}

std::string to_json(const TracedDataflow& dataflow) {
  Json operators = Json::array(), channels = Json::array(), initial = Json::array();
  for (const OperatorPorts<Coordinates>& op : dataflow.operators) {
    Json connections = Json::array();
    for (const Connection<Coordinates>& c : op.connections) {
      Json json{{"input", c.input}, {"output", c.output}};
      json.update(summary_json(c.summary, dataflow.coordinates));
      connections.push_back(std::move(json));
    }
    operators.push_back({{"name", op.name},
                         {"inputs", op.inputs},
                         {"outputs", op.outputs},
                         {"depths", {op.depths.inputs, op.depths.outputs}},
                         {"connections", std::move(connections)}});
  }
  for (const Channel& channel : dataflow.channels)
    channels.push_back({{"from", {channel.from.op.value, channel.from.port}},
                        {"to", {channel.to.op.value, channel.to.port}}});
  for (const TracedDataflow::Initial& each : dataflow.initial)
    initial.push_back({{"at", each.location.value}, {"count", each.count}});
  Json receivers = Json::array();
  for (const auto& port : dataflow.receivers)
    receivers.push_back(port ? Json{port->op.value, port->port} : Json());
  Json timestamps{{"type", dataflow.time_type},
                  {"outside_loops", dataflow.outside_loops},
                  {"coordinates", dataflow.coordinates}};
  if (!dataflow.form.empty()) timestamps["form"] = dataflow.form;
  const Json json{{"timestamps", std::move(timestamps)}, {"ledgers", dataflow.ledgers},
                  {"operators", std::move(operators)},   {"channels", std::move(channels)},
                  {"receivers", std::move(receivers)},   {"initial", std::move(initial)},
                  {"graph", json_of(dataflow.graph)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

TracedDataflow traced_dataflow_of(std::string_view json) {
  try {
    return dataflow_of(Json::parse(json));
  } catch (const nlohmann::json::exception& error) {
    throw BadTrace(std::string("a dataflow is described wrongly: ") + error.what());
  } catch (const DataflowError& error) {
    throw BadTrace(std::string("a dataflow is none: ") + error.what());
  }
}

}  // namespace tidemark
