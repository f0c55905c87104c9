// SPDX-License-Identifier: MIT
//
// GraphShape: cycles, components and segments worked out by hand, and graphs of a million vertices.
#include <tidemark/progress/graph_shape.hpp>

#include <tests/support.hpp>

namespace tidemark::graph_shape_test {
namespace {

using Vertices = std::vector<std::uint32_t>;

constexpr EdgeEffect identity{};
constexpr EdgeEffect keeps{.identity = false};  // no effect on the order, but not the identity

EdgeEffect advances(std::uint32_t coordinate) {
  return {.identity = false, .advances = std::uint64_t{1} << coordinate};
}
EdgeEffect resets(std::uint32_t from) {
  return {.identity = false, .resets_from = from};
}

struct TestEdge {
  std::uint32_t from, to;
  EdgeEffect effect{};
};

GraphShape shape_of(std::uint32_t vertices, const std::vector<TestEdge>& edges,
                    std::uint32_t coordinates = 1) {
  GraphShape shape(coordinates);
  for (std::uint32_t v = 0; v != vertices; ++v) REQUIRE(shape.add_vertex() == v);
  for (std::uint32_t e = 0; e != edges.size(); ++e)
    REQUIRE(shape.add_edge(edges[e].from, edges[e].to, edges[e].effect) == e);
  return shape;
}

FrozenShape frozen(const GraphShape& shape) {
  auto result = shape.freeze();
  REQUIRE(std::holds_alternative<FrozenShape>(result));
  return std::get<FrozenShape>(std::move(result));
}

/// The cycle, beginning at its least vertex; nullopt if there is none that is illegal.
std::optional<IllegalCycle> illegal(const GraphShape& shape) {
  auto result = shape.freeze();
  if (std::holds_alternative<FrozenShape>(result)) return std::nullopt;
  IllegalCycle cycle = std::get<IllegalCycle>(std::move(result));
  std::ranges::rotate(cycle.vertices, std::ranges::min_element(cycle.vertices));
  return cycle;
}

Vertices order_of(const FrozenShape& shape) {
  Vertices order;
  for (std::uint32_t p = 0; p != shape.size(); ++p) order.push_back(shape.vertex_at(p));
  return order;
}

TEST_CASE("a graph without a vertex freezes", "[graph_shape]") {
  CHECK(frozen(GraphShape{}).size() == 0);
}

TEST_CASE("positions rise along every edge of an acyclic graph", "[graph_shape]") {
  const std::vector<TestEdge> edges = {{3, 1}, {1, 0}, {3, 2}, {2, 0}, {4, 2, advances(0)}};
  const FrozenShape shape = frozen(shape_of(5, edges));
  for (const TestEdge& edge : edges)
    CHECK(shape.position_of(edge.from) < shape.position_of(edge.to));
}

TEST_CASE("a cycle that nowhere advances is illegal and its vertices are told in order",
          "[graph_shape]") {
  const auto cycle = illegal(shape_of(5, {{0, 1}, {1, 2}, {2, 3, keeps}, {3, 1}, {3, 4}}));
  REQUIRE(cycle);
  CHECK(cycle->vertices == Vertices{1, 2, 3});
  CHECK(cycle->resets == 0);
}

TEST_CASE("a ring of identities and nothing else is an illegal cycle", "[graph_shape]") {
  const auto cycle = illegal(shape_of(3, {{0, 1}, {1, 2}, {2, 0}}));
  REQUIRE(cycle);
  CHECK(cycle->vertices == Vertices{0, 1, 2});
}

TEST_CASE("an edge from a vertex to itself is an illegal cycle unless it advances",
          "[graph_shape]") {
  CHECK(illegal(shape_of(2, {{0, 1}, {1, 1}})).value().vertices == Vertices{1});
  CHECK(illegal(shape_of(2, {{0, 1}, {1, 1, keeps}})).value().vertices == Vertices{1});
  const FrozenShape shape = frozen(shape_of(2, {{0, 1}, {1, 1, advances(0)}}));
  CHECK(shape.cyclic(1));
  CHECK_FALSE(shape.cyclic(0));
}

TEST_CASE("a cycle that resets what it advances is illegal and its resetting vertex is told",
          "[graph_shape]") {
  // 0 -> 1 -> 2 -> 0 advances counter 1 at 1, and resets it at 2.
  const auto cycle = illegal(shape_of(3, {{0, 1}, {1, 2, advances(1)}, {2, 0, resets(1)}}, 2));
  REQUIRE(cycle);
  CHECK(cycle->vertices == Vertices{0, 1, 2});
  CHECK(cycle->resets == 1);
  CHECK(cycle->resetting == 2);
}

TEST_CASE("a cycle may reset what stands inside of what it advances, and no more",
          "[graph_shape]") {
  const auto cycle = [](std::uint32_t advanced, std::uint32_t reset) {
    return shape_of(2, {{0, 1, advances(advanced)}, {1, 0, resets(reset)}}, 3);
  };
  CHECK_FALSE(illegal(cycle(0, 1)));
  CHECK_FALSE(illegal(cycle(0, 2)));
  CHECK_FALSE(illegal(cycle(1, 2)));
  CHECK(illegal(cycle(1, 1)).value().resets == 1);
  CHECK(illegal(cycle(2, 2)).value().resets == 2);
  CHECK(illegal(cycle(2, 1)).value().resets == 1);
}

TEST_CASE("two cycles that advance each other's reset counter are illegal", "[graph_shape]") {
  // Each of the two is legal by itself; round both of them nothing grows.
  const std::vector<TestEdge> inner = {{0, 1, advances(2)}, {1, 0}};
  const std::vector<TestEdge> outer = {{1, 2, resets(2)}, {2, 0, advances(1)}};
  std::vector<TestEdge> both = inner;
  both.insert(both.end(), outer.begin(), outer.end());
  CHECK_FALSE(illegal(shape_of(3, both, 3)));
  both.back().effect = advances(2);
  const auto cycle = illegal(shape_of(3, both, 3));
  REQUIRE(cycle);
  CHECK(cycle->resets == 2);
  CHECK(cycle->resetting == 1);
}

TEST_CASE("a loop is one range of positions that ascends but for the edges that advance",
          "[graph_shape]") {
  const FrozenShape shape =
      frozen(shape_of(5, {{4, 2}, {2, 0}, {0, 3}, {3, 2, advances(0)}, {3, 1}}));
  CHECK(order_of(shape) == Vertices{4, 2, 0, 3, 1});
  for (std::uint32_t p = 0; p != 5; ++p) {
    const bool in_loop = p != 0 && p != 4;
    CHECK(shape.cyclic(p) == in_loop);
    CHECK(shape.component_begin(p) == (in_loop ? 1 : p));
    CHECK(shape.component_end(p) == (in_loop ? 4 : p + 1));
  }
}

TEST_CASE("a segment is a chain of identities without branches, in its order", "[graph_shape]") {
  // 5 -> 3 -> 1 is one, 0 -> 2 another; 4 joins them, and its edge to 6 is not the identity.
  const FrozenShape shape =
      frozen(shape_of(7, {{5, 3}, {3, 1}, {1, 4}, {0, 2}, {2, 4}, {4, 6, keeps}}));
  const auto segment = [&](std::uint32_t vertex) {
    const std::uint32_t p = shape.position_of(vertex);
    Vertices members;
    for (std::uint32_t q = shape.segment_begin(p); q != shape.segment_end(p); ++q)
      members.push_back(shape.vertex_at(q));
    return members;
  };
  for (const std::uint32_t vertex : {5u, 3u, 1u}) CHECK(segment(vertex) == Vertices{5, 3, 1});
  for (const std::uint32_t vertex : {0u, 2u}) CHECK(segment(vertex) == Vertices{0, 2});
  CHECK(segment(4) == Vertices{4});
  CHECK(segment(6) == Vertices{6});
}

TEST_CASE("a vertex with two leaving edges ends its segment, one with two entering begins one",
          "[graph_shape]") {
  const FrozenShape shape = frozen(shape_of(4, {{0, 1}, {1, 2}, {1, 3}}));
  CHECK(shape.segment_end(shape.position_of(0)) - shape.segment_begin(shape.position_of(0)) == 2);
  CHECK(shape.segment_begin(shape.position_of(2)) == shape.position_of(2));
  const FrozenShape twice = frozen(shape_of(2, {{0, 1}, {0, 1}}));
  CHECK(twice.segment_begin(1) == 1);
}

TEST_CASE("a loop that one edge closes is one segment behind that edge", "[graph_shape]") {
  const FrozenShape shape = frozen(shape_of(4, {{2, 0}, {0, 3}, {3, 1}, {1, 2, advances(0)}}));
  CHECK(order_of(shape) == Vertices{2, 0, 3, 1});
  CHECK(shape.segment_begin(3) == 0);
  CHECK(shape.segment_end(0) == 4);
}

TEST_CASE("parts that are not connected have positions of their own", "[graph_shape]") {
  const FrozenShape shape =
      frozen(shape_of(6, {{0, 1}, {2, 3}, {3, 2, advances(0)}, {4, 5, keeps}}));
  Vertices vertices = order_of(shape);
  std::ranges::sort(vertices);
  CHECK(vertices == Vertices{0, 1, 2, 3, 4, 5});
  CHECK(shape.component_end(shape.position_of(2)) - shape.component_begin(shape.position_of(2)) ==
        2);
}

/// A chain from n - 1 down to 0; quadratic time would run into ctest's time-out.
GraphShape long_chain(std::uint32_t n, const EdgeEffect& effect, std::uint32_t coordinates) {
  GraphShape shape(coordinates);
  for (std::uint32_t v = 0; v != n; ++v) shape.add_vertex();
  for (std::uint32_t v = n - 1; v != 0; --v) shape.add_edge(v, v - 1, effect);
  return shape;
}

TEST_CASE("a chain of a million vertices freezes in linear time and without recursion",
          "[graph_shape]") {
  constexpr std::uint32_t n = 1'000'000;
  const EdgeEffect effect = GENERATE(identity, keeps);  // one segment, or a million
  GraphShape shape = long_chain(n, effect, 1);

  SECTION("as a chain") {
    const FrozenShape chain = frozen(shape);
    std::uint32_t in_place = 0;
    for (std::uint32_t v = 0; v != n; ++v) in_place += chain.position_of(v) == n - 1 - v;
    CHECK(in_place == n);
    CHECK(chain.segment_end(0) == (effect.identity ? n : 1));
  }
  SECTION("as a loop") {
    shape.add_edge(0, n - 1, advances(0));
    CHECK(frozen(shape).component_end(0) == n);
  }
  SECTION("as an illegal cycle") {
    shape.add_edge(0, n - 1, effect);
    CHECK(illegal(shape).value().vertices.size() == n);
  }
}

TEST_CASE("loops in loops of 100,000 vertices freeze in linear time for each coordinate",
          "[graph_shape]") {
  // Vertex 16 i + k goes back to 16 i with a step of counter 15 - k: loops around loops.
  constexpr std::uint32_t n = 100'000, deepest = 15;
  GraphShape shape = long_chain(n, keeps, deepest + 1);
  for (std::uint32_t v = 0; v != n; ++v)
    shape.add_edge(v, std::min(n - 1, v / 16 * 16 + 15), advances(v % 16));

  const FrozenShape loops = frozen(shape);
  std::uint32_t in_order = 0;
  for (std::uint32_t p = 0; p + 1 != n; ++p)
    for (std::uint32_t k = 1; k != deepest + 1; ++k)
      in_order += loops.rank(k, p) <= loops.rank(k, p + 1) ||
                  loops.rank(k - (k > 1), p) < loops.rank(k - (k > 1), p + 1);
  CHECK(in_order == (n - 1) * deepest);
}

}  // namespace
}  // namespace tidemark::graph_shape_test
