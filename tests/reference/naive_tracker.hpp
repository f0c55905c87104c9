// SPDX-License-Identifier: MIT
//
// The oracle of the tracker: frontiers by definition, slow and obviously right.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/topology.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// The frontier at a location is the set of minimal elements of
///
///     { s(t) : (m, t) has a positive count, s is the summary of a path from m to the location }
///
/// and this class computes just that, each time anew and from the counts alone: beginning with the
/// counted pointstamps, it takes what is known at every location along every edge, until nothing
/// new comes of it. After n rounds, all paths of n edges have been followed. Of what is known at a
/// location only the minimal timestamps are kept, since summaries are monotone: what a later
/// timestamp leads to, the earlier one leads to as early or earlier, by the same path.
///
/// It may go round a cycle: the path that cuts it out need not be as good, since a cycle may leave
/// a loop and reset its counter. The rounds end all the same: each of them that changes something
/// adds timestamps that no earlier ones precede, and there is no endless sequence of such.
///
/// It reads operators and channels of the topology, never its frozen shape.
template <Timestamp T>
class NaiveTracker {
 public:
  using Counts = std::map<Pointstamp<T>, std::int64_t>;

  explicit NaiveTracker(const Topology<T>& topology)
      : frontiers_(topology.locations()),
        before_(topology.locations()) {
    for (const OperatorPorts<T>& op : topology.operators())
      for (const Connection<T>& c : op.connections)
        edges_.push_back(
            {op.first_location + c.input, op.first_location + op.inputs + c.output, c.summary});
    for (const Channel& channel : topology.channels())
      edges_.push_back(
          {topology.location(channel.from).value, topology.location(channel.to).value, {}});
  }

  void update(const Pointstamp<T>& pointstamp, std::int64_t diff) {
    const auto at = counts_.try_emplace(pointstamp, 0).first;
    if ((at->second += diff) == 0) counts_.erase(at);
  }

  /// The counts that are not zero.
  const Counts& counts() const { return counts_; }

  void propagate() {
    std::swap(before_, frontiers_);
    for (Antichain<T>& frontier : frontiers_) frontier.clear();
    for (const auto& [pointstamp, count] : counts_)
      if (count > 0) frontiers_[pointstamp.location.value].insert(pointstamp.time);
    while (follow_edges(frontiers_, frontiers_)) {
    }
  }

  /// The frontier of the last propagation, and the one before that.
  const Antichain<T>& frontier(LocationId location) const { return frontiers_[location.value]; }
  const Antichain<T>& before(LocationId location) const { return before_[location.value]; }

  /// The number of edges of the shortest path by which a pointstamp could result in a timestamp at
  /// a location, if there is one.
  std::optional<std::size_t> distance(const Pointstamp<T>& from, LocationId to,
                                      const T& time) const {
    Frontiers known(frontiers_.size());
    known[from.location.value].insert(from.time);
    for (std::size_t rounds = 0;; ++rounds) {
      if (known[to.value].less_equal_to(time)) return rounds;
      Frontiers longer = known;
      if (!follow_edges(known, longer)) return std::nullopt;
      known = std::move(longer);
    }
  }

  /// Whether an edge of the graph leads from one pointstamp to another.
  bool has_edge(const Pointstamp<T>& from, const Pointstamp<T>& to) const {
    return std::ranges::any_of(edges_, [&](const Edge& edge) {
      return edge.from == from.location.value && edge.to == to.location.value &&
             edge.summary.results_in(from.time) == std::optional<T>(to.time);
    });
  }

 private:
  using Frontiers = std::vector<Antichain<T>>;  // by location
  struct Edge {
    std::uint32_t from, to;
    typename T::Summary summary;
  };

  /// Takes what is known in `from` along every edge to `to`; true if that is new there.
  bool follow_edges(const Frontiers& from, Frontiers& to) const {
    bool anything_new = false;
    for (const Edge& edge : edges_)
      for (const T& time : from[edge.from])
        if (const auto result = edge.summary.results_in(time))
          anything_new |= to[edge.to].insert(*result);
    return anything_new;
  }

  std::vector<Edge> edges_;
  Counts counts_;
  Frontiers frontiers_, before_;
};

}  // namespace tidemark::tests
