// SPDX-License-Identifier: MIT
#include "tracker_by_hand.hpp"

#include "bench.hpp"
#include <algorithm>
#include <bit>
#include <limits>

namespace tidemark::bench {
namespace {

using Times = std::vector<std::uint64_t>;
constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max() / 2;

std::uint64_t least_at(const Arrays& graph, const Times& own, const Times& frontier,
                       std::size_t p) {
  std::uint64_t least = own[p];
  for (std::uint32_t e = graph.begin[p]; e != graph.begin[p + 1]; ++e)
    least = std::min(least, frontier[graph.from[e]] + graph.step[e]);
  return least;
}

/// At most two pairs, the first smaller in its first coordinate.
struct Pairs {
  std::uint64_t size = 0;
  std::uint64_t a[2] = {};
  std::uint64_t b[2] = {};

  /// Requires: the result has no more than two.
  void insert(std::uint64_t x, std::uint64_t y) {
    std::uint64_t at = 0;
    for (std::uint64_t i = 0; i != size; ++i) {
      if (a[i] <= x && b[i] <= y) return;
      if (x <= a[i] && y <= b[i]) continue;
      a[at] = a[i];
      b[at++] = b[i];
    }
    size = at + 1;
    for (; at != 0 && x < a[at - 1]; --at) {
      a[at] = a[at - 1];
      b[at] = b[at - 1];
    }
    a[at] = x;
    b[at] = y;
  }
  friend bool operator==(const Pairs&, const Pairs&) = default;
};

double per_move(double elapsed, std::uint64_t moves, const Arrays& graph, std::uint64_t rounds) {
  check(moves == rounds * graph.size(), "the number of moves");
  return elapsed / static_cast<double>(moves);
}

}  // namespace

double sweep_chain(const Arrays& graph, std::uint64_t rounds) {
  Times own(graph.size(), none);
  Times frontier(graph.size(), 0);
  std::uint64_t moves = 0;
  const Stopwatch watch;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    own[graph.source] = round;
    for (std::size_t p = 0; p != graph.size(); ++p) {
      const std::uint64_t least = least_at(graph, own, frontier, p);
      moves += least != frontier[p] ? 1 : 0;
      frontier[p] = least;
    }
  }
  const double elapsed = watch.ns();
  check(frontier[graph.end] == rounds, "the frontier at the end of the chain");
  return per_move(elapsed, moves, graph, rounds);
}

double sweep_loop(const Arrays& graph, std::uint64_t rounds) {
  Times own(graph.size(), none);
  Times frontier(graph.size(), 0);
  Times next(graph.size());
  std::uint64_t moves = 0;
  const Stopwatch watch;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    own[graph.source] = round;
    std::ranges::fill(next, none);  // or the loop would hold itself back
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t p = 0; p != graph.size(); ++p) {
        const std::uint64_t least = least_at(graph, own, next, p);
        if (least == next[p]) continue;
        changed = true;
        next[p] = least;
      }
    }
    for (std::size_t p = 0; p != graph.size(); ++p) moves += next[p] != frontier[p] ? 1 : 0;
    frontier.swap(next);
  }
  const double elapsed = watch.ns();
  check(frontier[graph.end] == rounds, "the frontier at the end of the chain");
  return per_move(elapsed, moves, graph, rounds);
}

double sweep_pairs(const Arrays& graph, std::uint64_t rounds) {
  std::vector<Pairs> own(graph.size());
  std::vector<Pairs> frontier(graph.size());
  std::uint64_t moves = 0;
  const Stopwatch watch;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    own[graph.source] = {2, {round, round + 1}, {round + 1, round}};
    for (std::size_t p = 0; p != graph.size(); ++p) {
      Pairs least = own[p];
      for (std::uint32_t e = graph.begin[p]; e != graph.begin[p + 1]; ++e) {
        const Pairs& before = frontier[graph.from[e]];
        for (std::uint64_t i = 0; i != before.size; ++i) least.insert(before.a[i], before.b[i]);
      }
      if (least == frontier[p]) continue;
      ++moves;
      frontier[p] = least;
    }
  }
  const double elapsed = watch.ns();
  check(frontier[graph.end] == own[graph.source], "the frontier at the end of the chain");
  return per_move(elapsed, moves, graph, rounds);
}

double slide_ring(std::uint64_t open, std::uint64_t slides) {
  std::vector<std::int64_t> counts(std::bit_ceil(open + 1));
  const auto count = [&](std::uint64_t t) -> std::int64_t& {
    return counts[t & (counts.size() - 1)];
  };
  for (std::uint64_t t = 0; t != open; ++t) count(t) = 1;
  std::uint64_t least = 0;
  const Stopwatch watch;
  for (std::uint64_t t = 0; t != slides; ++t) {
    const std::uint64_t last = t + open;
    ++count(last);
    --count(t);
    while (least != last && count(least) == 0) ++least;
  }
  const double elapsed = watch.ns();
  check(least == slides, "the least open timestamp");
  return elapsed / static_cast<double>(slides);
}

}  // namespace tidemark::bench
