// SPDX-License-Identifier: MIT
//
// Explanations and refused cycles in pictures: what is highlighted, and what is said about it.
#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/layout.hpp>

#include <tests/support.hpp>
#include <tests/viz/flows.hpp>
#include <tests/viz/parsed_dot.hpp>
#include <tests/viz/xml.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace tidemark::explanation_picture_test {
namespace {

using tests::contains;
using tests::Element;
using tests::FlowBuilder;
using tests::parse;
using tests::Parsed;
using tests::word_count;
using tests::XmlReader;
using Kind = Explanation::Holder::Kind;
using Names = std::set<std::string>;

/// Why 3 can still appear at the output: redistribute holds 2, and lines holds 3.
Explanation why_words() {
  const FlowBuilder words = word_count();  // nodes: 0, 1 [2 3], 4, 5
  Explanation why{
      .subject = "probe on 'out'", .location = words.in(5), .name = "out.in0", .time = "3"};
  why.causes.push_back(
      {.count = 1,
       .path = words.hops(
           {{words.out(1), "2"}, {words.in(4), "2"}, {words.out(4), "2"}, {words.in(5), "2"}}),
       .holders = {{2, Kind::capability, 1}}});
  why.causes.push_back({.count = 1,
                        .path = words.hops({{words.out(0), "3"},
                                            {words.in(1), "3"},
                                            {words.out(1), "3"},
                                            {words.in(4), "3"},
                                            {words.out(4), "3"},
                                            {words.in(5), "3"}}),
                        .rest = 1});
  return why;
}

Parsed picture(const FlowBuilder& builder, const Explanation& why) {
  return parse(to_dot(builder.flow, builder.snapshot({"2"}), why));
}

bool has_class(const tests::Attributes& attributes, const std::string& name) {
  return contains(" " + attributes.at("class") + " ", " " + name + " ");
}

Names nodes_of_class(const Parsed& graph, const std::string& name) {
  Names all;
  for (const auto& [id, attributes] : graph.nodes) {
    if (has_class(attributes, name)) all.insert(id);
  }
  return all;
}

Names streams_of_class(const Parsed& graph, const std::string& name) {
  Names all;
  for (const auto& [id, edge] : graph.edges) {
    if (has_class(edge.attributes, name)) all.insert(id);
  }
  return all;
}

/// The row of a label that has this badge and this time.
bool has_row(const std::string& label, const std::string& badge, const std::string& time) {
  const std::size_t at = label.find(">" + badge + "</FONT></TD><TD COLSPAN");
  return at != std::string::npos && contains(label.substr(at, 150), ">" + time + "</FONT>");
}

TEST_CASE("the path of the first cause is highlighted, fused steps included",
          "[dot][explanation]") {
  Parsed graph = picture(word_count(), why_words());
  CHECK(nodes_of_class(graph, "why") == Names{"op_1", "step_2", "op_2", "op_3"});
  CHECK(streams_of_class(graph, "why") == Names{"stream_0", "stream_3", "stream_4"});
  CHECK(graph.edges["stream_4"].attributes["penwidth"] == "3");
  CHECK(has_class(graph.edges["stream_3"].attributes, "exchange"));
}

TEST_CASE("the paths of other causes are lighter, where the first does not run",
          "[dot][explanation]") {
  Parsed graph = picture(word_count(), why_words());
  CHECK(nodes_of_class(graph, "why_more") == Names{"op_0"});
  CHECK(streams_of_class(graph, "why_more") == Names{"stream_2"});
  CHECK(graph.edges["stream_2"].attributes["color"] != graph.edges["stream_3"].attributes["color"]);
}

TEST_CASE("ports on the path show the hops, the cause and what was asked", "[dot][explanation]") {
  Parsed graph = picture(word_count(), why_words());
  CHECK(has_row(graph.nodes["op_1"]["label"], "cause", "2"));
  CHECK(has_row(graph.nodes["op_2"]["label"], "1", "2"));
  CHECK(has_row(graph.nodes["op_2"]["label"], "2", "2"));
  CHECK(has_row(graph.nodes["op_3"]["label"], "3", "2"));
  CHECK(has_row(graph.nodes["op_3"]["label"], "asked", "3"));
  CHECK(has_row(graph.nodes["op_0"]["label"], "cause 2", "3"));
  CHECK(contains(graph.nodes["op_3"]["label"], "frontier {2}; 3 2; asked 3\""));
  CHECK(contains(graph.nodes["op_3"]["label"], "HREF=\"#port why\""));
  CHECK(contains(graph.nodes["op_0"]["label"], "HREF=\"#port why_more\""));
}

TEST_CASE("a port that the path passes twice shows both timestamps", "[dot][explanation]") {
  const tests::Reentry flow = tests::reentry();
  Parsed graph = picture(flow.builder, why_again(flow));
  const std::string work = graph.nodes["op_5"]["label"];
  CHECK(has_row(work, "cause", "(1, 0, 2)"));
  CHECK(has_row(work, "10", "(1, 1, 0)"));
  CHECK(has_row(work, "asked", "(1, 1, 0)"));
  // The way round the outer loop, and not the inner loop's feedback.
  CHECK(nodes_of_class(graph, "why") == Names{"op_1", "op_2", "op_4", "op_5", "op_6", "step_5"});
  CHECK(has_class(graph.edges["stream_2"].attributes, "loop"));
  CHECK(has_class(graph.edges["stream_2"].attributes, "why"));
  CHECK(nodes_of_class(graph, "why_more") == Names{"op_0", "step_2"});
}

TEST_CASE("the head of the picture asks the question, and says who holds the cause",
          "[dot][explanation]") {
  const std::string label = picture(word_count(), why_words()).label;
  CHECK(contains(label, "why can 3 still appear at out.in0?"));
  CHECK(contains(label, "because redistribute.out0 holds 1 capability at 2 (worker 2)"));
  CHECK(contains(label, "progress at sequence 184"));
  CHECK(contains(label, "1 more cause<"));
}

TEST_CASE("a cause at the location asked about is marked there", "[dot][explanation]") {
  Explanation why = why_words();
  why.causes.resize(1);
  why.causes[0].path.erase(why.causes[0].path.begin(), why.causes[0].path.end() - 1);
  Parsed graph = picture(word_count(), why);
  CHECK(has_row(graph.nodes["op_3"]["label"], "cause", "2"));
  CHECK(has_row(graph.nodes["op_3"]["label"], "asked", "3"));
  CHECK(nodes_of_class(graph, "why") == Names{"op_3"});
  CHECK(streams_of_class(graph, "why").empty());
  CHECK_FALSE(contains(graph.label, "more cause"));
}

TEST_CASE("a timestamp that is complete has a picture that says so", "[dot][explanation]") {
  Explanation why = why_words();
  why.causes.clear();
  Parsed graph = picture(word_count(), why);
  CHECK(contains(graph.label, "3 is complete at out.in0"));
  CHECK_FALSE(contains(graph.label, "shortest path"));
  CHECK(nodes_of_class(graph, "why") == Names{"op_3"});
}

TEST_CASE("many causes at one port are cut, and whole in the title", "[dot][explanation]") {
  Explanation why = why_words();
  for (int i = 0; i != 20; ++i) why.causes.push_back(why.causes.back());
  const std::string label = picture(word_count(), why).nodes["op_0"]["label"];
  CHECK(has_row(label, "cause 7", "3"));
  CHECK_FALSE(has_row(label, "cause 8", "3"));
  CHECK(contains(label, ">+15 more<"));
  CHECK(contains(label, "; cause 22 3\""));
}

TEST_CASE("only the paths that lead from hop to hop are highlighted", "[dot][explanation]") {
  FlowBuilder builder("branches");
  const auto in = builder.step("input", "in", 0, 1);
  const auto a = builder.fused("map", "a", in);
  const auto b = builder.fused("map", "b", a);
  const auto c = builder.fused("map", "c", a);
  const auto out = builder.step("output", "out", 2, 0);
  builder.connect(b, out, Contract::pipeline, 0, 0);
  builder.connect(c, out, Contract::pipeline, 0, 1);
  Explanation why{.location = builder.in(out, 1), .name = "out.in1", .time = "3"};
  why.causes.push_back(
      {.count = 1, .path = builder.hops({{builder.out(in), "3"}, {builder.in(out, 1), "3"}})});
  Parsed graph = picture(builder, why);
  CHECK(nodes_of_class(graph, "why") == Names{"op_0", "op_1", "step_1", "step_3"});
  CHECK(streams_of_class(graph, "why") == Names{"stream_0", "stream_2", "stream_4"});
}

TEST_CASE("an explanation of another dataflow is refused", "[dot][explanation]") {
  Explanation why = why_words();
  why.location = LocationId{99};
  CHECK_THROWS_AS(picture(word_count(), why), std::out_of_range);
}

TEST_CASE("any names and timestamps of an explanation come out as written",
          "[layout][explanation]") {
  const std::string name = GENERATE(as<std::string>{}, R"(say "hi" & 'bye')", "{x|y} [z]", "<b>",
                                    R"(C:\new\N)", "&lt; &#955;", "λ→∞ 日本語", "a\xff");
  const std::string shown = name == "a\xff" ? "a�" : name;
  const FlowBuilder words = word_count();
  Explanation why = why_words();
  why.time = why.name = name;
  for (Explanation::Cause& cause : why.causes) {
    for (Explanation::Hop& hop : cause.path) hop.name = hop.time = name;
  }
  CAPTURE(name);
  const std::string svg = render(to_dot(words.flow, words.snapshot({"2"}), why), Format::svg);
  const Element root = XmlReader::read(svg);
  CHECK(root.find("op_3_i0")->texts("text") ==
        std::vector<std::string>{"3", shown, "asked", shown, "–", "{2}"});
  CHECK(root.find("op_3_i0")->attribute("class") == "port why");
  CHECK(root.find("op_3")->attribute("class") == "node operator why");
  CHECK(root.find("stream_4")->attribute("class") == "edge pipeline why");
  CHECK(root.find("graph0")->texts("text")[1] ==
        "why can " + shown + " still appear at " + shown + "?");
}

/// The cycle of `siblings(false)`: through the left loop, through the right one, and back.
std::vector<LocationId> cycle(const tests::Siblings& flow) {
  const FlowBuilder& b = flow.builder;
  std::vector<LocationId> all;
  const auto through = [&](const tests::Iteration& loop, std::uint32_t port) {
    all.insert(all.end(), {b.in(loop.concat, port), b.out(loop.concat), b.in(loop.body),
                           b.out(loop.body), b.in(loop.leave), b.out(loop.leave)});
  };
  through(flow.left, 2);
  through(flow.right, 0);
  return all;
}

TEST_CASE("a refused cycle is highlighted in the physical graph", "[dot][refused]") {
  const tests::Siblings flow = tests::siblings(false);
  Parsed graph = parse(to_dot(flow.builder.flow, cycle(flow)));
  CHECK(nodes_of_class(graph, "illegal") ==
        Names{"op_2", "op_3", "op_4", "op_6", "op_7", "op_8", "step_8"});
  CHECK(streams_of_class(graph, "illegal") == Names{"stream_4", "stream_6", "stream_7", "stream_8",
                                                    "stream_10", "stream_12", "stream_13"});
  CHECK(has_class(graph.edges["stream_13"].attributes, "loop"));
  CHECK(contains(graph.label, "refused: a cycle does not advance the timestamp"));
  CHECK(contains(graph.nodes["op_2"]["label"], "ID=\"op_2_i2\" HREF=\"#port illegal\""));
  CHECK(contains(graph.nodes["op_2"]["label"], "ID=\"op_2_i1\" HREF=\"#port\""));
}

TEST_CASE("a watermark that is held is asked about at its port, and its parts are named at theirs",
          "[dot][explanation][watermark]") {
  const FlowBuilder words = word_count();
  Explanation why{.location = words.in(4), .name = "count.in0", .time = "2022-01-01T00:00:00Z"};
  why.parts = {{words.out(0), "lines", "a.txt", 1}, {words.out(0), "lines", "", 2}};
  Parsed graph = picture(words, why);
  CHECK(nodes_of_class(graph, "why") == Names{"op_0", "op_2"});
  CHECK(streams_of_class(graph, "why").empty());
  CHECK(has_row(graph.nodes["op_0"]["label"], "part", "a.txt"));
  CHECK(has_row(graph.nodes["op_2"]["label"], "asked", "2022-01-01T00:00:00Z"));
  CHECK(
      contains(graph.label, "why does the watermark of count.in0 stand at 2022-01-01T00:00:00Z?"));
  CHECK(contains(graph.label, "because part 'a.txt' of 'lines' (worker 1) has promised no more"));
}

TEST_CASE("a refused cycle is the same wherever it begins", "[dot][refused]") {
  const tests::Siblings flow = tests::siblings(false);
  std::vector<LocationId> locations = cycle(flow);
  const std::string dot = to_dot(flow.builder.flow, locations);
  std::ranges::rotate(locations, locations.begin() + 5);
  CHECK((to_dot(flow.builder.flow, locations) == dot));
}

TEST_CASE("an operator that feeds itself is a cycle of two ports", "[dot][refused]") {
  FlowBuilder builder("self");
  const auto step = builder.step("unary", "", 1, 1);
  builder.connect(step, step, Contract::pipeline);
  const std::vector<LocationId> locations{builder.in(step), builder.out(step)};
  Parsed graph = parse(to_dot(builder.flow, locations));
  CHECK(streams_of_class(graph, "illegal") == Names{"stream_0"});
  CHECK_THROWS_AS(to_dot(builder.flow, std::vector{LocationId{2}}), std::out_of_range);
}

TEST_CASE("no edge of these pictures has a label either", "[dot][explanation]") {
  const tests::Reentry again = tests::reentry();
  const tests::Siblings refused = tests::siblings(false);
  for (const std::string& dot :
       {to_dot(again.builder.flow, again.builder.snapshot({}), why_again(again)),
        to_dot(refused.builder.flow, cycle(refused))}) {
    for (const auto& [id, edge] : parse(dot).edges) {
      CHECK_FALSE(edge.attributes.contains("label"));
      CHECK_FALSE(edge.attributes.contains("xlabel"));
    }
  }
}

}  // namespace
}  // namespace tidemark::explanation_picture_test
