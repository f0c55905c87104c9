// SPDX-License-Identifier: MIT
//
// Question: how long does it take to find the connected components of a graph?
#include <tidemark/core/run.hpp>
#include <tidemark/operators/ends/to_stream.hpp>
#include <tidemark/operators/routing/exchange.hpp>
#include <tidemark/operators/stateless/filter.hpp>

#include "bench.hpp"
#include "graphs.hpp"
#include "meeting.hpp"
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

class UnionFind {
 public:
  explicit UnionFind(const Graph& graph) : parents_(graph.nodes()) {
    std::iota(parents_.begin(), parents_.end(), Node{0});
  }

  /// False if the two ends are joined already.
  bool operator()(const Edge& edge) {
    const auto [least, other] = std::minmax({find(edge.first), find(edge.second)});
    return std::exchange(parents_[other], least) != least;
  }

  /// The least node of the component.
  Node find(Node node) {
    while (parents_[node] != node) node = parents_[node] = parents_[parents_[node]];
    return node;
  }

 private:
  std::vector<Node> parents_;
};

/// Each worker keeps those of its edges that join anything; the last brings all of them together.
UnionFind ours(const Graph& graph, std::uint32_t workers) {
  UnionFind all(graph);
  execute({.workers = workers}, [&](Worker& worker) {
    worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      const std::size_t size = graph.edges().size();
      const auto share =
          std::span(graph.edges()).subspan(size * worker.index() / workers, size / workers);
      const auto edges = to_stream(scope, share);
      if (workers == 1) {
        edges | filter(std::ref(all));
      } else {
        edges | filter(UnionFind(graph)) | exchange([](const Edge&) { return 0; }) |
            filter(std::ref(all));
      }
    });
  });
  return all;
}

UnionFind one_thread(const Graph& graph) {
  UnionFind all(graph);
  for (const Edge& edge : graph.edges()) all(edge);
  return all;
}

UnionFind two_threads(const Graph& graph) {
  UnionFind all(graph);
  Meeting<Edge> meeting(2);
  run_threads(2, [&](std::uint32_t self) {
    UnionFind own(graph);
    const std::size_t size = graph.edges().size();
    for (const Edge& edge : std::span(graph.edges()).subspan(size * self / 2, size / 2))
      if (own(edge)) meeting.to(self, 0).push_back(edge);
    meeting.meet(self);
    if (self == 0)
      for (const std::uint32_t other : {0u, 1u})
        for (const Edge& edge : meeting.from(other, 0)) all(edge);
    return 0.0;
  });
  return all;
}

/// Nanoseconds per edge of a graph with so many.
template <typename Find>
double measure(std::uint64_t edges, Find find) {
  const Graph& graph = graph_with(edges);
  const Stopwatch watch;
  UnionFind components = find(graph);
  const double elapsed = watch.ns();
  // Each edge within a component, and not fewer components than there are: so the same ones.
  static std::map<std::uint64_t, Node> known;
  const auto count = [&](UnionFind& all) {
    Node number = 0;
    for (Node node = 0; node != graph.nodes(); ++node) number += all.find(node) == node ? 1 : 0;
    return number;
  };
  if (!known.contains(edges)) {
    UnionFind all = one_thread(graph);
    known.emplace(edges, count(all));
  }
  check(std::ranges::all_of(graph.edges(),
                            [&](const Edge& edge) {
                              return components.find(edge.first) == components.find(edge.second);
                            }),
        "an edge between two components");
  check(count(components) == known.at(edges), "the number of components");
  return elapsed / static_cast<double>(edges);
}

}  // namespace

void add_union_find_rows(Rows& rows) {
  for (const std::uint32_t workers : {1u, 2u})
    rows.push_back({.name = "union_find",
                    .workers = workers,
                    .per = "edge",
                    .baseline = workers == 1 ? "a loop over the edges" : "2 threads, then one",
                    .quick_rounds = 500'000,
                    .full_rounds = 10'000'000,
                    .full_repetitions = 3,
                    .ours =
                        [=](std::uint64_t edges) {
                          return measure(edges,
                                         [=](const Graph& graph) { return ours(graph, workers); });
                        },
                    .by_hand =
                        [=](std::uint64_t edges) {
                          return measure(edges, workers == 1 ? one_thread : two_threads);
                        }});
}

}  // namespace tidemark::bench
