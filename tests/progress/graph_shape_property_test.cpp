// SPDX-License-Identifier: MIT
//
// GraphShape: on random graphs the verdict of brute force, and all that FrozenShape promises.
#include <tidemark/progress/graph_shape.hpp>

#include <tests/support.hpp>

namespace tidemark::graph_shape_property_test {
namespace {

using Vertices = std::vector<std::uint32_t>;

struct RandomEdge {
  std::uint32_t from, to;
  EdgeEffect effect;
};

/// A graph whose edges bear the effects of random summaries (r, v): the identity, steps of any
/// coordinates before r, and from r on resets.
struct RandomShape {
  std::uint32_t coordinates, vertices;
  std::vector<RandomEdge> edges;
  GraphShape shape;

  explicit RandomShape(tests::Tape tape)
      : coordinates(1 + tape.below(4)),
        vertices(1 + tape.below(7)),
        shape(coordinates) {
    for (std::uint32_t v = 0; v != vertices; ++v) shape.add_vertex();
    while (!tape.at_end() && edges.size() != 12) {
      EdgeEffect effect;
      const std::uint32_t from = tape.below(vertices), to = tape.below(vertices);
      if (tape.below(2) == 1) {
        effect.identity = false;
        effect.advances = tape.below(2) == 1 ? 1u << tape.below(coordinates) : 0;
        if (coordinates > 1 && tape.below(4) == 3)
          effect.resets_from = 1 + tape.below(coordinates - 1);
        for (std::uint32_t k = effect.resets_from; k < coordinates; ++k)
          effect.advances &= ~(std::uint64_t{1} << k);
      }
      edges.push_back({from, to, effect});
      shape.add_edge(from, to, effect);
    }
  }
};

/// The definition: some coordinate strictly advances, and neither it nor one outside it is reset.
bool advances_in_the_end(const std::vector<EdgeEffect>& cycle, std::uint32_t coordinates) {
  for (std::uint32_t k = 0; k != coordinates; ++k) {
    for (const EdgeEffect& effect : cycle)
      if (effect.resets_from <= k) return false;
    for (const EdgeEffect& effect : cycle)
      if ((effect.advances >> k & 1) != 0) return true;
  }
  return false;
}

/// Looks at every elementary cycle. They suffice: a closed walk is made of elementary cycles; of
/// the outermost coordinates that these advance, the outermost is advanced by one of them, and
/// neither it nor one outside it is reset by any.
class BruteForce {
 public:
  explicit BruteForce(const RandomShape& random) : random_(random) {
    for (first_ = 0; first_ != random.vertices; ++first_) extend(first_);
  }
  bool legal() const { return legal_; }

 private:
  void extend(std::uint32_t here) {
    on_path_.push_back(here);
    for (const RandomEdge& edge : random_.edges) {
      if (edge.from != here || edge.to < first_) continue;
      effects_.push_back(edge.effect);
      if (edge.to == first_) {
        legal_ = legal_ && advances_in_the_end(effects_, random_.coordinates);
      } else if (std::ranges::count(on_path_, edge.to) == 0) {
        extend(edge.to);
      }
      effects_.pop_back();
    }
    on_path_.pop_back();
  }

  const RandomShape& random_;
  std::uint32_t first_ = 0;
  Vertices on_path_;
  std::vector<EdgeEffect> effects_;
  bool legal_ = true;
};

/// Whether edges of the graph form this cycle and advance nothing outside of `resets`, which is the
/// counter that the edge behind `resetting` resets; 0 if nothing is reset.
void check_illegal(const RandomShape& random, const IllegalCycle& cycle) {
  RC_ASSERT(!cycle.vertices.empty());
  const std::uint32_t end = cycle.resets == 0 ? random.coordinates : cycle.resets;
  bool resets = cycle.resets == 0;
  for (std::size_t i = 0; i != cycle.vertices.size(); ++i) {
    const std::uint32_t from = cycle.vertices[i];
    const std::uint32_t to = cycle.vertices[(i + 1) % cycle.vertices.size()];
    RC_ASSERT(std::ranges::count(cycle.vertices, from) == 1);
    bool joined = false;
    for (const RandomEdge& edge : random.edges) {
      if (edge.from != from || edge.to != to) continue;
      if ((edge.effect.advances & ((std::uint64_t{1} << end) - 1)) != 0) continue;
      joined = true;
      resets |= from == cycle.resetting && edge.effect.resets_from == cycle.resets;
    }
    RC_ASSERT(joined);
  }
  RC_ASSERT(resets);
}

TEST_CASE("a graph is refused exactly if one of its cycles does not advance in the end",
          "[graph_shape]") {
  int legal = 0, illegal = 0, resetting = 0;
  tests::check_property(4000, [&] {
    const RandomShape random(tests::draw_tape("edges", 80));
    const auto frozen = random.shape.freeze();
    const auto* cycle = std::get_if<IllegalCycle>(&frozen);
    RC_ASSERT((cycle == nullptr) == BruteForce(random).legal());
    if (cycle != nullptr) check_illegal(random, *cycle);
    ++(cycle == nullptr ? legal : illegal);
    if (cycle != nullptr && cycle->resets != 0) ++resetting;
  });
  if (!tests::replaying()) {
    CHECK(legal > 1000);
    CHECK(illegal > 1000);
    CHECK(resetting > 200);
  }
}

/// reach[v][w]: a path of at least one edge leads from v to w.
std::vector<std::vector<bool>> closure(const RandomShape& random) {
  std::vector reach(random.vertices, std::vector<bool>(random.vertices));
  for (const RandomEdge& edge : random.edges) reach[edge.from][edge.to] = true;
  for (std::uint32_t k = 0; k != random.vertices; ++k)
    for (std::uint32_t v = 0; v != random.vertices; ++v)
      for (std::uint32_t w = 0; w != random.vertices; ++w)
        if (reach[v][k] && reach[k][w]) reach[v][w] = true;
  return reach;
}

/// Calls `check(random, frozen)` for the legal ones of many random graphs.
template <typename Check>
void check_frozen(Check&& check) {
  tests::check_property(3000, [&] {
    const RandomShape random(tests::draw_tape("edges", 80));
    const auto result = random.shape.freeze();
    if (const auto* frozen = std::get_if<FrozenShape>(&result)) check(random, *frozen);
  });
}

TEST_CASE("a component is the contiguous range of all that reach each other", "[graph_shape]") {
  check_frozen([](const RandomShape& random, const FrozenShape& frozen) {
    const std::uint32_t n = random.vertices;
    RC_ASSERT(frozen.size() == n);
    for (std::uint32_t p = 0; p != n; ++p) {
      RC_ASSERT(frozen.vertex_at(p) < n);
      RC_ASSERT(frozen.position_of(frozen.vertex_at(p)) == p);
    }
    const auto reach = closure(random);
    for (std::uint32_t v = 0; v != n; ++v) {
      const std::uint32_t p = frozen.position_of(v);
      RC_ASSERT(frozen.cyclic(p) == reach[v][v]);
      for (std::uint32_t w = 0; w != n; ++w) {
        const std::uint32_t q = frozen.position_of(w);
        const bool inside = frozen.component_begin(p) <= q && q < frozen.component_end(p);
        RC_ASSERT(inside == (v == w || (reach[v][w] && reach[w][v])));
      }
    }
  });
}

TEST_CASE("every edge stands in the row of its beginning and in that of its end", "[graph_shape]") {
  check_frozen([](const RandomShape& random, const FrozenShape& frozen) {
    std::size_t successors = 0, predecessors = 0;
    for (std::uint32_t p = 0; p != frozen.size(); ++p) {
      successors += frozen.successors(p).size();
      predecessors += frozen.predecessors(p).size();
      for (const ShapeEdge& edge : frozen.successors(p)) {
        RC_ASSERT(frozen.position_of(random.edges.at(edge.edge).from) == p);
        RC_ASSERT(frozen.position_of(random.edges.at(edge.edge).to) == edge.position);
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

TEST_CASE("ranks and coordinates grow along every edge in turn, and last the position",
          "[graph_shape]") {
  check_frozen([](const RandomShape& random, const FrozenShape& frozen) {
    for (const RandomEdge& edge : random.edges) {
      const std::uint32_t p = frozen.position_of(edge.from), q = frozen.position_of(edge.to);
      bool grown = false;
      for (std::uint32_t k = 0; k != random.coordinates && !grown; ++k) {
        const std::uint32_t from = k == 0 ? frozen.component_begin(p) : frozen.rank(k, p);
        const std::uint32_t to = k == 0 ? frozen.component_begin(q) : frozen.rank(k, q);
        RC_ASSERT(from <= to);
        if ((grown = from < to)) break;
        RC_ASSERT(edge.effect.resets_from > k);
        grown = (edge.effect.advances >> k & 1) != 0;
      }
      RC_ASSERT(grown || p < q);
    }
  });
}

TEST_CASE("a segment holds the chains of identities without branches, each as one range",
          "[graph_shape]") {
  int joined = 0;
  check_frozen([&](const RandomShape& random, const FrozenShape& frozen) {
    Vertices leaving(random.vertices), entering(random.vertices);
    for (const RandomEdge& edge : random.edges) ++leaving[edge.from], ++entering[edge.to];
    std::vector<bool> continues(frozen.size() + 1);  // by position
    for (const RandomEdge& edge : random.edges) {
      if (!edge.effect.identity || leaving[edge.from] != 1 || entering[edge.to] != 1) continue;
      const std::uint32_t p = frozen.position_of(edge.to);
      RC_ASSERT(p == frozen.position_of(edge.from) + 1);
      continues[p] = true;
      ++joined;
    }
    for (std::uint32_t p = 0; p != frozen.size(); ++p) {
      RC_ASSERT(frozen.segment_begin(p) == (continues[p] ? frozen.segment_begin(p - 1) : p));
      RC_ASSERT(frozen.segment_end(p) == (continues[p + 1] ? frozen.segment_end(p + 1) : p + 1));
    }
  });
  if (!tests::replaying()) CHECK(joined > 300);
}

}  // namespace
}  // namespace tidemark::graph_shape_property_test
