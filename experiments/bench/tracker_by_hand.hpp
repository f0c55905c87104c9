// SPDX-License-Identifier: MIT
//
// Progress tracking as one would write it for one graph: a sweep over plain arrays. All of it is
// swept in each round, which costs nothing in the rounds measured here, in which all of it moves.
#pragma once

#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/topology.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidemark::bench {

/// A graph, its locations sorted so that only what advances leads back. Rounds move the frontier of
/// operator 0; the end is the output of the chain's last operator.
struct Arrays {
  template <Timestamp T>
  Arrays(const Topology<T>& topology, std::uint32_t last_operator)
      : source(topology.shape().position_of(topology.location(SourcePort{{0}, 0}).value)),
        end(topology.shape().position_of(topology.location(SourcePort{{last_operator}, 0}).value)) {
    for (std::uint32_t p = 0; p != topology.shape().size(); ++p) {
      for (const ShapeEdge& edge : topology.shape().predecessors(p)) {
        from.push_back(edge.position);
        if constexpr (std::same_as<T, Epoch>) step.push_back(topology.summary(edge.edge).step);
      }
      begin.push_back(static_cast<std::uint32_t>(from.size()));
    }
  }

  std::size_t size() const { return begin.size() - 1; }

  std::size_t source;
  std::size_t end;
  std::vector<std::uint32_t> begin{0};  // of a location's edges
  std::vector<std::uint32_t> from;      // by edge
  std::vector<std::uint64_t> step;      // by edge
};

// Each runs that many rounds and returns the nanoseconds per move, or per slide. Throws
// WrongResult.
double sweep_chain(const Arrays& graph, std::uint64_t rounds);
double sweep_loop(const Arrays& graph, std::uint64_t rounds);
/// As held in tracker.cpp: in round r, (r, r + 1) and (r + 1, r).
double sweep_pairs(const Arrays& graph, std::uint64_t rounds);
/// A window of `open` consecutive timestamps that slides by one.
double slide_ring(std::uint64_t open, std::uint64_t slides);

}  // namespace tidemark::bench
