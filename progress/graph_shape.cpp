// SPDX-License-Identifier: MIT
#include <tidemark/progress/check.hpp>
#include <tidemark/progress/graph_shape.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/strong_components.hpp>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace tidemark {
namespace {

struct EdgeLabel {
  std::uint32_t number = 0;
  EdgeEffect effect{};
};

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                                    EdgeLabel>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;
using Edge = boost::graph_traits<Graph>::edge_descriptor;
using Numbers = std::vector<std::uint32_t>;

constexpr std::uint32_t none = UINT32_MAX;

std::uint32_t number(Vertex vertex) {
  return static_cast<std::uint32_t>(vertex);
}

/// The segments of a graph, and the graph that is left when each is taken for one vertex.
struct Contraction {
  std::vector<Numbers> members;  // by segment, in order
  Numbers segment_of;            // by vertex
  Graph graph;

  explicit Contraction(const Graph& all) : segment_of(boost::num_vertices(all), none) {
    Numbers entering(segment_of.size());
    for (const Edge& edge : boost::make_iterator_range(boost::edges(all)))
      ++entering[boost::target(edge, all)];
    Numbers next(segment_of.size(), none);
    std::vector<bool> follows(segment_of.size());
    for (const Edge& edge : boost::make_iterator_range(boost::edges(all))) {
      const Vertex from = boost::source(edge, all), to = boost::target(edge, all);
      if (!all[edge].effect.identity || boost::out_degree(from, all) != 1 || entering[to] != 1)
        continue;
      next[from] = number(to);
      follows[to] = true;
    }
    for (std::uint32_t v = 0; v != next.size(); ++v)
      if (!follows[v]) add_segment(v, next);
    for (std::uint32_t v = 0; v != next.size(); ++v)  // a ring: begins anywhere
      if (segment_of[v] == none) add_segment(v, next);

    graph = Graph(members.size());
    for (const Edge& edge : boost::make_iterator_range(boost::edges(all))) {
      const std::uint32_t from = segment_of[boost::source(edge, all)];
      const auto to = number(boost::target(edge, all));
      const bool inside = from == segment_of[to] && to != members[from].front();
      if (!inside) boost::add_edge(from, segment_of[to], all[edge], graph);
    }
  }

 private:
  void add_segment(std::uint32_t first, const Numbers& next) {
    const auto segment = static_cast<std::uint32_t>(members.size());
    members.emplace_back();
    for (std::uint32_t v = first; v != none && segment_of[v] == none; v = next[v]) {
      members.back().push_back(v);
      segment_of[v] = segment;
    }
  }
};

/// Keeps the edges that have not been removed.
struct Remaining {
  const std::vector<bool>* removed = nullptr;  // by number
  const Graph* graph = nullptr;
  bool operator()(const Edge& edge) const { return !(*removed)[(*graph)[edge].number]; }
};
using RemainingGraph = boost::filtered_graph<Graph, Remaining>;

/// Finds the order in which a depth-first search leaves the vertices, and the first cycle.
struct OrderOrCycle : boost::dfs_visitor<> {
  struct Result {
    std::vector<Vertex> parent;
    Numbers leaving_order;
    Numbers cycle;
  };
  Result* result;
  explicit OrderOrCycle(Result& into) : result(&into) {}

  void tree_edge(const Edge& edge, const RemainingGraph& graph) {
    result->parent[boost::target(edge, graph)] = boost::source(edge, graph);
  }
  void back_edge(const Edge& edge, const RemainingGraph& graph) {
    if (!result->cycle.empty()) return;
    const Vertex first = boost::target(edge, graph);
    for (Vertex v = boost::source(edge, graph); v != first; v = result->parent[v])
      result->cycle.push_back(number(v));
    result->cycle.push_back(number(first));
    std::ranges::reverse(result->cycle);
  }
  void finish_vertex(Vertex vertex, const RemainingGraph&) {
    result->leaving_order.push_back(number(vertex));
  }
};

/// The rank vectors of a graph, or a cycle that is illegal: for coordinate k = 0, 1, ... an edge
/// inside a component that resets k or a coordinate before it closes such a cycle; the edges that
/// strictly advance k are removed, and so are those between components; what is left at the end
/// must be free of cycles.
struct Ranks {
  std::vector<Numbers> by_level;  // by coordinate, then by vertex; the last one: where all differ
  std::vector<bool> cyclic;       // by vertex
  std::optional<IllegalCycle> illegal;

  Ranks(const Graph& graph, std::uint32_t coordinates, std::uint32_t edge_numbers)
      : cyclic(boost::num_vertices(graph)) {
    const std::size_t n = boost::num_vertices(graph);
    std::vector<bool> removed(edge_numbers);
    const RemainingGraph remaining(graph, Remaining{&removed, &graph});
    for (std::uint32_t k = 0; k != coordinates; ++k) {
      Numbers component(n);
      // Boost numbers components in reverse topological order.
      const std::uint32_t components = boost::strong_components(
          remaining,
          boost::make_iterator_property_map(component.begin(), get(boost::vertex_index, graph)));
      for (const Edge& edge : boost::make_iterator_range(boost::edges(remaining))) {
        const Vertex from = boost::source(edge, graph), to = boost::target(edge, graph);
        const EdgeEffect& effect = graph[edge].effect;
        const bool inside = component[from] == component[to];
        if (inside && effect.resets_from <= k) {
          illegal = {path(remaining, to, from), effect.resets_from, number(from)};
          return;
        }
        if (inside) cyclic[from] = cyclic[to] = true;
        if (!inside || (effect.advances >> k & 1) != 0) to_remove_.push_back(graph[edge].number);
      }
      for (const std::uint32_t edge : to_remove_) removed[edge] = true;
      to_remove_.clear();
      for (std::uint32_t& c : component) c = components - 1 - c;
      by_level.push_back(std::move(component));
    }

    OrderOrCycle::Result result{std::vector<Vertex>(n), {}, {}};
    boost::depth_first_search(remaining, boost::visitor(OrderOrCycle(result)));
    if (!result.cycle.empty()) {
      illegal = {std::move(result.cycle), 0, 0};
      return;
    }
    Numbers& last = by_level.emplace_back(n);
    for (std::uint32_t i = 0; i != n; ++i)
      last[result.leaving_order[i]] = static_cast<std::uint32_t>(n) - 1 - i;
  }

  bool before(std::uint32_t a, std::uint32_t b) const {
    for (const Numbers& rank : by_level)
      if (rank[a] != rank[b]) return rank[a] < rank[b];
    return false;
  }

 private:
  static Numbers path(const RemainingGraph& graph, Vertex from, Vertex to) {
    std::vector<Vertex> parent(boost::num_vertices(graph));
    boost::breadth_first_search(
        graph, from,
        boost::visitor(boost::make_bfs_visitor(boost::record_predecessors(
            boost::make_iterator_property_map(parent.begin(), get(boost::vertex_index, graph)),
            boost::on_tree_edge()))));
    Numbers path;
    for (Vertex v = to; v != from; v = parent[v]) path.push_back(number(v));
    path.push_back(number(from));
    std::ranges::reverse(path);
    return path;
  }

  Numbers to_remove_;
};

}  // namespace

struct GraphShape::Impl {
  std::uint32_t coordinates = 1;
  Graph graph;
  std::uint32_t edges = 0;  // boost::num_edges is linear in the vertices
};

GraphShape::GraphShape(std::uint32_t coordinates) : impl_(std::make_unique<Impl>()) {
  impl_->coordinates = coordinates;
}
GraphShape::GraphShape(GraphShape&&) noexcept = default;
GraphShape& GraphShape::operator=(GraphShape&&) noexcept = default;
GraphShape::~GraphShape() = default;

std::uint32_t GraphShape::add_vertex() {
  return number(boost::add_vertex(impl_->graph));
}

std::uint32_t GraphShape::add_edge(std::uint32_t from, std::uint32_t to, const EdgeEffect& effect) {
  const std::uint32_t edge = impl_->edges++;
  boost::add_edge(from, to, EdgeLabel{edge, effect}, impl_->graph);
  return edge;
}

std::variant<FrozenShape, IllegalCycle> GraphShape::freeze() const {
  const Graph& graph = impl_->graph;
  const auto n = static_cast<std::uint32_t>(boost::num_vertices(graph));
  const Contraction segments(graph);
  const Ranks ranks(segments.graph, impl_->coordinates, impl_->edges);
  if (ranks.illegal) {
    IllegalCycle cycle = *ranks.illegal;
    cycle.vertices.clear();
    for (const std::uint32_t segment : ranks.illegal->vertices)
      for (const std::uint32_t v : segments.members[segment]) cycle.vertices.push_back(v);
    cycle.resetting = segments.members[cycle.resetting].back();
    return cycle;
  }

  Numbers order(segments.members.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return ranks.before(a, b); });

  FrozenShape frozen;
  frozen.position_of_.resize(n);
  frozen.ranks_.resize(impl_->coordinates - 1);
  for (const std::uint32_t segment : order) {
    const std::uint32_t begin = frozen.size();
    for (const std::uint32_t vertex : segments.members[segment]) {
      frozen.position_of_[vertex] = frozen.size();
      frozen.vertex_at_.push_back(vertex);
      frozen.segment_begin_.push_back(begin);
      frozen.cyclic_.push_back(ranks.cyclic[segment]);
      for (std::uint32_t k = 1; k != impl_->coordinates; ++k)
        frozen.ranks_[k - 1].push_back(ranks.by_level[k][segment]);
    }
    frozen.segment_end_.resize(frozen.size(), frozen.size());
  }
  for (std::uint32_t begin = 0; begin != n;) {
    std::uint32_t end = frozen.segment_end_[begin];
    const auto component = [&](std::uint32_t position) {
      return ranks.by_level[0][segments.segment_of[frozen.vertex_at_[position]]];
    };
    while (end != n && component(end) == component(begin)) ++end;
    for (std::uint32_t p = begin; p != end; ++p) {
      frozen.component_begin_.push_back(frozen.cyclic_[p] ? begin : p);
      frozen.component_end_.push_back(frozen.cyclic_[p] ? end : p + 1);
    }
    begin = end;
  }

  // Counting sort of the edges by their end, then by their beginning.
  frozen.predecessor_begin_.assign(n + 1, 0);
  frozen.successor_begin_.assign(n + 1, 0);
  for (const Edge& edge : boost::make_iterator_range(boost::edges(graph))) {
    ++frozen.successor_begin_[frozen.position_of_[boost::source(edge, graph)] + 1];
    ++frozen.predecessor_begin_[frozen.position_of_[boost::target(edge, graph)] + 1];
  }
  std::partial_sum(frozen.successor_begin_.begin(), frozen.successor_begin_.end(),
                   frozen.successor_begin_.begin());
  std::partial_sum(frozen.predecessor_begin_.begin(), frozen.predecessor_begin_.end(),
                   frozen.predecessor_begin_.begin());
  frozen.successors_.resize(impl_->edges);
  frozen.predecessors_.resize(impl_->edges);
  auto next_successor = frozen.successor_begin_;
  auto next_predecessor = frozen.predecessor_begin_;
  for (const Edge& edge : boost::make_iterator_range(boost::edges(graph))) {
    const std::uint32_t from = frozen.position_of_[boost::source(edge, graph)];
    const std::uint32_t to = frozen.position_of_[boost::target(edge, graph)];
    const auto& [number, effect] = graph[edge];
    TIDEMARK_CHECK(from < to || effect.advances != 0, "an edge that advances nothing leads upward");
    frozen.successors_[next_successor[from]++] = {to, number, effect.identity};
    frozen.predecessors_[next_predecessor[to]++] = {from, number, effect.identity};
  }
  return frozen;
}

}  // namespace tidemark
