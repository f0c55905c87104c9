// SPDX-License-Identifier: MIT
//
// Question: how long does it take to visit a graph, breadth first?
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/ends/to_stream.hpp>

#include "bench.hpp"
#include "cycle.hpp"
#include "graphs.hpp"
#include "meeting.hpp"
#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

using Distances = std::vector<std::uint32_t>;  // by node
constexpr std::uint32_t unreached = ~std::uint32_t{0};

Distances ours(const Graph& graph, std::uint32_t workers) {
  Distances distances(graph.nodes(), unreached);
  execute({.workers = workers}, [&](Worker& worker) {
    worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
      const std::vector<Node> roots(worker.index() == 0 ? 1 : 0, Node{0});
      cycle(to_stream(scope, roots), [&]<typename T>(Stream<T, Node> nodes) {
        return unary_due<Node>(
            nodes, Exchange{KeyHash{}}, "visit", "",
            [&, open = OpenTimes<T, std::vector<Node>>{}](auto& in, auto& out) mutable {
              in.for_each([&](auto& batch) {
                auto& reached = open.at(batch, out);
                for (const Node node : batch)
                  if (distances[node] == unreached) reached.push_back(node);
              });
              const auto visit = [&](const Capability<T>& at, std::vector<Node>& reached) {
                auto& output = out.at(at);
                for (const Node node : reached) {
                  if (distances[node] != unreached) continue;
                  distances[node] = static_cast<std::uint32_t>(at.time().counters[0]);
                  for (const Node next : graph.neighbours(node)) output.give(next);
                }
              };
              open.release(visit, in.frontier());
            });
      });
    });
  });
  return distances;
}

Distances one_thread(const Graph& graph) {
  Distances distances(graph.nodes(), unreached);
  std::vector<Node> reached{0};
  std::vector<Node> next_reached;
  distances[0] = 0;
  for (std::uint32_t round = 1; !reached.empty(); ++round) {
    next_reached.clear();
    for (const Node node : reached)
      for (const Node next : graph.neighbours(node))
        if (distances[next] == unreached) {
          distances[next] = round;
          next_reached.push_back(next);
        }
    reached.swap(next_reached);
  }
  return distances;
}

Distances two_threads(const Graph& graph) {
  Distances distances(graph.nodes(), unreached);
  Meeting<Node> meeting(2);
  run_threads(2, [&](std::uint32_t self) {
    if (self == 0) meeting.to(0, owner_of(0, 2)).push_back(0);
    for (std::uint32_t round = 0; meeting.meet(self) != 0; ++round)
      for (const std::uint32_t other : {0u, 1u})
        for (const Node node : meeting.from(other, self)) {
          if (distances[node] != unreached) continue;
          distances[node] = round;
          for (const Node next : graph.neighbours(node))
            meeting.to(self, owner_of(next, 2)).push_back(next);
        }
    return 0.0;
  });
  return distances;
}

/// Nanoseconds per edge of a graph with so many.
template <typename Search>
double measure(std::uint64_t edges, Search search) {
  const Graph& graph = graph_with(edges);
  static std::map<std::uint64_t, Distances> known;
  if (!known.contains(edges)) known.emplace(edges, one_thread(graph));
  const Stopwatch watch;
  const Distances distances = search(graph);
  const double elapsed = watch.ns();
  check(distances == known.at(edges), "the distances from the root");
  return elapsed / static_cast<double>(edges);
}

}  // namespace

void add_bfs_rows(Rows& rows) {
  for (const std::uint32_t workers : {1u, 2u})
    rows.push_back(
        {.name = "bfs",
         .workers = workers,
         .per = "edge",
         .baseline = workers == 1 ? "a loop over two lists" : "2 threads that meet each round",
         .quick_rounds = 500'000,
         .full_rounds = 10'000'000,
         .full_repetitions = 5,
         .ours =
             [=](std::uint64_t edges) {
               return measure(edges, [=](const Graph& graph) { return ours(graph, workers); });
             },
         .by_hand =
             [=](std::uint64_t edges) {
               return measure(edges, workers == 1 ? one_thread : two_threads);
             }});
  add_crowds(rows,
             {.name = "bfs",
              .per = "edge",
              .quick_rounds = 2'500'000,
              .full_rounds = 10'000'000,
              .full_repetitions = 5,
              .bar = crowded},
             [](std::uint32_t workers, std::uint64_t edges) {
               return measure(edges, [=](const Graph& graph) { return ours(graph, workers); });
             });
}

}  // namespace tidemark::bench
