// SPDX-License-Identifier: MIT
#include <tidemark/viz/flow_json.hpp>

#include <nlohmann/json.hpp>

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(Contract contract) {
  switch (contract) {
    case Contract::fused:
      return "fused";
    case Contract::pipeline:
      return "pipeline";
    case Contract::exchange:
      return "exchange";
  }
  return "";
}

Json scope(const FlowGraph& flow, std::size_t index) {
  const FlowScope& scope = flow.scopes[index];
  if (index == 0) return {{"name", scope.name}, {"kind", "dataflow"}, {"parent", nullptr}};
  const bool composite = scope.kind == FlowScope::Kind::composite;
  return {
      {"name", scope.name}, {"kind", composite ? "composite" : "loop"}, {"parent", scope.parent}};
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

}  // namespace

std::string to_json(const FlowGraph& flow) {
  Json json{{"name", flow.name},
            {"scopes", Json::array()},
            {"steps", Json::array()},
            {"streams", Json::array()}};
  for (std::size_t s = 0; s != flow.scopes.size(); ++s) json["scopes"].push_back(scope(flow, s));
  for (const FlowNode& node : flow.nodes) json["steps"].push_back(step(node));
  for (const FlowEdge& edge : flow.edges)
    json["streams"].push_back({{"from", edge.from},
                               {"output", edge.from_port},
                               {"to", edge.to},
                               {"input", edge.to_port},
                               {"contract", name_of(edge.contract)}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tidemark
