// SPDX-License-Identifier: MIT
//
// Question: what does progress tracking cost by itself, per location whose frontier moves?
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/product.hpp>
#include <tidemark/progress/topology.hpp>
#include <tidemark/progress/tracker.hpp>

#include "bench.hpp"
#include "tracker_by_hand.hpp"
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

constexpr std::uint32_t operators = 500;

using Pair = Product<Epoch, Epoch>;

/// A source and a chain of operators; in a loop, the chain's end feeds its beginning, one later.
template <Timestamp T>
std::shared_ptr<const Topology<T>> graph(bool loop) {
  TopologyBuilder<T> builder;
  const OperatorId source = builder.add_operator("source", 0, 1);
  OperatorId last = builder.add_operator("first", loop ? 2 : 1, 1);
  const OperatorId first = last;
  builder.connect({source, 0}, {first, 0});
  for (std::uint32_t i = 1; i != operators; ++i) {
    const OperatorId next = builder.add_operator("step", 1, 1);
    builder.connect({std::exchange(last, next), 0}, {next, 0});
  }
  if constexpr (std::same_as<T, Epoch>) {
    if (loop) {
      const OperatorId feedback = builder.add_operator("feedback", 1, 1, {{0, 0, {1}}});
      builder.connect({last, 0}, {feedback, 0});
      builder.connect({feedback, 0}, {first, 1});
    }
  }
  return std::make_shared<Topology<T>>(std::move(builder).freeze());
}

/// The frontier of the source in each round: one timestamp, or two that are incomparable.
std::vector<Epoch> held(std::uint64_t round, Epoch) {
  return {round};
}
std::vector<Pair> held(std::uint64_t round, Pair) {
  return {{round, round + 1}, {round + 1, round}};
}

template <Timestamp T>
double ours(bool loop, std::uint64_t rounds) {
  Tracker<T> tracker(graph<T>(loop));
  const Topology<T>& topology = tracker.topology();
  const LocationId source = topology.location(SourcePort{{0}, 0});
  const LocationId end = topology.location(SourcePort{{operators}, 0});
  std::uint64_t moves = 0;
  const auto moved = [&](LocationId, const auto&, const auto&) { ++moves; };
  for (const T& time : held(0, T{})) tracker.update({source, time}, +1);
  tracker.propagate(moved);
  moves = 0;
  const Stopwatch watch;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    for (const T& time : held(round, T{})) tracker.update({source, time}, +1);
    for (const T& time : held(round - 1, T{})) tracker.update({source, time}, -1);
    tracker.propagate(moved);
  }
  const double elapsed = watch.ns();
  Antichain<T> expected;
  for (const T& time : held(rounds, T{})) expected.insert(time);
  check(tracker.frontier(end) == expected, "the frontier at the end of the chain");
  check(moves == rounds * topology.locations(), "the number of moves");
  return elapsed / static_cast<double>(moves);
}

void add(Rows& rows, std::string name, std::string baseline, Measure ours, Measure by_hand,
         double bar_ns) {
  rows.push_back({.name = std::move(name),
                  .per = "location",
                  .baseline = std::move(baseline),
                  .quick_rounds = 10'000,
                  .full_rounds = 50'000,
                  .ours = std::move(ours),
                  .by_hand = std::move(by_hand),
                  .bar = Bar{.plus = bar_ns}});
}

}  // namespace

void add_tracker_rows(Rows& rows) {
  add(
      rows, "tracker_chain", "minima over arrays", [](auto n) { return ours<Epoch>(false, n); },
      [](auto n) { return sweep_chain(Arrays(*graph<Epoch>(false), operators), n); }, 15);
  add(
      rows, "tracker_loop", "minima over arrays", [](auto n) { return ours<Epoch>(true, n); },
      [](auto n) { return sweep_loop(Arrays(*graph<Epoch>(true), operators), n); }, 25);
  add(
      rows, "tracker_product", "minimal pairs over arrays",
      [](auto n) { return ours<Pair>(false, n); },
      [](auto n) { return sweep_pairs(Arrays(*graph<Pair>(false), operators), n); }, 40);
}

}  // namespace tidemark::bench
