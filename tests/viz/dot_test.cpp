// SPDX-License-Identifier: MIT
//
// DOT: what the three views say, read back with libcgraph as any Graphviz program would.
#include <tidemark/viz/dot.hpp>

#include <tests/support.hpp>
#include <tests/viz/flows.hpp>
#include <tests/viz/parsed_dot.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace tidemark::dot_test {
namespace {

using tests::Attributes;
using tests::contains;
using tests::loop;
using tests::parse;
using tests::Parsed;
using tests::word_count;

std::set<std::string> names(const std::map<std::string, Attributes>& nodes) {
  std::set<std::string> all;
  for (const auto& [name, attributes] : nodes) all.insert(name);
  return all;
}

TEST_CASE("the logical graph has every step as the user wrote it", "[dot]") {
  Parsed graph = parse(to_dot(word_count().flow, View::logical));
  CHECK(names(graph.nodes) ==
        std::set<std::string>{"op_0", "op_1", "step_2", "step_3", "op_2", "op_3"});
  CHECK(contains(graph.nodes["op_0"]["label"], "lines"));
  CHECK(contains(graph.nodes["op_0"]["label"], "input"));
  CHECK(contains(graph.nodes["op_1"]["label"], "redistribute"));
  CHECK(contains(graph.nodes["step_2"]["label"], "words"));
  CHECK(contains(graph.nodes["step_3"]["label"], "map"));
  CHECK(contains(graph.label, "word count"));
  CHECK(graph.edges.size() == 5);
}

TEST_CASE("the logical graph marks what was fused, and what runs in one push", "[dot]") {
  Parsed graph = parse(to_dot(word_count().flow, View::logical));
  CHECK(graph.nodes["op_1"]["class"] == "operator");
  CHECK(graph.nodes["step_2"]["class"] == "fused");
  CHECK(graph.edges["stream_0"].attributes["class"] == "fused");
  REQUIRE(graph.clusters.size() == 1);
  CHECK(graph.clusters["segment_1"].nodes == std::set<std::string>{"op_1", "step_2", "step_3"});
}

TEST_CASE("the physical graph has operators only, and a chain of fused steps as a note", "[dot]") {
  Parsed graph = parse(to_dot(word_count().flow, View::physical));
  CHECK(names(graph.nodes) == std::set<std::string>{"op_0", "op_1", "step_2", "op_2", "op_3"});
  CHECK(graph.nodes["step_2"]["class"] == "fused");
  CHECK(contains(graph.nodes["step_2"]["label"], "words → map"));
  CHECK(graph.edges.size() == 4);
  CHECK(graph.edges["stream_0"].tail == "op_1");
  CHECK(graph.edges["stream_3"].tail == "step_2");
  CHECK(graph.edges["stream_3"].head == "op_2");
  CHECK(graph.clusters.empty());
}

TEST_CASE("a chain of fused steps ends where the stream branches", "[dot]") {
  tests::FlowBuilder builder("branch");
  const auto in = builder.step("input", "in", 0, 1);
  const auto a = builder.fused("map", "a", in);
  const auto b = builder.fused("map", "b", a);
  const auto c = builder.fused("map", "c", b);
  const auto d = builder.fused("map", "d", b);
  const auto out = builder.step("output", "out", 2, 0);
  builder.connect(c, out, Contract::pipeline, 0, 0);
  builder.connect(d, out, Contract::pipeline, 0, 1);
  Parsed graph = parse(to_dot(builder.flow, View::physical));
  CHECK(names(graph.nodes) == std::set<std::string>{"op_0", "step_1", "step_3", "step_4", "op_1"});
  CHECK(contains(graph.nodes["step_1"]["label"], "a → b"));
}

TEST_CASE("an exchange looks different from a pipeline, and both from a fused stream", "[dot]") {
  Parsed graph = parse(to_dot(word_count().flow, View::logical));
  std::set<std::string> colours;
  for (const char* id : {"stream_0", "stream_2", "stream_4"}) {
    colours.insert(graph.edges[id].attributes["color"]);
  }
  CHECK(colours.size() == 3);
  CHECK(graph.edges["stream_2"].attributes["class"] == "exchange");
  CHECK(graph.edges["stream_4"].attributes["class"] == "pipeline");
}

TEST_CASE("streams attach to the ports that they leave and enter", "[dot]") {
  Parsed graph = parse(to_dot(loop().flow, View::physical));
  CHECK(graph.edges["stream_1"].attributes["tailport"] == "o0:s");
  CHECK(graph.edges["stream_1"].attributes["headport"] == "i0:n");
  CHECK(contains(graph.nodes["op_2"]["label"], "PORT=\"i1\" ID=\"op_2_i1\""));
}

TEST_CASE("the stream that closes a loop is given to Graphviz backwards", "[dot]") {
  for (const View view : {View::logical, View::physical}) {
    Parsed graph = parse(to_dot(loop().flow, view));
    Parsed::Edge& closing = graph.edges["stream_2"];  // feedback to concat
    CHECK(closing.tail == "op_2");
    CHECK(closing.head == "op_1");
    CHECK(closing.attributes["dir"] == "back");
    CHECK(closing.attributes["class"] == "pipeline loop");
    const auto backwards = std::ranges::count_if(
        graph.edges, [](const auto& edge) { return edge.second.attributes.at("dir") == "back"; });
    CHECK(backwards == 1);
  }
}

TEST_CASE("an edge from a step to itself is drawn as it is", "[dot]") {
  tests::FlowBuilder builder("self");
  const auto step = builder.step("unary", "", 1, 1);
  builder.connect(step, step, Contract::pipeline);
  Parsed graph = parse(to_dot(builder.flow, View::physical));
  CHECK(graph.edges["stream_0"].attributes["dir"] == "forward");
}

TEST_CASE("no edge has a label, which makes Graphviz 2.42 free twice", "[dot]") {
  tests::FlowBuilder builder = loop();
  for (const std::string& dot :
       {to_dot(builder.flow, View::logical), to_dot(builder.flow, View::physical),
        to_dot(builder.flow, builder.snapshot({"3"}))}) {
    for (const auto& [id, edge] : parse(dot).edges) {
      CHECK_FALSE(edge.attributes.contains("label"));
      CHECK_FALSE(edge.attributes.contains("xlabel"));
    }
  }
}

TEST_CASE("the same flow gives the same bytes", "[dot]") {
  const tests::FlowBuilder builder = loop();
  CHECK(to_dot(builder.flow, View::logical) == to_dot(builder.flow, View::logical));
  CHECK(to_dot(builder.flow, View::physical) == to_dot(builder.flow, View::physical));
  const ProgressSnapshot state = builder.snapshot({"(1, 0)", "(0, 1)"});
  CHECK(to_dot(builder.flow, state) == to_dot(builder.flow, state));
}

TEST_CASE("a flow without steps or a name is a graph too", "[dot]") {
  CHECK(parse(to_dot(FlowGraph{}, View::logical)).nodes.empty());
  CHECK(parse(to_dot(FlowGraph{}, ProgressSnapshot{})).nodes.empty());
}

TEST_CASE("a port shows its counts above its frontier", "[dot][progress]") {
  const tests::FlowBuilder builder = word_count();
  ProgressSnapshot state = builder.snapshot({"3"});
  state.ports[3].counts = {{"3", 4}, {"5", 12}};  // the input of count
  state.ports[4].counts = {{"3", 1}};             // its output
  Parsed graph = parse(to_dot(builder.flow, state));
  const std::string label = graph.nodes["op_2"]["label"];
  CHECK(contains(label, "▶ 3 × 4, 5 × 12<"));
  CHECK(contains(label, "● 3 × 1<"));
  CHECK(contains(label, ">{3}<"));
  CHECK(contains(label, "TITLE=\"count.in0: in flight 3 × 4, 5 × 12; frontier {3}\""));
  CHECK(contains(label, "HREF=\"#port busy\""));
  CHECK(contains(graph.label, "184"));
}

TEST_CASE("an empty frontier shows as done", "[dot][progress]") {
  const tests::FlowBuilder builder = word_count();
  ProgressSnapshot state = builder.snapshot({"3"});
  state.ports[0].frontier.clear();  // the output of lines
  Parsed graph = parse(to_dot(builder.flow, state));
  CHECK(contains(graph.nodes["op_0"]["label"], "∅ done"));
  CHECK(contains(graph.nodes["op_0"]["label"], "HREF=\"#port done\""));
  CHECK_FALSE(contains(graph.nodes["op_1"]["label"], "done"));
}

TEST_CASE("a long list is cut, says how much is missing, and is whole in the title",
          "[dot][progress]") {
  const tests::FlowBuilder builder = word_count();
  ProgressSnapshot state = builder.snapshot({"a", "b", "c", "d", "e"});
  state.ports[0].counts = {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 7}};
  const std::string long_time(100, '9');
  state.ports[1].frontier = {long_time};
  Parsed graph = parse(to_dot(builder.flow, state));
  const std::string label = graph.nodes["op_0"]["label"];
  CHECK(contains(label, "{a, b, c, +2 more}"));
  CHECK(contains(label, "a × 1, b × 1, c × 1, +1 more"));
  CHECK(contains(label, "d × 7; frontier {a, b, c, d, e}\""));
  CHECK(contains(graph.nodes["op_1"]["label"], "{" + std::string(23, '9') + "…}"));
  CHECK(contains(graph.nodes["op_1"]["label"], "{" + long_time + "}\""));
}

TEST_CASE("a snapshot of another dataflow is refused", "[dot][progress]") {
  CHECK_THROWS_AS(to_dot(word_count().flow, ProgressSnapshot{}), std::out_of_range);
}

TEST_CASE("an edge to a step that is not there is refused", "[dot]") {
  tests::FlowBuilder builder = word_count();
  builder.connect(0, 99, Contract::pipeline);
  CHECK_THROWS_AS(to_dot(builder.flow, View::logical), std::out_of_range);
  CHECK_THROWS_AS(to_dot(builder.flow, View::physical), std::out_of_range);
}

TEST_CASE("threads may write DOT at the same time", "[dot]") {
  const tests::FlowBuilder builder = loop();
  const std::string expected = to_dot(builder.flow, View::logical);
  std::vector<std::string> results(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& result : results) {
      threads.emplace_back([&] {
        for (int i = 0; i != 20; ++i) result = to_dot(builder.flow, View::logical);
      });
    }
  }
  for (const std::string& result : results) CHECK(result == expected);
}

}  // namespace
}  // namespace tidemark::dot_test
