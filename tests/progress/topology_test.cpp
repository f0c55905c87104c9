// SPDX-License-Identifier: MIT
//
// Topology: names and numbers of locations, what is refused and in which words, what differs.
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/topology.hpp>

#include <tests/support.hpp>

namespace tidemark::topology_test {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::Message;

using Builder = TopologyBuilder<Epoch>;

SourcePort out(OperatorId op, std::uint32_t port = 0) {
  return {op, port};
}
TargetPort in(OperatorId op, std::uint32_t port = 0) {
  return {op, port};
}

/// input -> map -> output, with ids 0, 1, 2.
Builder line() {
  Builder builder;
  const OperatorId input = builder.add_operator("input", 0, 1);
  const OperatorId map = builder.add_operator("map", 1, 1);
  const OperatorId output = builder.add_operator("output", 1, 0);
  builder.connect(out(input), in(map));
  builder.connect(out(map), in(output));
  return builder;
}

TEST_CASE("locations are numbered densely: each operator's targets, then its sources",
          "[topology]") {
  Builder builder;
  const OperatorId input = builder.add_operator("input", 0, 2);
  const OperatorId join = builder.add_operator("join", 2, 1);
  builder.connect(out(input, 0), in(join, 0));
  builder.connect(out(input, 1), in(join, 1));
  const Topology<Epoch> topology = std::move(builder).freeze();
  CHECK(topology.locations() == 5);
  CHECK(topology.location(out(input, 1)) == LocationId{1});
  CHECK(topology.location(in(join, 0)) == LocationId{2});
  CHECK(topology.location(in(join, 1)) == LocationId{3});
  CHECK(topology.location(out(join, 0)) == LocationId{4});
  for (std::uint32_t l = 0; l != 5; ++l) {
    CHECK(topology.operator_of({l}) == (l < 2 ? input : join));
    CHECK(topology.is_target({l}) == (l == 2 || l == 3));
  }
  CHECK(topology.describe({1}) == "input.out1");
  CHECK(topology.describe({3}) == "join.in1");
}

TEST_CASE("an empty topology freezes", "[topology]") {
  CHECK(Builder{}.freeze().locations() == 0);
}

TEST_CASE("an input without a channel is refused and named", "[topology]") {
  Builder builder = line();
  const OperatorId join = builder.add_operator("join", 2, 1);
  builder.connect(out({0}), in(join, 0));
  CHECK_THROWS_MATCHES(std::move(builder).freeze(), DataflowError,
                       Message("input 1 of operator 'join' is not connected to any stream"));
}

TEST_CASE("an output without a channel is legal", "[topology]") {
  Builder builder;
  builder.add_operator("input", 0, 1);
  CHECK(std::move(builder).freeze().locations() == 1);
}

TEST_CASE("a cycle that does not advance the timestamp is refused and its ports are named",
          "[topology]") {
  Builder builder;
  const OperatorId input = builder.add_operator("input", 0, 1);
  const OperatorId body = builder.add_operator("body", 2, 1);
  const OperatorId again = builder.add_operator("again", 1, 1);
  builder.connect(out(input), in(body, 0));
  builder.connect(out(body), in(again));
  builder.connect(out(again), in(body, 1));
  std::string text;
  try {
    std::move(builder).freeze();
  } catch (const DataflowError& error) {
    text = error.what();
  }
  CHECK_THAT(text, Contains("body.in1 -> body.out0") && Contains("body.out0 -> again.in0") &&
                       Contains("again.in0 -> again.out0") && Contains("again.out0 -> body.in1") &&
                       Contains("feedback"));
  CHECK_THAT(text, !Contains("input"));
}

TEST_CASE("a feedback with a step makes a cycle legal and one without does not", "[topology]") {
  const auto loop = [](std::uint64_t step) {
    Builder builder;
    const OperatorId input = builder.add_operator("input", 0, 1);
    const OperatorId body = builder.add_operator("body", 2, 1);
    const OperatorId feedback = builder.add_operator("feedback", 1, 1, {{0, 0, {step}}});
    builder.connect(out(input), in(body, 0));
    builder.connect(out(body), in(feedback));
    builder.connect(out(feedback), in(body, 1));
    return std::move(builder).freeze();
  };
  CHECK(loop(1).locations() == 6);
  CHECK_THROWS_AS(loop(0), DataflowError);
}

TEST_CASE("ports that do not affect each other close no cycle", "[topology]") {
  Builder builder;
  const OperatorId input = builder.add_operator("input", 0, 1);
  const OperatorId sorter = builder.add_operator("sorter", 2, 2, {{0, 0, {}}, {1, 1, {}}});
  builder.connect(out(input), in(sorter, 0));
  builder.connect(out(sorter, 0), in(sorter, 1));
  CHECK_NOTHROW(std::move(builder).freeze());
}

TEST_CASE("a channel that joins a port that does not exist is refused", "[topology]") {
  Builder builder = line();
  CHECK_THROWS_AS(builder.connect(out({0}, 1), in({1})), DataflowError);
  CHECK_THROWS_AS(builder.connect(out({0}), in({1}, 1)), DataflowError);
  CHECK_THROWS_AS(builder.connect(out({7}), in({1})), DataflowError);
  CHECK_THROWS_AS(builder.connect(out({0}), in({7})), DataflowError);
}

TEST_CASE("a connection between ports that an operator does not have is refused and named",
          "[topology]") {
  Builder builder;
  CHECK_THROWS_WITH(builder.add_operator("map", 1, 1, {{0, 1, {}}}),
                    "operator 'map' connects input 0 to output 1, but has 1 inputs and 1 outputs");
}

TEST_CASE("two graphs that were built alike have no difference", "[topology]") {
  CHECK_FALSE(first_difference(line().freeze(), line().freeze()).has_value());
}

TEST_CASE("the first operator in which two graphs differ is named, whichever comes first",
          "[topology]") {
  Builder other;
  std::uint32_t expected = 0;
  const auto build = [&](const char* name, std::uint32_t outputs, std::uint64_t step) {
    other.add_operator("input", 0, 1);
    other.add_operator(name, 1, outputs, {{0, 0, {step}}});
    other.add_operator("output", 1, 0);
  };
  SECTION("by its name") {
    build("filter", 1, 0);
    other.connect(out({0}), in({1}));
    other.connect(out({1}), in({2}));
    expected = 1;
  }
  SECTION("by its ports") {
    build("map", 2, 0);
    other.connect(out({0}), in({1}));
    other.connect(out({1}), in({2}));
    expected = 1;
  }
  SECTION("by a summary") {
    build("map", 1, 1);
    other.connect(out({0}), in({1}));
    other.connect(out({1}), in({2}));
    expected = 1;
  }
  SECTION("by where a channel leads") {
    build("map", 1, 0);
    other.connect(out({0}), in({1}));
    other.connect(out({0}), in({2}));
    expected = 0;
  }
  SECTION("by a channel more") {
    build("map", 1, 0);
    other.connect(out({0}), in({1}));
    other.connect(out({1}), in({2}));
    other.connect(out({0}), in({2}));
    expected = 0;
  }
  SECTION("by an operator more") {
    other = line();
    other.add_operator("input", 0, 1);
    expected = 3;
  }
  const Topology<Epoch> a = line().freeze();
  const Topology<Epoch> b = std::move(other).freeze();
  CHECK(first_difference(a, b).value().value == expected);
  CHECK(first_difference(b, a).value().value == expected);
}

TEST_CASE("the order in which different operators were connected makes no difference",
          "[topology]") {
  Builder other;
  other.add_operator("input", 0, 1);
  other.add_operator("map", 1, 1);
  other.add_operator("output", 1, 0);
  other.connect(out({1}), in({2}));
  other.connect(out({0}), in({1}));
  CHECK_FALSE(first_difference(line().freeze(), std::move(other).freeze()).has_value());
}

TEST_CASE("a chain of 100,000 operators freezes", "[topology]") {
  Builder builder;
  OperatorId last = builder.add_operator("input", 0, 1);
  for (int i = 0; i != 100'000; ++i) {
    const OperatorId next = builder.add_operator("map", 1, 1);
    builder.connect(out(last), in(next));
    last = next;
  }
  const Topology<Epoch> topology = std::move(builder).freeze();
  CHECK(topology.shape().position_of(topology.location(out(last)).value) == 200'000);
}

}  // namespace
}  // namespace tidemark::topology_test
