// SPDX-License-Identifier: MIT
//
// Random runs: what workers may report, or anybody could, applied to a tracker and its oracle.
#pragma once

#include <tests/progress/comparison.hpp>
#include <tests/progress/random_topology.hpp>
#include <tests/tape.hpp>

#include <cstdint>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// Which batches a run consists of.
enum class Batches {
  legal,  ///< those of the batch rule: what is produced could result from what was held before
  any,    ///< any changes at all: counts go below zero and come back, frontiers move to and fro
};

/// A graph and a run on it. Every few batches all counts are brought back to zero, in an order of
/// the tape, and at the end of the tape in that of the pointstamps.
template <Timestamp T, template <typename> typename Sites>
class RandomRun {
 public:
  /// Throws Difference.
  static void run(Topology<T> topology, Tape& script, Batches batches, Seen& seen) {
    RandomRun run(std::move(topology), seen);
    while (!script.at_end()) {
      if constexpr (!Comparison<T, Sites>::all_sites) {
        if (script.below(4) == 3) {
          const auto [location, interest] = run.draw_reader(script);
          run.both_.toggle(location, interest);
        }
      }
      if (script.below(16) == 15) run.explain(script);
      if (script.below(24) == 23) {
        run.retract(script, batches);
      } else if (batches == Batches::any) {
        run.change_anything(script);
      } else if (run.live_.empty()) {
        run.begin(script);
      } else {
        run.step(script);
      }
    }
    run.retract(script, batches);
  }

 private:
  using Counts = std::map<Pointstamp<T>, std::int64_t>;

  RandomRun(Topology<T> topology, Seen& seen) : both_(std::move(topology), seen) {}

  void begin(Tape& tape) {
    for (std::uint32_t n = 1 + tape.below(4); n != 0; --n) change(draw_pointstamp(tape), +1);
    apply(tape, false);
  }

  void step(Tape& tape) {
    const Counts held = live_;
    consumed_.clear();
    for (std::uint32_t n = 1 + tape.below(3); n != 0; --n) {
      const Pointstamp<T> support = pick(held, tape);
      const bool crowded = live_.size() > 10;
      if ((crowded || tape.below(3) != 2) && consumed_[support] < held.at(support)) {
        ++consumed_[support];
        change(support, -1);
      }
      for (std::uint32_t children = crowded ? 0 : tape.below(3); children != 0; --children)
        change(walk(support, tape), +1);
    }
    apply(tape, true);
  }

  /// A pointstamp that `from` could result in.
  Pointstamp<T> walk(Pointstamp<T> from, Tape& tape) const {
    const Topology<T>& topology = both_.topology();
    const FrozenShape& shape = topology.shape();
    for (std::uint32_t hops = tape.below(8); hops != 0; --hops) {
      const auto edges = shape.successors(shape.position_of(from.location.value));
      if (edges.empty()) break;
      const ShapeEdge edge = edges[tape.below(edges.size())];
      const auto time = topology.summary(edge.edge).results_in(from.time);
      if (!time) break;
      from = {{shape.vertex_at(edge.position)}, *time};
    }
    if (tape.below(4) == 3) {
      const std::uint32_t coordinate = tape.below(topology.depth(from.location) + 1);
      if (const auto time = Draw<T>::advancing(tape, coordinate).results_in(from.time))
        from.time = *time;
    }
    return from;
  }

  void change_anything(Tape& tape) {
    const bool crowded = live_.size() > 10;
    for (std::uint32_t n = 1 + tape.below(3); n != 0; --n) {
      const Pointstamp<T> pointstamp = crowded ? pick(live_, tape) : draw_pointstamp(tape);
      change(pointstamp, crowded ? -live_.at(pointstamp) : std::int64_t{tape.below(5)} - 2);
      if (live_.empty()) break;
    }
    apply(tape, false);
  }

  void retract(Tape& tape, Batches batches) {
    while (!live_.empty()) {
      for (std::uint32_t n = 1 + tape.below(3); n != 0 && !live_.empty(); --n) {
        const Pointstamp<T> pointstamp = pick(live_, tape);
        const std::int64_t count = live_.at(pointstamp);
        change(pointstamp, batches == Batches::legal ? -1 : -count);
      }
      apply(tape, batches == Batches::legal);
    }
    both_.expect_end();
  }

  void explain(Tape& tape) {
    const bool caused = !live_.empty() && tape.below(3) != 2;
    const Pointstamp<T> at = caused ? walk(pick(live_, tape), tape) : draw_pointstamp(tape);
    both_.explain(at.location, at.time);
  }

  /// Who is told when due reads an input.
  std::pair<LocationId, Interest> draw_reader(Tape& tape) const {
    const LocationId location = draw_location(tape);
    const bool when_due = tape.below(4) != 0 && both_.topology().is_target(location);
    const Interest all = tape.below(2) != 0 ? Interest::when_holding : Interest::always;
    return {location, when_due ? Interest::when_due : all};
  }
  LocationId draw_location(Tape& tape) const { return {tape.below(both_.locations())}; }
  Pointstamp<T> draw_pointstamp(Tape& tape) const {
    const LocationId location = draw_location(tape);
    return {location, Draw<T>::time(tape, both_.topology().depth(location))};
  }
  static Pointstamp<T> pick(const Counts& counts, Tape& tape) {
    return std::next(counts.begin(), tape.below(counts.size()))->first;
  }

  void change(const Pointstamp<T>& pointstamp, std::int64_t diff) {
    batch_.update(pointstamp, diff);
    if ((live_[pointstamp] += diff) == 0) live_.erase(pointstamp);
  }

  /// Readers come and go before the propagation, too.
  void apply(Tape& tape, bool monotone) {
    std::vector<std::pair<LocationId, Interest>> toggles;
    for (std::uint32_t n = tape.below(8) / 6; n != 0; --n) toggles.push_back(draw_reader(tape));
    both_.apply(batch_, monotone, toggles);
    batch_.clear();
  }

  Comparison<T, Sites> both_;
  ChangeBatch<Pointstamp<T>> batch_;
  Counts live_, consumed_;  // not zero
};

/// A run of either tracker, as the tape says. Throws Difference.
template <Timestamp T>
void random_run(Tape& graph, Tape& script, Batches batches, Seen& seen) {
  Topology<T> topology = TopologyDrawer<T>::draw(graph);
  if (script.below(2) == 1) {
    RandomRun<T, AllSites>::run(std::move(topology), script, batches, seen);
  } else {
    RandomRun<T, NeededSites>::run(std::move(topology), script, batches, seen);
  }
}

}  // namespace tidemark::tests
