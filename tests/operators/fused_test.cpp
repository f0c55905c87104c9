// SPDX-License-Identifier: MIT
//
// What the steps look like in the graph: stateless ones are drawn, and cost no operator.
#include <tidemark/operators/keyed/reduce.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sinks/file_output.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/filter_map.hpp>
#include <tidemark/operators/stateless/flat_map.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

namespace tidemark::fused_test {
namespace {

using tests::Discard;

std::vector<std::string> steps(const FlowGraph& graph, bool fused) {
  std::vector<std::string> kinds;
  for (const FlowNode& node : graph.nodes)
    if (fused == !node.op) kinds.push_back(node.id.empty() ? node.kind : node.kind + " " + node.id);
  return kinds;
}

TEST_CASE("stateless steps are in the picture and add no operator", "[fused]") {
  Dataflow flow("words");
  input(flow, "lines", FileInput("no such file"))  // describing a dataflow opens nothing
      | flat_map("split", [](const std::string& line) { return std::vector{line}; }) |
      filter([](const std::string& word) { return !word.empty(); }) |
      map("pair", [](std::string word) { return std::pair(word, 1); }) |
      filter_map([](const std::pair<std::string, int>& p) { return std::optional(p); }) |
      inspect([](const auto&) {}) | inspect_epoch([](const Epoch&, const auto&) {}) |
      inspect_worker([](const auto&, std::uint32_t) {}) |
      output("file", FileOutput("no such directory/file"));
  const FlowGraph graph = flow.describe();
  CHECK(graph.name == "words");
  CHECK(steps(graph, false) == std::vector<std::string>{"input lines", "output file"});
  CHECK(steps(graph, true) == std::vector<std::string>{"flat_map split", "filter", "map pair",
                                                       "filter_map", "inspect", "inspect_epoch",
                                                       "inspect_worker"});
  REQUIRE(graph.edges.size() == 8);
  for (std::uint32_t edge = 0; edge != 8; ++edge) {
    CHECK(graph.edges[edge].from == edge);
    CHECK(graph.edges[edge].to == edge + 1);
    CHECK(graph.edges[edge].contract == (edge == 7 ? Contract::exchange : Contract::fused));
  }
}

TEST_CASE("steps that keep, move or join records are one operator each", "[fused]") {
  Dataflow flow;
  const auto keyed = input(flow, "in", tests::PartsInput<std::pair<int, int>>({}));
  const auto shuffled = keyed | redistribute();
  const auto sorted = keyed | exchange("by", [](const auto& item) { return item.first; });
  merge(shuffled, sorted) | reduce("reduce", std::plus<>(), [](int) { return true; }) |
      stateful_map(
          "state", [] { return 0; }, [](int state, int value) { return std::pair(state, value); }) |
      count("count") | output("out", Discard{});
  CHECK(steps(flow.describe(), false) ==
        std::vector<std::string>{"input in", "redistribute", "exchange by", "merge",
                                 "reduce reduce", "stateful_map state", "count count",
                                 "output out"});
  CHECK(steps(flow.describe(), true).empty());
}

}  // namespace
}  // namespace tidemark::fused_test
