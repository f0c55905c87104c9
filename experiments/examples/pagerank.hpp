// SPDX-License-Identifier: MIT
//
// PageRank in fixed-point numbers, so that every schedule and number of workers gives the same.
#pragma once

#include <tidemark/operators/iterate.hpp>
#include <tidemark/operators/keyed.hpp>

#include "example.hpp"
#include "graph.hpp"

namespace tidemark::examples {

using Rank = std::int64_t;
using Gain = std::pair<Node, Rank>;
inline constexpr Rank rank_unit = Rank{1} << 40;  ///< a rank of 1

/// Adds up the gains of each node in each round.
template <Timestamp T>
Stream<T, Gain> sum(const Stream<T, Gain>& gains) {
  return unary_frontier<Gain>(
      gains, Exchange{[](const Gain& gain) { return gain.first; }}, "sum", "",
      [open = OpenTimes<T, KeyTable<Node, Rank>>{}](auto& in, auto& out) mutable {
        in.for_each([&](auto& batch) {
          for (const auto& [node, gain] : batch) open.at(batch, out)[node] += gain;
        });
        const auto send = [&](const auto& at, auto& sums) {
          for (const Gain gain : sums) out.at(at).give(gain);
        };
        open.release(send, in.frontier());
      });
}

/// rank(v) = 0.15 + 0.85 * the sum of rank(u) / degree(u) over all edges from u to v, by iteration
/// from 0.15 on. Gains of that sum go round the loop, for `rounds` rounds or until nothing changes.
inline std::vector<Rank> pagerank(const Graph& graph, std::uint64_t rounds, const Config& config) {
  std::vector<Rank> sums(graph.nodes()), ranks(graph.nodes()), shares(graph.nodes());
  const auto update = [&](const auto& time, auto& gains, auto& out) {
    for (const auto& [node, gain] : gains) {
      ranks[node] = (15 * rank_unit + 85 * (sums[node] += gain)) / 100;
      const auto neighbours = graph.neighbours(node);
      if (neighbours.empty() || time.counters[0] == rounds) continue;
      const Rank share = ranks[node] / static_cast<Rank>(neighbours.size());
      if (const Rank more = share - std::exchange(shares[node], share))
        for (const Node to : neighbours) out.give({to, more});
    }
  };
  execute(config, [&](Worker& worker) {
    auto input = worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
      auto [handle, nodes] = new_input<Gain>(scope);
      iterate(nodes, [&](auto gains) { return fuse<Gain>(sum(gains), "rank", "", update); });
      return std::move(handle);
    });
    for (auto v = worker.index(); v < graph.nodes(); v += worker.peers()) input.send({v, 0});
  });
  return ranks;
}

}  // namespace tidemark::examples
