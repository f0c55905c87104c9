// SPDX-License-Identifier: MIT
//
// Flow graphs for the tests of pictures, built by hand: no engine is needed to draw one.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/progress_snapshot.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace tidemark::tests {

class FlowBuilder {
 public:
  explicit FlowBuilder(std::string name) { flow.name = std::move(name); }

  std::uint32_t step(std::string kind, std::string id, std::uint32_t inputs,
                     std::uint32_t outputs) {
    FlowNode node{
        .kind = std::move(kind), .id = std::move(id), .inputs = inputs, .outputs = outputs};
    node.op = OperatorId{operators_++};
    node.first_location = LocationId{locations};
    locations += inputs + outputs;
    return add(std::move(node));
  }

  /// A fused step behind output `port` of `from`.
  std::uint32_t fused(std::string kind, std::string id, std::uint32_t from,
                      std::uint32_t port = 0) {
    FlowNode node{.kind = std::move(kind), .id = std::move(id), .inputs = 1, .outputs = 1};
    const FlowNode& before = flow.nodes[from];
    node.feeder = before.op ? Source{*before.op, port} : before.feeder;
    const std::uint32_t index = add(std::move(node));
    connect(from, index, Contract::fused, port);
    return index;
  }

  void connect(std::uint32_t from, std::uint32_t to, Contract contract, std::uint32_t from_port = 0,
               std::uint32_t to_port = 0) {
    flow.edges.push_back({from, from_port, to, to_port, contract});
  }

  /// A snapshot with `frontier` at each port, and no counts.
  ProgressSnapshot snapshot(const std::vector<std::string>& frontier) const {
    ProgressSnapshot state{.sequence = 184};
    state.ports.resize(locations);
    for (const FlowNode& node : flow.nodes) {
      for (std::uint32_t i = 0; node.op && i != node.inputs + node.outputs; ++i) {
        const bool input = i < node.inputs;
        PortProgress& port = state.ports[node.first_location.value + i];
        port.name = node.label() +
                    (input ? ".in" + std::to_string(i) : ".out" + std::to_string(i - node.inputs));
        port.is_target = input;
        port.frontier = frontier;
      }
    }
    return state;
  }

  FlowGraph flow;
  std::uint32_t locations = 0;

 private:
  std::uint32_t add(FlowNode node) {
    flow.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(flow.nodes.size() - 1);
  }

  std::uint32_t operators_ = 0;
};

/// lines → redistribute → [words → map] → count → out. Ports: 0, 1 2, 3 4, 5.
inline FlowBuilder word_count() {
  FlowBuilder builder("word count");
  const auto lines = builder.step("input", "lines", 0, 1);
  const auto redistribute = builder.step("redistribute", "", 1, 1);
  const auto words = builder.fused("flat_map", "words", redistribute);
  const auto pairs = builder.fused("map", "", words);
  const auto count = builder.step("count_by_key", "count", 1, 1);
  const auto out = builder.step("output", "out", 1, 0);
  builder.connect(lines, redistribute, Contract::exchange);
  builder.connect(pairs, count, Contract::exchange);
  builder.connect(count, out, Contract::pipeline);
  return builder;
}

/// numbers → concat → halve → [inspect] → feedback → concat, and halve → out.
inline FlowBuilder loop() {
  FlowBuilder builder("loop");
  const auto numbers = builder.step("input", "numbers", 0, 1);
  const auto feedback = builder.step("feedback", "", 1, 1);
  const auto concat = builder.step("concat", "", 2, 1);
  const auto halve = builder.step("unary", "halve", 1, 1);
  const auto inspect = builder.fused("inspect", "", halve);
  const auto out = builder.step("output", "out", 1, 0);
  builder.connect(numbers, concat, Contract::pipeline, 0, 0);
  builder.connect(feedback, concat, Contract::pipeline, 0, 1);
  builder.connect(concat, halve, Contract::exchange);
  builder.connect(inspect, feedback, Contract::pipeline);
  builder.connect(halve, out, Contract::pipeline);
  return builder;
}

}  // namespace tidemark::tests
