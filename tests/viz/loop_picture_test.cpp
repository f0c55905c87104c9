// SPDX-License-Identifier: MIT
//
// Loops in pictures: what stands in which frame, and how a loop is closed.
#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/layout.hpp>

#include <tests/support.hpp>
#include <tests/viz/flows.hpp>
#include <tests/viz/parsed_dot.hpp>
#include <tests/viz/xml.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::loop_picture_test {
namespace {

using tests::contains;
using tests::Element;
using tests::parse;
using tests::Parsed;
using tests::XmlReader;
using Names = std::set<std::string>;

std::vector<std::string> pictures(const tests::FlowBuilder& builder) {
  return {to_dot(builder.flow, View::logical), to_dot(builder.flow, View::physical),
          to_dot(builder.flow, builder.snapshot({"(3, 0)"}))};
}

TEST_CASE("the steps of a loop stand in its frame, what leaves it stands outside", "[dot][loop]") {
  for (const std::string& dot : pictures(tests::one_loop())) {
    Parsed graph = parse(dot);
    REQUIRE(graph.clusters.size() == 1);
    Parsed::Cluster& frame = graph.clusters["loop_1"];
    CHECK(frame.nodes == Names{"op_1", "step_2", "op_2", "op_3"});
    CHECK(frame.attributes["class"] == "loop_scope");
    CHECK(frame.attributes["tooltip"] == "loop until odd");
    CHECK(contains(frame.attributes["label"], "until odd"));
  }
}

TEST_CASE("the frame of a nested loop stands in that of the outer one", "[dot][loop]") {
  for (const std::string& dot : pictures(tests::siblings(true).builder)) {
    Parsed graph = parse(dot);
    REQUIRE(graph.clusters.size() == 3);
    CHECK(graph.clusters["loop_1"].parent.empty());
    CHECK(graph.clusters["loop_2"].parent == "loop_1");
    CHECK(graph.clusters["loop_3"].parent == "loop_1");
    CHECK(graph.clusters["loop_2"].nodes.contains("op_3"));
    CHECK(graph.clusters["loop_1"].nodes.contains("op_3"));
    CHECK_FALSE(graph.clusters["loop_3"].nodes.contains("op_3"));
  }
}

TEST_CASE("the same loops give the same bytes, wherever memory lies", "[dot][loop]") {
  const FlowGraph flow = tests::siblings(true).builder.flow;
  const std::string first = to_dot(flow, View::logical);
  std::vector<std::string> holes;
  for (std::size_t i = 0; i != 50; ++i) {
    holes.emplace_back(1 + i * 7 % 40, 'x');
    if (i % 3 == 0) holes.erase(holes.begin() + static_cast<std::ptrdiff_t>(holes.size() / 2));
    CHECK((to_dot(flow, View::logical) == first));
  }
}

TEST_CASE("a push that goes on in a loop has a tint on either side", "[dot][loop]") {
  Parsed graph = parse(to_dot(tests::fused_entry().flow, View::logical));
  CHECK(graph.clusters["segment_1"].parent.empty());
  CHECK(graph.clusters["segment_1"].nodes == Names{"op_1", "step_2", "step_3"});
  CHECK(graph.clusters["segment_1_loop_1"].parent == "loop_1");
  CHECK(graph.clusters["segment_1_loop_1"].nodes == Names{"step_5", "step_6"});
  CHECK(graph.clusters["segment_1_loop_1"].attributes["class"] == "segment");
}

TEST_CASE("a step that runs alone on its side of a frame has no tint", "[dot][loop]") {
  CHECK(parse(to_dot(tests::one_loop().flow, View::logical)).clusters.size() == 1);
}

TEST_CASE("a note ends where the stream enters a loop", "[dot][loop]") {
  Parsed graph = parse(to_dot(tests::fused_entry().flow, View::physical));
  CHECK(contains(graph.nodes["step_2"]["label"], "words → lower"));
  CHECK(contains(graph.nodes["step_5"]["label"], "enter → trim"));
  CHECK(graph.clusters["loop_1"].nodes.contains("step_5"));
  CHECK_FALSE(graph.clusters["loop_1"].nodes.contains("step_2"));
}

TEST_CASE("each loop is closed by the stream that leaves its feedback", "[dot][loop]") {
  const auto closing = [](const std::string& dot) {
    Names streams;
    for (const auto& [id, edge] : parse(dot).edges) {
      const bool back = edge.attributes.at("dir") == "back";
      CHECK(back == contains(edge.attributes.at("class"), "loop"));
      if (back) streams.insert(edge.head + " to " + edge.tail);
    }
    return streams;
  };
  for (const std::string& dot : pictures(tests::one_loop())) {
    CHECK(closing(dot) == Names{"op_1 to op_2"});
  }
  for (const std::string& dot : pictures(tests::reentry().builder)) {
    CHECK(closing(dot) == Names{"op_1 to op_2", "op_3 to op_4"});
  }
  for (const std::string& dot : pictures(tests::siblings(true).builder)) {
    CHECK(closing(dot) == Names{"op_1 to op_2", "op_3 to op_4", "op_7 to op_8"});
  }
  // A fused step between feedback and head stands above the head, without a tint.
  for (const std::string& dot : pictures(tests::fused_entry())) {
    CHECK(closing(dot) == Names{"op_2 to step_8"});
    CHECK_FALSE(parse(dot).clusters.contains("segment_2"));
  }
}

TEST_CASE("a stream out of a feedback that does not come back closes nothing", "[dot][loop]") {
  tests::FlowBuilder builder("drain");
  const auto feedback = builder.step("feedback", "", 1, 1);
  const auto step = builder.step("concat", "", 1, 1);
  const auto out = builder.step("output", "", 1, 0);
  builder.connect(feedback, step, Contract::pipeline);
  builder.connect(step, feedback, Contract::pipeline);
  builder.connect(feedback, out, Contract::pipeline);
  Parsed graph = parse(to_dot(builder.flow, View::physical));
  CHECK(graph.edges["stream_0"].attributes["dir"] == "back");
  CHECK(graph.edges["stream_2"].attributes["dir"] == "forward");
}

TEST_CASE("a loop without a name is called loop, one without steps is not drawn", "[dot][loop]") {
  tests::FlowBuilder builder("");
  builder.begin_loop("");
  builder.step("feedback", "", 1, 1);
  builder.begin_loop("empty");
  builder.end_loop();
  Parsed graph = parse(to_dot(builder.flow, View::logical));
  REQUIRE(graph.clusters.size() == 1);
  CHECK(contains(graph.clusters["loop_1"].attributes["label"], "<B>loop</B>"));
}

TEST_CASE("a loop that is not there, or comes before the one around it, is refused",
          "[dot][loop]") {
  tests::FlowBuilder builder = tests::one_loop();
  builder.flow.scopes[1].parent = 1;
  CHECK_THROWS_AS(to_dot(builder.flow, View::logical), std::out_of_range);
  builder.flow.scopes.resize(1);
  CHECK_THROWS_AS(to_dot(builder.flow, View::logical), std::out_of_range);
}

TEST_CASE("any name of a loop comes out as it was written", "[layout][loop]") {
  const std::string name = GENERATE(as<std::string>{}, R"(say "hi" & 'bye')", "{x|y} [z] %s #1",
                                    "<b>bold</b>", R"(C:\new\N\G)", "&lt; &amp; &#955;",
                                    "ÄÖÜ λ→∞ 日本語 🌊", R"( HREF="#x")", R"(\l\r\n)");
  tests::FlowBuilder builder("");
  builder.begin_loop(name);
  builder.step("feedback", "", 1, 1);
  CAPTURE(name);
  const Element root = XmlReader::read(render(to_dot(builder.flow, View::logical), Format::svg));
  const Element* frame = root.find("loop_1");
  REQUIRE(frame != nullptr);
  CHECK(frame->attribute("class") == "cluster loop_scope");
  CHECK(frame->texts("title").front() == "loop " + name);
  std::string text;
  for (const std::string& part : frame->texts("text")) text += part;
  CHECK(text == "↻ " + name);
}

TEST_CASE("ids are unique, and nothing invisible gets into the SVG", "[layout][loop]") {
  for (const std::string& dot : pictures(tests::siblings(true).builder)) {
    const std::string svg = render(dot, Format::svg);
    CHECK_FALSE(contains(svg, "fence"));
    std::vector<std::string> ids = XmlReader::read(svg).ids();
    std::ranges::sort(ids);
    CHECK(std::ranges::adjacent_find(ids) == ids.end());
  }
}

struct Extent {
  double left = std::numeric_limits<double>::max();
  double right = std::numeric_limits<double>::lowest();
};

/// How far a path reaches, given the control points of its Bézier curves; `ends`: how far its two
/// ends do.
Extent extent(const std::string& path, bool ends) {
  std::string numbers = path;
  std::ranges::replace_if(
      numbers, [](char c) { return c == 'M' || c == 'C' || c == ','; }, ' ');
  std::istringstream in(numbers);
  std::vector<double> xs;
  for (double x = 0, y = 0; in >> x >> y;) xs.push_back(x);
  Extent result;
  const auto reach = [&](double x) {
    result.left = std::min(result.left, x);
    result.right = std::max(result.right, x);
  };
  if (ends) {
    reach(xs.front());
    reach(xs.back());
    return result;
  }
  for (std::size_t i = 0; i + 3 < xs.size(); i += 3) {
    for (double t = 0; t <= 1; t += 1.0 / 16) {
      const double u = 1 - t;
      reach(u * u * u * xs[i] + 3 * t * u * u * xs[i + 1] + 3 * t * t * u * xs[i + 2] +
            t * t * t * xs[i + 3]);
    }
  }
  return result;
}

Extent extent_of(const Element& root, const std::string& id, bool ends = false) {
  const Element* group = root.find(id);
  REQUIRE(group != nullptr);
  const auto path = std::ranges::find(group->children, "path", &Element::name);
  REQUIRE(path != group->children.end());
  return extent(path->attribute("d"), ends);
}

TEST_CASE("what closes a loop runs along the right of it, inside its frame", "[layout][loop]") {
  struct Closing {
    std::string stream;
    std::string frame;
  };
  const auto check = [](const std::vector<std::string>& dots, const std::vector<Closing>& all) {
    for (const std::string& dot : dots) {
      const Element root = XmlReader::read(render(dot, Format::svg));
      for (const auto& [stream, frame] : all) {
        CAPTURE(root.find("graph0")->texts("title").front(), stream);
        const Extent line = extent_of(root, stream);
        CHECK(line.right < extent_of(root, frame).right);
        CHECK(line.left > extent_of(root, stream, true).left - 2);
      }
    }
  };
  check(pictures(tests::one_loop()), {{"stream_2", "loop_1"}});
  check(pictures(tests::reentry().builder), {{"stream_2", "loop_1"}, {"stream_5", "loop_2"}});
  check(pictures(tests::fused_entry()), {{"stream_6", "loop_1"}});
  check(pictures(tests::siblings(true).builder),
        {{"stream_2", "loop_1"}, {"stream_5", "loop_2"}, {"stream_11", "loop_3"}});
  const FlowGraph refused = tests::siblings(false).builder.flow;
  check({to_dot(refused, View::logical), to_dot(refused, View::physical)},
        {{"stream_3", "loop_2"}, {"stream_9", "loop_3"}, {"stream_13", "loop_1"}});
}

}  // namespace
}  // namespace tidemark::loop_picture_test
