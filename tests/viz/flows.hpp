// SPDX-License-Identifier: MIT
//
// Flow graphs for the tests of pictures, built by hand: no engine is needed to draw one.
#pragma once

#include <tidemark/core/explanation.hpp>
#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/progress_snapshot.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

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
    node.feeder = before.op ? SourcePort{*before.op, port} : before.feeder;
    const std::uint32_t index = add(std::move(node));
    connect(from, index, Contract::fused, port);
    return index;
  }

  /// What comes next stands in a loop, until the loop ends.
  void begin_loop(std::string name) {
    flow.scopes.push_back({std::move(name), scope_});
    scope_ = static_cast<std::uint32_t>(flow.scopes.size() - 1);
  }
  void end_loop() { scope_ = flow.scopes[scope_].parent; }

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

  /// The location of an input or output port of a step.
  LocationId in(std::uint32_t node, std::uint32_t port = 0) const {
    return {flow.nodes[node].first_location.value + port};
  }
  LocationId out(std::uint32_t node, std::uint32_t port = 0) const {
    return in(node, flow.nodes[node].inputs + port);
  }

  /// Hops with the names that the locations have in a snapshot.
  std::vector<Explanation::Hop> hops(
      const std::vector<std::pair<LocationId, std::string>>& path) const {
    const ProgressSnapshot names = snapshot({});
    std::vector<Explanation::Hop> result;
    for (const auto& [location, time] : path)
      result.push_back({location, names.ports[location.value].name, time});
    return result;
  }

  FlowGraph flow;
  std::uint32_t locations = 0;

 private:
  std::uint32_t add(FlowNode node) {
    node.scope = scope_;
    flow.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(flow.nodes.size() - 1);
  }

  std::uint32_t operators_ = 0;
  std::uint32_t scope_ = 0;
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

/// A loop with one step in it, as `iterate` would build it: enter is fused, leave stands outside.
struct Iteration {
  std::uint32_t feedback, enter, concat, body, leave;
};

/// Builds a loop round the step `body`, fed by output 0 of `from`; its leave goes nowhere yet.
inline Iteration iterate(FlowBuilder& builder, std::string name, std::string body,
                         std::uint32_t from, std::uint32_t inputs = 2) {
  Iteration loop{};
  builder.begin_loop(std::move(name));
  loop.feedback = builder.step("feedback", "", 1, 1);
  loop.enter = builder.fused("enter", "", from);
  loop.concat = builder.step("concat", body + " concat", inputs, 1);
  builder.connect(loop.enter, loop.concat, Contract::pipeline, 0, 0);
  builder.connect(loop.feedback, loop.concat, Contract::pipeline, 0, 1);
  loop.body = builder.step("unary", std::move(body), 1, 1);
  builder.connect(loop.concat, loop.body, Contract::exchange);
  builder.connect(loop.body, loop.feedback, Contract::pipeline);
  builder.end_loop();
  loop.leave = builder.step("leave", "", 1, 1);
  builder.connect(loop.body, loop.leave, Contract::pipeline);
  return loop;
}

/// numbers → [halve until odd: halve] → out.
inline FlowBuilder one_loop() {
  FlowBuilder builder("one loop");
  const auto numbers = builder.step("input", "numbers", 0, 1);
  const Iteration loop = iterate(builder, "until odd", "halve", numbers);
  const auto out = builder.step("output", "out", 1, 0);
  builder.connect(loop.leave, out, Contract::pipeline);
  return builder;
}

/// numbers → [outer: merge → [inner: work]] → out; what leaves the inner loop goes round the outer
/// one and enters again.
struct Reentry {
  FlowBuilder builder{"a value that enters again"};
  std::uint32_t numbers, outer_feedback, merge, outer_leave, out;
  Iteration inner{};
};
inline Reentry reentry() {
  Reentry flow{};
  FlowBuilder& builder = flow.builder;
  flow.numbers = builder.step("input", "numbers", 0, 1);
  builder.begin_loop("outer");
  flow.outer_feedback = builder.step("feedback", "round", 1, 1);
  const auto enter = builder.fused("enter", "", flow.numbers);
  flow.merge = builder.step("concat", "merge", 2, 1);
  builder.connect(enter, flow.merge, Contract::pipeline, 0, 0);
  builder.connect(flow.outer_feedback, flow.merge, Contract::pipeline, 0, 1);
  flow.inner = iterate(builder, "inner", "work", flow.merge);
  builder.connect(flow.inner.leave, flow.outer_feedback, Contract::pipeline);
  builder.end_loop();
  flow.outer_leave = builder.step("leave", "", 1, 1);
  builder.connect(flow.inner.leave, flow.outer_leave, Contract::pipeline);
  flow.out = builder.step("output", "out", 1, 0);
  builder.connect(flow.outer_leave, flow.out, Contract::pipeline);
  return flow;
}

/// Two loops side by side in a third, each feeding the other: the way back goes through the outer
/// feedback, or without one straight into the left loop, which is illegal.
struct Siblings {
  FlowBuilder builder{"loops side by side"};
  Iteration left{};
  Iteration right{};
};
inline Siblings siblings(bool with_feedback) {
  Siblings flow{};
  FlowBuilder& builder = flow.builder;
  const auto numbers = builder.step("input", "numbers", 0, 1);
  builder.begin_loop("outer");
  std::uint32_t feedback = 0;
  if (with_feedback) feedback = builder.step("feedback", "round", 1, 1);
  const auto enter = builder.fused("enter", "", numbers);
  std::uint32_t first = enter;
  if (with_feedback) {
    first = builder.step("concat", "merge", 2, 1);
    builder.connect(enter, first, Contract::pipeline, 0, 0);
    builder.connect(feedback, first, Contract::pipeline, 0, 1);
  }
  flow.left = iterate(builder, "left", "odd", first, with_feedback ? 2 : 3);
  flow.right = iterate(builder, "right", "even", flow.left.leave);
  builder.connect(flow.right.leave, with_feedback ? feedback : flow.left.concat, Contract::pipeline,
                  0, with_feedback ? 0 : 2);
  builder.end_loop();
  const auto leave = builder.step("leave", "", 1, 1);
  builder.connect(flow.right.leave, leave, Contract::pipeline);
  const auto out = builder.step("output", "out", 1, 0);
  builder.connect(leave, out, Contract::pipeline);
  return flow;
}

/// lines → redistribute → [words → lower] → [until short: enter → trim, ...] → out: a push that
/// goes on inside a loop.
inline FlowBuilder fused_entry() {
  FlowBuilder builder("into a loop in one push");
  const auto lines = builder.step("input", "lines", 0, 1);
  const auto redistribute = builder.step("redistribute", "", 1, 1);
  builder.connect(lines, redistribute, Contract::exchange);
  const auto words = builder.fused("flat_map", "words", redistribute);
  const auto lower = builder.fused("map", "lower", words);
  builder.begin_loop("until short");
  const auto feedback = builder.step("feedback", "", 1, 1);
  const auto enter = builder.fused("enter", "", lower);
  const auto trim = builder.fused("map", "trim", enter);
  const auto concat = builder.step("concat", "", 2, 1);
  builder.connect(trim, concat, Contract::pipeline, 0, 0);
  const auto again = builder.fused("inspect", "again", feedback);
  builder.connect(again, concat, Contract::pipeline, 0, 1);
  const auto shorten = builder.fused("map", "shorten", concat);
  const auto split = builder.step("partition", "split", 1, 2);
  builder.connect(shorten, split, Contract::exchange);
  builder.connect(split, feedback, Contract::pipeline, 0, 0);
  builder.end_loop();
  const auto leave = builder.step("leave", "", 1, 1);
  builder.connect(split, leave, Contract::pipeline, 1, 0);
  const auto out = builder.step("output", "out", 1, 0);
  builder.connect(leave, out, Contract::pipeline);
  return builder;
}

/// Why (1, 1, 0) can still appear where `work` of `reentry` sends: it holds a capability whose
/// messages go round the outer loop and come by again; so does the input.
inline Explanation why_again(const Reentry& flow) {
  const FlowBuilder& b = flow.builder;
  const Iteration& inner = flow.inner;
  Explanation why{.subject = "probe on 'work'",
                  .location = b.out(inner.body),
                  .name = "work.out0",
                  .time = "(1, 1, 0)"};
  why.causes.push_back({.count = 2,
                        .path = b.hops({{b.out(inner.body), "(1, 0, 2)"},
                                        {b.in(inner.leave), "(1, 0, 2)"},
                                        {b.out(inner.leave), "(1, 0, 0)"},
                                        {b.in(flow.outer_feedback), "(1, 0, 0)"},
                                        {b.out(flow.outer_feedback), "(1, 1, 0)"},
                                        {b.in(flow.merge, 1), "(1, 1, 0)"},
                                        {b.out(flow.merge), "(1, 1, 0)"},
                                        {b.in(inner.concat), "(1, 1, 0)"},
                                        {b.out(inner.concat), "(1, 1, 0)"},
                                        {b.in(inner.body), "(1, 1, 0)"},
                                        {b.out(inner.body), "(1, 1, 0)"}}),
                        .holders = {{0, Explanation::Holder::Kind::capability, 2}}});
  why.causes.push_back({.count = 1,
                        .path = b.hops({{b.out(flow.numbers), "(1, 0, 0)"},
                                        {b.in(flow.merge), "(1, 0, 0)"},
                                        {b.out(flow.merge), "(1, 0, 0)"},
                                        {b.in(inner.concat), "(1, 0, 0)"},
                                        {b.out(inner.concat), "(1, 0, 0)"},
                                        {b.in(inner.body), "(1, 0, 0)"},
                                        {b.out(inner.body), "(1, 0, 0)"}}),
                        .holders = {{0, Explanation::Holder::Kind::capability, 1}}});
  return why;
}

}  // namespace tidemark::tests
