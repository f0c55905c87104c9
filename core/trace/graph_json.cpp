// SPDX-License-Identifier: MIT
#include <tidemark/core/bad_trace.hpp>
#include <tidemark/core/record_type.hpp>
#include <tidemark/core/trace/graph_json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array contracts{"fused", "pipeline", "exchange"};
constexpr std::array scope_kinds{"loop", "composite"};

template <typename Enum, std::size_t N>
Enum named(const std::array<const char*, N>& names, const Json& name) {
  const auto found = std::ranges::find(names, name.get<std::string>());
  if (found == names.end())
    throw BadTrace("'" + name.get<std::string>() + "' is no word of its own");
  return static_cast<Enum>(found - names.begin());
}

Json scope(const FlowGraph& flow, std::size_t index) {
  const FlowScope& scope = flow.scopes[index];
  if (index == 0) return {{"name", scope.name}, {"kind", "dataflow"}, {"parent", nullptr}};
  return {{"name", scope.name},
          {"kind", scope_kinds[static_cast<std::size_t>(scope.kind)]},
          {"parent", scope.parent}};
}

Json step(const FlowNode& node) {
  Json json{{"kind", node.kind},       {"id", node.id},       {"inputs", node.inputs},
            {"outputs", node.outputs}, {"scope", node.scope}, {"operator", nullptr},
            {"feeder", nullptr}};
  if (node.op) {
    json["operator"] = node.op->value;
  } else {
    json["feeder"] = {{"operator", node.feeder.op.value}, {"output", node.feeder.port}};
  }
  return json;
}

Json stream(const FlowEdge& edge) {
  Json json{{"from", edge.from},
            {"output", edge.from_port},
            {"to", edge.to},
            {"input", edge.to_port},
            {"contract", contracts[static_cast<std::size_t>(edge.contract)]}};
  if (edge.records != nullptr) json["records"] = edge.records->name();
  return json;
}

FlowNode step_of(const Json& json) {
  FlowNode node{.kind = json.at("kind"),
                .id = json.at("id"),
                .inputs = json.at("inputs"),
                .outputs = json.at("outputs"),
                .scope = json.at("scope")};
  if (!json.at("operator").is_null()) {
    node.op = OperatorId{json.at("operator").get<std::uint32_t>()};
  } else {
    node.feeder = {{json.at("feeder").at("operator").get<std::uint32_t>()},
                   json.at("feeder").at("output")};
  }
  return node;
}

FlowEdge stream_of(const Json& json, const FlowGraph& graph) {
  const FlowEdge edge{.from = json.at("from"),
                      .from_port = json.at("output"),
                      .to = json.at("to"),
                      .to_port = json.at("input"),
                      .contract = named<Contract>(contracts, json.at("contract"))};
  if (edge.from >= graph.nodes.size() || edge.from_port >= graph.nodes[edge.from].outputs ||
      edge.to >= graph.nodes.size() || edge.to_port >= graph.nodes[edge.to].inputs)
    throw BadTrace("a stream joins a port that does not exist");
  return edge;
}

}  // namespace

Json json_of(const FlowGraph& flow) {
  Json json{{"name", flow.name},
            {"scopes", Json::array()},
            {"steps", Json::array()},
            {"streams", Json::array()}};
  for (std::size_t s = 0; s != flow.scopes.size(); ++s) json["scopes"].push_back(scope(flow, s));
  for (const FlowNode& node : flow.nodes) json["steps"].push_back(step(node));
  for (const FlowEdge& edge : flow.edges) json["streams"].push_back(stream(edge));
  return json;
}

FlowGraph flow_graph_of(const Json& json, std::vector<std::string>& record_types) {
  FlowGraph graph;
  graph.name = json.at("name");
  graph.scopes.clear();
  for (const Json& scope : json.at("scopes")) {
    if (graph.scopes.empty()) {
      graph.scopes.push_back({scope.at("name")});
      continue;
    }
    graph.scopes.push_back({scope.at("name"), scope.at("parent"),
                            named<FlowScope::Kind>(scope_kinds, scope.at("kind"))});
    if (graph.scopes.back().parent >= graph.scopes.size() - 1)
      throw BadTrace("a scope stands in none before it");
  }
  for (const Json& step : json.at("steps")) {
    graph.nodes.push_back(step_of(step));
    if (graph.nodes.back().scope >= graph.scopes.size())
      throw BadTrace("a step stands in a scope that is none");
  }
  for (const Json& stream : json.at("streams")) {
    graph.edges.push_back(stream_of(stream, graph));
    record_types.push_back(stream.value("records", ""));
  }
  return graph;
}

}  // namespace tidemark
