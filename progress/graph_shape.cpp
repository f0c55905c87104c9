// SPDX-License-Identifier: MIT
#include <tidemark/progress/check.hpp>
#include <tidemark/progress/graph_shape.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/topological_sort.hpp>

#include <algorithm>
#include <iterator>
#include <numeric>

namespace tidemark {
namespace {

struct EdgeLabel {
  std::uint32_t number = 0;
  bool advances = false;
};

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                                    EdgeLabel>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;
using Edge = boost::graph_traits<Graph>::edge_descriptor;

/// Keeps the edges that do not advance. A legal graph is acyclic without the others.
struct KeepsTime {
  const Graph* graph = nullptr;
  bool operator()(const Edge& edge) const { return !(*graph)[edge].advances; }
};
using InstantGraph = boost::filtered_graph<Graph, KeepsTime>;

/// Collects the first cycle that a depth-first search runs into.
struct CycleFinder : boost::dfs_visitor<> {
  std::vector<Vertex>* parent;
  std::vector<std::uint32_t>* cycle;

  CycleFinder(std::vector<Vertex>& p, std::vector<std::uint32_t>& c) : parent(&p), cycle(&c) {}

  void tree_edge(const Edge& edge, const InstantGraph& graph) {
    (*parent)[boost::target(edge, graph)] = boost::source(edge, graph);
  }
  void back_edge(const Edge& edge, const InstantGraph& graph) {
    if (!cycle->empty()) return;
    const Vertex first = boost::target(edge, graph);
    for (Vertex v = boost::source(edge, graph); v != first; v = (*parent)[v])
      cycle->push_back(static_cast<std::uint32_t>(v));
    cycle->push_back(static_cast<std::uint32_t>(first));
    std::ranges::reverse(*cycle);
  }
};

}  // namespace

struct GraphShape::Impl {
  Graph graph;
  std::uint32_t edges = 0;  // boost::num_edges is linear in the vertices
};

GraphShape::GraphShape() : impl_(std::make_unique<Impl>()) {}
GraphShape::GraphShape(GraphShape&&) noexcept = default;
GraphShape& GraphShape::operator=(GraphShape&&) noexcept = default;
GraphShape::~GraphShape() = default;

std::uint32_t GraphShape::add_vertex() {
  return static_cast<std::uint32_t>(boost::add_vertex(impl_->graph));
}

std::uint32_t GraphShape::add_edge(std::uint32_t from, std::uint32_t to, bool advances) {
  const std::uint32_t number = impl_->edges++;
  boost::add_edge(from, to, EdgeLabel{number, advances}, impl_->graph);
  return number;
}

std::vector<std::uint32_t> GraphShape::illegal_cycle() const {
  const Graph& graph = impl_->graph;
  std::vector<Vertex> parent(boost::num_vertices(graph));
  std::vector<std::uint32_t> cycle;
  boost::depth_first_search(InstantGraph(graph, KeepsTime{&graph}),
                            boost::visitor(CycleFinder(parent, cycle)));
  return cycle;
}

FrozenShape GraphShape::freeze() const {
  const Graph& graph = impl_->graph;
  const std::size_t n = boost::num_vertices(graph);

  // Boost numbers components in reverse topological order.
  std::vector<std::size_t> component(n);
  const std::size_t components = boost::strong_components(
      graph, boost::make_iterator_property_map(component.begin(), get(boost::vertex_index, graph)));

  std::vector<Vertex> instant_order;  // reverse topological, over the edges that do not advance
  instant_order.reserve(n);
  const InstantGraph instant(graph, KeepsTime{&graph});
  boost::topological_sort(instant, std::back_inserter(instant_order));

  FrozenShape frozen;
  frozen.vertex_at_.resize(n);
  std::transform(instant_order.rbegin(), instant_order.rend(), frozen.vertex_at_.begin(),
                 [](Vertex v) { return static_cast<std::uint32_t>(v); });
  std::ranges::stable_sort(frozen.vertex_at_, [&](std::uint32_t a, std::uint32_t b) {
    return component[a] > component[b];
  });

  frozen.position_of_.resize(n);
  for (std::uint32_t p = 0; p != n; ++p) frozen.position_of_[frozen.vertex_at_[p]] = p;

  std::vector<std::uint32_t> begin(components), end(components);
  for (auto p = static_cast<std::uint32_t>(n); p-- > 0;) begin[component[frozen.vertex_at_[p]]] = p;
  for (std::uint32_t p = 0; p != n; ++p) end[component[frozen.vertex_at_[p]]] = p + 1;
  for (std::uint32_t p = 0; p != n; ++p) {
    frozen.component_begin_.push_back(begin[component[frozen.vertex_at_[p]]]);
    frozen.component_end_.push_back(end[component[frozen.vertex_at_[p]]]);
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
    TIDEMARK_CHECK(from < to || graph[edge].advances, "an edge that keeps time leads upward");
    frozen.successors_[next_successor[from]++] = {to, graph[edge].number};
    frozen.predecessors_[next_predecessor[to]++] = {from, graph[edge].number};
  }
  return frozen;
}

}  // namespace tidemark
