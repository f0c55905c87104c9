// SPDX-License-Identifier: MIT
//
// GraphShape: which cycles are illegal, and what the positions of a frozen graph promise.
#include <tidemark/progress/graph_shape.hpp>

#include <tests/support.hpp>

namespace tidemark {
namespace {

using Vertices = std::vector<std::uint32_t>;

struct TestEdge {
  std::uint32_t from, to;
  bool advances = false;
};

GraphShape shape_of(std::uint32_t vertices, const std::vector<TestEdge>& edges) {
  GraphShape shape;
  for (std::uint32_t v = 0; v != vertices; ++v) REQUIRE(shape.add_vertex() == v);
  for (std::uint32_t e = 0; e != edges.size(); ++e)
    REQUIRE(shape.add_edge(edges[e].from, edges[e].to, edges[e].advances) == e);
  return shape;
}

TEST_CASE("a graph without a vertex freezes", "[graph_shape]") {
  CHECK(GraphShape{}.illegal_cycle().empty());
  CHECK(GraphShape{}.freeze().size() == 0);
}

TEST_CASE("positions rise along every edge of an acyclic graph", "[graph_shape]") {
  const std::vector<TestEdge> edges = {{3, 1}, {1, 0}, {3, 2}, {2, 0}, {4, 2, true}};
  const FrozenShape frozen = shape_of(5, edges).freeze();
  for (const TestEdge& edge : edges)
    CHECK(frozen.position_of(edge.from) < frozen.position_of(edge.to));
}

TEST_CASE("a cycle that nowhere advances is illegal and its vertices are told in order",
          "[graph_shape]") {
  Vertices cycle = shape_of(5, {{0, 1}, {1, 2}, {2, 3}, {3, 1}, {3, 4}}).illegal_cycle();
  std::ranges::rotate(cycle, std::ranges::min_element(cycle));
  CHECK(cycle == Vertices{1, 2, 3});
}

TEST_CASE("an edge from a vertex to itself is an illegal cycle unless it advances",
          "[graph_shape]") {
  CHECK(shape_of(2, {{0, 1}, {1, 1}}).illegal_cycle() == Vertices{1});
  CHECK(shape_of(2, {{0, 1}, {1, 1, true}}).illegal_cycle().empty());
}

TEST_CASE("a loop is one range of positions that ascends but for the edges that advance",
          "[graph_shape]") {
  const GraphShape shape = shape_of(5, {{4, 2}, {2, 0}, {0, 3}, {3, 2, true}, {3, 1}});
  REQUIRE(shape.illegal_cycle().empty());
  const FrozenShape frozen = shape.freeze();
  Vertices order;
  for (std::uint32_t p = 0; p != frozen.size(); ++p) order.push_back(frozen.vertex_at(p));
  CHECK(order == Vertices{4, 2, 0, 3, 1});
  for (std::uint32_t p : {1u, 2u, 3u}) {
    CHECK(frozen.component_begin(p) == 1);
    CHECK(frozen.component_end(p) == 4);
  }
}

TEST_CASE("a chain of a million vertices freezes in linear time and without recursion",
          "[graph_shape]") {
  constexpr std::uint32_t n = 1'000'000;  // quadratic time would run into ctest's time-out
  GraphShape shape;
  for (std::uint32_t v = 0; v != n; ++v) shape.add_vertex();
  for (std::uint32_t v = n - 1; v != 0; --v) shape.add_edge(v, v - 1, false);

  SECTION("as a chain") {
    CHECK(shape.illegal_cycle().empty());
    const FrozenShape frozen = shape.freeze();
    std::uint32_t in_place = 0;
    for (std::uint32_t v = 0; v != n; ++v) in_place += frozen.position_of(v) == n - 1 - v;
    CHECK(in_place == n);
  }
  SECTION("as a loop") {
    shape.add_edge(0, n - 1, true);
    CHECK(shape.illegal_cycle().empty());
    CHECK(shape.freeze().component_end(0) == n);
  }
  SECTION("as an illegal cycle") {
    shape.add_edge(0, n - 1, false);
    CHECK(shape.illegal_cycle().size() == n);
  }
}

/// reach[v][w]: a path of at least one of the chosen edges leads from v to w.
std::vector<std::vector<bool>> closure(std::uint32_t vertices, const std::vector<TestEdge>& edges,
                                       bool with_advancing) {
  std::vector reach(vertices, std::vector<bool>(vertices));
  for (const TestEdge& edge : edges)
    if (with_advancing || !edge.advances) reach[edge.from][edge.to] = true;
  for (std::uint32_t k = 0; k != vertices; ++k)
    for (std::uint32_t v = 0; v != vertices; ++v)
      for (std::uint32_t w = 0; w != vertices; ++w)
        if (reach[v][k] && reach[k][w]) reach[v][w] = true;
  return reach;
}

struct RandomShape {
  std::uint32_t vertices = 0;
  std::vector<TestEdge> edges;
  GraphShape shape;

  explicit RandomShape(tests::Tape tape) : vertices(1 + tape.below(9)) {
    for (std::uint32_t v = 0; v != vertices; ++v) shape.add_vertex();
    while (!tape.at_end()) {
      const TestEdge edge{tape.below(vertices), tape.below(vertices), tape.below(3) == 2};
      edges.push_back(edge);
      shape.add_edge(edge.from, edge.to, edge.advances);
    }
  }

  bool legal() const {
    const auto reach = closure(vertices, edges, false);
    for (std::uint32_t v = 0; v != vertices; ++v)
      if (reach[v][v]) return false;
    return true;
  }
};

TEST_CASE("a graph has an illegal cycle exactly if one of its cycles never advances",
          "[graph_shape]") {
  int legal = 0, illegal = 0;
  tests::check_property(2000, [&] {
    const RandomShape random(tests::draw_tape("edges", 40));
    const Vertices cycle = random.shape.illegal_cycle();
    ++(random.legal() ? legal : illegal);
    RC_ASSERT(cycle.empty() == random.legal());
    for (std::size_t i = 0; i != cycle.size(); ++i) {
      const std::uint32_t from = cycle[i], to = cycle[(i + 1) % cycle.size()];
      RC_ASSERT(std::ranges::any_of(random.edges, [&](const TestEdge& edge) {
        return edge.from == from && edge.to == to && !edge.advances;
      }));
      RC_ASSERT(std::ranges::count(cycle, from) == 1);
    }
  });
  if (!tests::replaying()) {
    CHECK(legal > 400);
    CHECK(illegal > 400);
  }
}

TEST_CASE("a frozen graph keeps what its class comment promises", "[graph_shape]") {
  tests::check_property(2000, [] {
    const RandomShape random(tests::draw_tape("edges", 40));
    if (!random.legal()) return;
    const FrozenShape frozen = random.shape.freeze();
    const std::uint32_t n = random.vertices;
    RC_ASSERT(frozen.size() == n);
    for (std::uint32_t p = 0; p != n; ++p) {
      RC_ASSERT(frozen.vertex_at(p) < n);
      RC_ASSERT(frozen.position_of(frozen.vertex_at(p)) == p);
    }

    // A component is the contiguous range of all that reach each other.
    const auto reach = closure(n, random.edges, true);
    for (std::uint32_t v = 0; v != n; ++v)
      for (std::uint32_t w = 0; w != n; ++w) {
        const std::uint32_t p = frozen.position_of(v), q = frozen.position_of(w);
        const bool inside = frozen.component_begin(p) <= q && q < frozen.component_end(p);
        RC_ASSERT(inside == (v == w || (reach[v][w] && reach[w][v])));
      }

    // Every edge stands in two rows, and leads upward or advances inside its component.
    std::size_t successors = 0, predecessors = 0;
    for (std::uint32_t p = 0; p != n; ++p) {
      successors += frozen.successors(p).size();
      predecessors += frozen.predecessors(p).size();
      for (const ShapeEdge& edge : frozen.successors(p)) {
        const TestEdge& original = random.edges.at(edge.edge);
        RC_ASSERT(frozen.position_of(original.from) == p);
        RC_ASSERT(frozen.position_of(original.to) == edge.position);
        const bool inside = edge.position < frozen.component_end(p);
        RC_ASSERT(edge.position >= frozen.component_begin(p));
        RC_ASSERT(edge.position > p || (inside && original.advances));
      }
      for (const ShapeEdge& edge : frozen.predecessors(p)) {
        RC_ASSERT(frozen.position_of(random.edges.at(edge.edge).to) == p);
        RC_ASSERT(frozen.position_of(random.edges.at(edge.edge).from) == edge.position);
      }
    }
    RC_ASSERT(successors == random.edges.size());
    RC_ASSERT(predecessors == random.edges.size());
  });
}

}  // namespace
}  // namespace tidemark
