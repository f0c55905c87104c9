// SPDX-License-Identifier: MIT
//
// Topology: loops, and loops in loops. Which are legal, and what is said of those that are not.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/topology.hpp>

#include <tests/progress/graph.hpp>
#include <tests/progress/random_topology.hpp>
#include <tests/support.hpp>

namespace tidemark::loop_topology_test {
namespace {

using Catch::Matchers::Contains;
using Loop = Nested<Epoch, 1>;
using Loops = Nested<Epoch, 2>;
using Builder = TopologyBuilder<Loops>;
using Step = Loops::Summary;
using tests::Graph;

const Step inner_step = Step::feedback(2, 1), outer_step = Step::feedback(1, 1);

/// What `freeze` says of a graph, and the locations of the cycle by name; empty if it is legal.
template <Timestamp T>
std::string refusal(Graph<T> graph, std::vector<LocationId>* cycle = nullptr) {
  try {
    std::move(graph).freeze();
  } catch (const CycleError& error) {
    if (cycle != nullptr) *cycle = error.cycle();
    return error.what();
  }
  return "";
}

TEST_CASE("one loop with a feedback at its own depth is legal", "[topology][loop]") {
  Graph<Loop> graph;
  const OperatorId input = graph.add("input", 0, 1);
  const OperatorId body = graph.add_at(1, "body", 2, 1);
  const OperatorId feedback = graph.add_at(1, "feedback", 1, 1, Loop::Summary::feedback(1, 1));
  const OperatorId leave = graph.leave(1, "leave");
  const OperatorId output = graph.add("output", 1, 0);
  graph.connect(input, body, 0);
  graph.connect(body, feedback);
  graph.connect(feedback, body, 1);
  graph.connect(body, leave);
  graph.connect(leave, output);
  const Topology<Loop> topology = std::move(graph).freeze();
  CHECK(topology.depth(tests::at(topology, "input.out0")) == 0);
  CHECK(topology.depth(tests::at(topology, "body.in1")) == 1);
  CHECK(topology.depth(tests::at(topology, "leave.in0")) == 1);
  CHECK(topology.depth(tests::at(topology, "leave.out0")) == 0);
}

/// An inner loop around `work` inside an outer loop around `round`: values leave the inner one, go
/// round the outer one, and enter the inner one again.
Graph<Loops> reentry(const Step& outer_feedback) {
  Graph<Loops> graph;
  const OperatorId input = graph.add("input", 0, 1);
  const OperatorId round = graph.add_at(1, "round", 2, 1);
  const OperatorId work = graph.add_at(2, "work", 2, 1);
  const OperatorId again = graph.add_at(2, "again", 1, 1, inner_step);
  const OperatorId leave = graph.leave(2, "leave");
  const OperatorId next = graph.add_at(1, "next", 1, 1, outer_feedback);
  const OperatorId done = graph.leave(1, "done");
  graph.connect(input, round, 0);
  graph.connect(round, work, 0);
  graph.connect(work, again);
  graph.connect(again, work, 1);
  graph.connect(work, leave);
  graph.connect(leave, next);
  graph.connect(next, round, 1);
  graph.connect(leave, done);
  return graph;
}

TEST_CASE("a value that leaves, goes round the outer loop and enters again is legal",
          "[topology][loop]") {
  CHECK(refusal(reentry(outer_step)).empty());
}

TEST_CASE("an outer loop without a feedback is refused although the inner one has its own",
          "[topology][loop]") {
  std::vector<LocationId> cycle;
  const std::string text = refusal(reentry({}), &cycle);
  CHECK_THAT(text, Contains("work.out0 -> leave.in0") && Contains("leave.out0 -> next.in0") &&
                       Contains("next.out0 -> round.in1") && Contains("round.out0 -> work.in0"));
  CHECK_THAT(text, Contains("leaves the loop at depth 2 at leave.in0") && Contains("feedback"));
  CHECK_THAT(text, !Contains("again") && !Contains("input") && !Contains("done"));
  CHECK(cycle.size() == 8);
}

/// Two loops inside an outer one; each sends what leaves it to the other, perhaps through a step of
/// the outer loop's counter.
Graph<Loops> siblings(bool with_outer_feedback) {
  Graph<Loops> graph;
  const OperatorId input = graph.add("input", 0, 1);
  std::vector<OperatorId> bodies, leaves;
  for (const std::string name : {"left", "right"}) {
    const OperatorId body = graph.add_at(2, name, 3, 1);
    const OperatorId again = graph.add_at(2, name + "-again", 1, 1, inner_step);
    const OperatorId leave = graph.leave(2, name + "-leave");
    graph.connect(input, body, 0);
    graph.connect(body, again);
    graph.connect(again, body, 1);
    graph.connect(body, leave);
    bodies.push_back(body);
    leaves.push_back(leave);
  }
  graph.connect(leaves[0], bodies[1], 2);
  if (with_outer_feedback) {
    const OperatorId next = graph.add_at(1, "next", 1, 1, outer_step);
    graph.connect(leaves[1], next);
    graph.connect(next, bodies[0], 2);
  } else {
    graph.connect(leaves[1], bodies[0], 2);
  }
  return graph;
}

TEST_CASE("two loops that are connected crosswise are refused without an outer feedback",
          "[topology][loop]") {
  const std::string text = refusal(siblings(false));
  CHECK_THAT(text, Contains("left.in2 -> left.out0") && Contains("left.out0 -> left-leave.in0") &&
                       Contains("left-leave.out0 -> right.in2") &&
                       Contains("right.out0 -> right-leave.in0") &&
                       Contains("right-leave.out0 -> left.in2"));
  CHECK_THAT(text, Contains("leaves the loop at depth 2") &&
                       Contains("a feedback on it that stands outside that loop"));
  CHECK_THAT(text, !Contains("again") && !Contains("input"));
}

TEST_CASE("two loops that are connected crosswise through an outer feedback are legal",
          "[topology][loop]") {
  CHECK(refusal(siblings(true)).empty());
}

TEST_CASE("a feedback that its own loop resets is refused", "[topology][loop]") {
  // What goes round leaves the loop, and with it the counter that the feedback has advanced.
  Graph<Loop> graph;
  const OperatorId input = graph.add("input", 0, 1);
  const OperatorId body = graph.add_at(1, "body", 2, 1);
  const OperatorId feedback = graph.add_at(1, "feedback", 1, 1, Loop::Summary::feedback(1, 1));
  const OperatorId leave = graph.leave(1, "leave");
  graph.connect(input, body, 0);
  graph.connect(body, feedback);
  graph.connect(feedback, leave);
  graph.connect(leave, body, 1);
  std::vector<LocationId> cycle;
  const std::string text = refusal(std::move(graph), &cycle);
  CHECK_THAT(text, Contains("feedback.in0 -> feedback.out0") &&
                       Contains("leave.out0 -> body.in1") &&
                       Contains("leaves the loop at depth 1 at leave.in0"));
  CHECK(cycle.size() == 6);
}

TEST_CASE("a root loop is legal if it advances the timestamp itself, also through inner loops",
          "[topology][loop]") {
  const auto around = [](std::uint64_t step) {
    Graph<Loop> graph;
    const OperatorId input = graph.add("input", 0, 1);
    const OperatorId body = graph.add_at(1, "body", 2, 1);
    const OperatorId leave = graph.leave(1, "leave");
    const OperatorId later = graph.add("later", 1, 1, {{step}});
    graph.connect(input, body, 0);
    graph.connect(body, leave);
    graph.connect(leave, later);
    graph.connect(later, body, 1);
    return refusal(std::move(graph));
  };
  CHECK(around(1).empty());
  CHECK_THAT(around(0), Contains("later.out0 -> body.in1"));
}

TEST_CASE("a cycle through ports that do not affect each other is none", "[topology][loop]") {
  Builder builder;
  const OperatorId input = builder.add_operator("input", 0, 1);
  const OperatorId split = builder.add_operator("split", 2, 2, {{0, 0, {}}, {1, 1, {}}});
  builder.connect({input, 0}, {split, 0});
  builder.connect({split, 0}, {split, 1});
  CHECK_NOTHROW(std::move(builder).freeze());
}

TEST_CASE("a summary that leaves a deeper counter other than 0 is refused and named",
          "[topology][loop]") {
  Builder builder;
  const auto refused = [&](PortDepths depths, const Step& summary) {
    CHECK_THROWS_WITH(builder.add_operator("step", 2, 1, {{1, 0, summary}}, depths),
                      Contains("operator 'step' connects input 1") && Contains("output 0") &&
                          Contains("by a summary that leaves a deeper loop counter other than 0"));
  };
  refused({0, 0}, outer_step);
  refused({1, 1}, inner_step);
  refused({1, 1}, Step{{}, {0, 1}, 2});
  refused({2, 1}, {});
  refused({2, 0}, Step::leave(2));
  CHECK_NOTHROW(builder.add_operator("enter", 1, 1, {{0, 0, inner_step}}, {1, 2}));
  CHECK_NOTHROW(builder.add_operator("leave", 1, 1, {{0, 0, Step::leave(1)}}, {2, 0}));
  CHECK_NOTHROW(builder.add_operator("apart", 1, 1, {}, {2, 0}));
}

TEST_CASE("a channel may lead into a loop and not out of one", "[topology][loop]") {
  Builder builder;
  const OperatorId outside = builder.add_operator("outside", 1, 1);
  const OperatorId inside = builder.add_operator("inside", 1, 1, {{0, 0, {}}}, {2, 2});
  CHECK_NOTHROW(builder.connect({outside, 0}, {inside, 0}));
  CHECK_THROWS_WITH(builder.connect({inside, 0}, {outside, 0}),
                    "a channel leads from operator 'inside' in loop depth 2 to operator 'outside' "
                    "in no loop; leave the loop first");
}

TEST_CASE("graphs that differ in the depth of a port are different", "[topology][loop]") {
  const auto graph = [](std::uint32_t depth) {
    Builder builder;
    builder.add_operator("input", 0, 1);
    builder.add_operator("body", 0, 1, {}, {0, depth});
    return std::move(builder).freeze();
  };
  CHECK(first_difference(graph(1), graph(2)) == OperatorId{1});
  CHECK_FALSE(first_difference(graph(1), graph(1)));
}

TEST_CASE("100,000 operators in loops in loops freeze in linear time", "[topology][loop]") {
  Graph<Loops> graph;
  OperatorId last = graph.add("input", 0, 1);
  for (int i = 0; i != 20'000; ++i) {
    const OperatorId outer = graph.add_at(1, "outer", 2, 1);
    const OperatorId inner = graph.add_at(2, "inner", 2, 1);
    const OperatorId again = graph.add_at(2, "again", 1, 1, inner_step);
    const OperatorId next = graph.add("next", 1, 1, Step{{}, {1, 0}, 2}, {2, 1});
    const OperatorId leave = graph.add("leave", 1, 1, Step::leave(1), {2, 0});
    graph.connect(last, outer, 0);
    graph.connect(outer, inner, 0);
    graph.connect(inner, again);
    graph.connect(again, inner, 1);
    graph.connect(inner, next);
    graph.connect(next, outer, 1);
    graph.connect(inner, leave);
    last = leave;
  }
  CHECK(std::move(graph).freeze().locations() == 1 + 20'000 * 12);
}

/// (component, T, rank 1, counter 1, ..., position): what the tracker's search goes by.
template <Timestamp T>
int compare_keys(const FrozenShape& shape, std::uint32_t p, const T& a, std::uint32_t q,
                 const T& b) {
  const auto compare = [](std::uint32_t x, std::uint32_t y) { return x < y ? -1 : x > y; };
  if (const int order = compare(shape.component_begin(p), shape.component_begin(q))) return order;
  for (std::uint32_t k = 0; k != coordinates_of<T>; ++k) {
    if (k != 0)
      if (const int order = compare(shape.rank(k, p), shape.rank(k, q))) return order;
    if (const int order = compare_coordinate(a, b, k)) return order;
  }
  return compare(p, q);
}

template <Timestamp T>
void check_keys() {
  tests::check_property(300, [] {
    tests::Tape tape = tests::draw_tape("graph and timestamps", 600);
    const Topology<T> topology = tests::TopologyDrawer<T>::draw(tape);
    const FrozenShape& shape = topology.shape();
    for (std::uint32_t p = 0; p != shape.size(); ++p)
      for (const ShapeEdge& edge : shape.successors(p)) {
        const T time = tests::Draw<T>::time(tape, topology.depth({shape.vertex_at(p)}));
        const auto result = topology.summary(edge.edge).results_in(time);
        if (!result) continue;
        RC_ASSERT(compare_keys(shape, p, time, edge.position, *result) < 0);
        RC_ASSERT(depth_of(*result) <= topology.depth({shape.vertex_at(edge.position)}));
      }
  });
}

TEST_CASE("along every edge the key of the tracker's search grows and counters stay canonical",
          "[topology][loop]") {
  check_keys<Epoch>();
  check_keys<Product<Epoch, Epoch>>();
  check_keys<Loop>();
  check_keys<Loops>();
  check_keys<Nested<Product<Epoch, Epoch>, 1>>();
}

}  // namespace
}  // namespace tidemark::loop_topology_test
