// SPDX-License-Identifier: MIT
//
// A dataflow as JSON, as Mermaid and as DOT, before it runs.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/flow_json.hpp>
#include <tidemark/operators/ends/input.hpp>
#include <tidemark/operators/ends/output.hpp>
#include <tidemark/operators/routing/composite.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/sinks/std_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/count.hpp>
#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/mermaid.hpp>

#include <nlohmann/json.hpp>
#include <tests/support.hpp>
#include <tests/viz/flows.hpp>
#include <tests/viz/parsed_dot.hpp>

namespace tidemark::flow_text_test {
namespace {

FlowGraph described() {
  Dataflow flow("a \"flow\"");
  const auto numbers = input(flow, "in", TestingInput(std::vector{1, 2}));
  const auto one = [](auto stream) { return stream | map("one", [](int n) { return n; }); };
  merge(numbers | composite("first", one), numbers) | count("count") | output("out", StdOutput{});
  return flow.describe();
}

TEST_CASE("a dataflow is JSON before it runs", "[flow_json]") {
  const auto json = nlohmann::json::parse(to_json(described()));
  CHECK(json["name"] == "a \"flow\"");
  REQUIRE(json["scopes"].size() == 2);
  CHECK(json["scopes"][0] == R"({"name": "a \"flow\"", "kind": "dataflow", "parent": null})"_json);
  CHECK(json["scopes"][1] == R"({"name": "first", "kind": "composite", "parent": 0})"_json);
  REQUIRE(json["steps"].size() == 5);
  CHECK(json["steps"][1] == R"({"kind": "map", "id": "one", "inputs": 1, "outputs": 1, "scope": 1,
                                "operator": null, "feeder": {"operator": 0, "output": 0}})"_json);
  CHECK(json["steps"][3] == R"({"kind": "count", "id": "count", "inputs": 1, "outputs": 1,
                                "scope": 0, "operator": 2, "feeder": null})"_json);
  CHECK(json["streams"][3] == R"({"from": 2, "output": 0, "to": 3, "input": 0,
                                  "contract": "exchange", "records": "int"})"_json);
}

TEST_CASE("a dataflow is Mermaid before it runs", "[mermaid]") {
  CHECK(to_mermaid(described()) == R"(flowchart TD
  op_0["in
input"]
  op_1["merge"]
  op_2["count"]
  op_3["out
output"]
  subgraph composite_1 ["first"]
    step_1(["one
map"])
  end
  op_0 -.-> step_1
  step_1 --> op_1
  op_0 --> op_1
  op_1 ==> op_2
  op_2 --> op_3
)");
}

TEST_CASE("Mermaid has a subgraph for each loop, and no character of a name is taken for its own",
          "[mermaid]") {
  tests::FlowBuilder builder("loops");
  builder.step("input", "a \"#1\"\n<b>", 0, 1);
  builder.begin_loop("out");
  builder.begin_loop("in");
  builder.step("enter", "", 1, 1);
  CHECK(to_mermaid(builder.flow) == R"(flowchart TD
  op_0["a #34;#35;1#34;
#60;b#62;
input"]
  subgraph loop_1 ["↻ out"]
    subgraph loop_2 ["↻ in"]
      op_1["enter"]
    end
  end
)");
}

TEST_CASE("any name comes out of Mermaid as it was written", "[mermaid]") {
  const auto [name, text] = GENERATE(table<std::string, std::string>({
      {"count_final, word-count", "count_final, word-count"},
      {"1. read", "1#46; read"},  // a list, to Markdown
      {"1) read", "1#41; read"},
      {"- twice", "#45; twice"},
      {"__init__", "#95;#95;init#95;#95;"},
      {"a__b", "a#95;#95;b"},
      {"`x`", "#96;x#96;"},
      {"**bold** ~~x~~", "#42;#42;bold#42;#42; #126;#126;x#126;#126;"},
      {"$$x$$", "#36;#36;x#36;#36;"},  // a formula
      {"fa:fa-car", "fa#58;fa-car"},   // a picture
      {"&lt; #quot; #35;", "#38;lt#59; #35;quot#59; #35;35#59;"},
      {R"(C:\new)", "C#58;#92;new"},  // \n is the end of a line
      {"%%{init: {}}%%", "#37;#37;#123;init#58; #123;#125;#125;#37;#37;"},
      {"one\ntwo", "one\ntwo"},
      {"    two  blanks ", "#160;#160;#160;#160;two #160;blanks#160;"},
      {" ", "#160;"},
      {"日本語 ∅ 🌊", "日本語 ∅ 🌊"},
      {"\x01\xff", "��"},
  }));
  tests::FlowBuilder builder("");
  builder.step("input", name, 0, 1);
  CHECK(to_mermaid(builder.flow) == "flowchart TD\n  op_0[\"" + text + "\ninput\"]\n");
}

TEST_CASE("Mermaid calls a step without any name so, and cuts a very long one", "[mermaid]") {
  tests::FlowBuilder builder("");
  builder.step("", "", 0, 1);
  builder.step(std::string(60'000, 'x'), "", 1, 0);
  CHECK(to_mermaid(builder.flow) ==
        "flowchart TD\n  op_0[\"unnamed\"]\n  op_1[\"" + std::string(199, 'x') + "…\"]\n");
}

TEST_CASE("a composite step has a frame of its own in DOT", "[dot]") {
  tests::Parsed graph = tests::parse(to_dot(described(), View::logical));
  REQUIRE(graph.clusters.contains("composite_1"));
  CHECK(graph.clusters["composite_1"].nodes == std::set<std::string>{"step_1"});
  CHECK(graph.clusters["composite_1"].attributes["class"] == "composite_scope");
}

}  // namespace
}  // namespace tidemark::flow_text_test
