// SPDX-License-Identifier: MIT
//
// Question: what does it cost to send a number along every edge of a graph, round after round?
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/ends/to_stream.hpp>

#include "bench.hpp"
#include "cycle.hpp"
#include "graphs.hpp"
#include "meeting.hpp"
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

/// In fixed point, so that every order of addition gives the same.
using Rank = std::uint32_t;
using Ranks = std::vector<Rank>;  // by node
constexpr Rank one = Rank{1} << 20;
constexpr std::uint64_t rounds = 5;

struct Gain {
  Node node;
  Rank rank;
};

/// What a node with gains of `sum` passes on along each of its edges, and its rank.
Rank rank_of(Rank sum) {
  return one * 15 / 100 + static_cast<Rank>(std::uint64_t{sum} * 85 / 100);
}
Rank share_of(const Graph& graph, Node node, Rank rank) {
  return rank / static_cast<Rank>(graph.neighbours(node).size());
}

/// The nodes of each worker, and the place of each node among those of its worker.
struct Owners {
  Owners(const Graph& graph, std::uint32_t workers) : nodes(workers) {
    for (Node node = 0; node != graph.nodes(); ++node) {
      std::vector<Node>& of_owner = nodes[owner_of(node, workers)];
      places.push_back(static_cast<std::uint32_t>(of_owner.size()));
      of_owner.push_back(node);
    }
  }
  std::vector<std::vector<Node>> nodes;
  std::vector<std::uint32_t> places;
};

Ranks ours(const Graph& graph, std::uint32_t workers) {
  Ranks ranks(graph.nodes());
  const Owners owners(graph, workers);
  execute({.workers = workers}, [&](Worker& worker) {
    worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
      const std::vector<Node>& nodes = owners.nodes[worker.index()];
      check(!nodes.empty(), "a node for each worker");
      const std::vector<Gain> start{{nodes.front(), 0}};  // each worker begins with some record
      cycle(to_stream(scope, start), [&]<typename T>(Stream<T, Gain> gains) {
        return unary_due<Gain>(
            gains, Exchange{[](const Gain& gain) { return KeyHash{}(gain.node); }}, "rank", "",
            [&graph, &ranks, &nodes, &places = owners.places, open = OpenTimes<T, Ranks>{}](
                auto& in, auto& out) mutable {
              in.for_each([&](auto& batch) {
                Ranks& sums = open.at(batch, out);
                sums.resize(nodes.size());
                for (const Gain& gain : batch) sums[places[gain.node]] += gain.rank;
              });
              const auto update = [&](const Capability<T>& at, const Ranks& sums) {
                auto& output = out.at(at);
                const bool last = at.time().counters[0] == rounds;
                for (std::size_t i = 0; i != nodes.size(); ++i) {
                  const Node node = nodes[i];
                  ranks[node] = rank_of(sums[i]);
                  if (last || graph.neighbours(node).empty()) continue;
                  const Rank share = share_of(graph, node, ranks[node]);
                  for (const Node next : graph.neighbours(node)) output.give({next, share});
                }
              };
              open.release(update, in.frontier());
            });
      });
    });
  });
  return ranks;
}

Ranks one_thread(const Graph& graph) {
  Ranks ranks(graph.nodes(), rank_of(0));
  Ranks sums(graph.nodes());
  for (std::uint64_t round = 0; round != rounds; ++round) {
    sums.assign(graph.nodes(), 0);
    for (Node node = 0; node != graph.nodes(); ++node) {
      if (graph.neighbours(node).empty()) continue;
      const Rank share = share_of(graph, node, ranks[node]);
      for (const Node next : graph.neighbours(node)) sums[next] += share;
    }
    for (Node node = 0; node != graph.nodes(); ++node) ranks[node] = rank_of(sums[node]);
  }
  return ranks;
}

Ranks two_threads(const Graph& graph) {
  Ranks ranks(graph.nodes(), rank_of(0));
  Ranks sums(graph.nodes());
  const Owners owners(graph, 2);
  Meeting<Gain> meeting(2);
  run_threads(2, [&](std::uint32_t self) {
    const std::vector<Node>& nodes = owners.nodes[self];
    for (std::uint64_t round = 0; round != rounds; ++round) {
      for (const Node node : nodes) {
        if (graph.neighbours(node).empty()) continue;
        const Rank share = share_of(graph, node, ranks[node]);
        for (const Node next : graph.neighbours(node))
          meeting.to(self, owner_of(next, 2)).push_back({next, share});
      }
      meeting.meet(self);
      for (const std::uint32_t other : {0u, 1u})
        for (const Gain& gain : meeting.from(other, self)) sums[gain.node] += gain.rank;
      for (const Node node : nodes) ranks[node] = rank_of(std::exchange(sums[node], 0));
    }
    return 0.0;
  });
  return ranks;
}

/// Nanoseconds per edge and round of a graph with so many edges.
template <typename Iterate>
double measure(std::uint64_t edges, Iterate iterate) {
  const Graph& graph = graph_with(edges);
  static std::map<std::uint64_t, Ranks> known;
  if (!known.contains(edges)) known.emplace(edges, one_thread(graph));
  const Stopwatch watch;
  const Ranks ranks = iterate(graph);
  const double elapsed = watch.ns();
  check(ranks == known.at(edges), "the ranks");
  return elapsed / static_cast<double>(edges * rounds);
}

}  // namespace

void add_pagerank_rows(Rows& rows) {
  for (const std::uint32_t workers : {1u, 2u})
    rows.push_back(
        {.name = "pagerank",
         .workers = workers,
         .per = "edge, round",
         .baseline = workers == 1 ? "a loop over the edges" : "2 threads that meet each round",
         .quick_rounds = 300'000,
         .full_rounds = 10'000'000,
         .full_repetitions = 3,
         .ours =
             [=](std::uint64_t edges) {
               return measure(edges, [=](const Graph& graph) { return ours(graph, workers); });
             },
         .by_hand =
             [=](std::uint64_t edges) {
               return measure(edges, workers == 1 ? one_thread : two_threads);
             }});
  add_crowds(rows,
             {.name = "pagerank",
              .per = "edge, round",
              .quick_rounds = 2'500'000,
              .full_rounds = 10'000'000,
              .full_repetitions = 3,
              .bar = crowded},
             [](std::uint32_t workers, std::uint64_t edges) {
               return measure(edges, [=](const Graph& graph) { return ours(graph, workers); });
             });
}

}  // namespace tidemark::bench
