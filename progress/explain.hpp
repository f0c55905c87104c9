// SPDX-License-Identifier: MIT
//
// Explanations: why a timestamp can still appear at a location.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/topology.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace tidemark {

/// A pointstamp with its count.
template <Timestamp T>
struct Counted {
  Pointstamp<T> pointstamp;  ///< what is counted
  std::int64_t count = 0;    ///< from 0 down it holds nothing back
  friend bool operator==(const Counted&, const Counted&) = default;
};

/// A counted pointstamp that could result in the timestamp asked for, and how: its path begins with
/// the pointstamp itself and ends at the location asked for, each hop with the timestamp there.
template <Timestamp T>
struct Cause {
  std::int64_t count = 0;           ///< of the pointstamp, at least 1
  std::vector<Pointstamp<T>> path;  ///< never empty; ends at or before the timestamp asked for
  friend bool operator==(const Cause&, const Cause&) = default;
};

/// The least path summaries that lead from the locations of a graph to one of them: the first,
/// second and so on by the number of hops, each not dominated by a shorter one.
///
/// Found by a breadth-first search against the edges. It ends for the same reason as the tracker's
/// (Dickson's lemma), loops and resets included. Cost: the edges times the summaries kept.
template <Timestamp T>
class PathsTo {
 public:
  using Summary = typename T::Summary;  ///< what a path does to a timestamp

  /// Searches at once. `topology` must outlive this.
  PathsTo(const Topology<T>& topology, LocationId to)
      : topology_(&topology),
        at_(topology.locations()) {
    const FrozenShape& shape = topology.shape();
    add(to, Summary{}, none, none);
    for (std::size_t next = 0; next != paths_.size(); ++next) {
      const LocationId here = paths_[next].from;
      for (const ShapeEdge& edge : shape.predecessors(shape.position_of(here.value)))
        if (const auto summary = topology.summary(edge.edge).followed_by(paths_[next].summary))
          add({shape.vertex_at(edge.position)}, *summary, static_cast<std::uint32_t>(next),
              edge.edge);
    }
  }

  /// The graph that was searched.
  const Topology<T>& topology() const { return *topology_; }

  /// The summaries of all paths from a location that no other one precedes: with them a pointstamp
  /// could result in whatever they result in, or later.
  Antichain<Summary> summaries(LocationId from) const {
    Antichain<Summary> least;
    for (const std::uint32_t path : at_[from.value]) least.insert(paths_[path].summary);
    return least;
  }

  /// The shortest path by which `pointstamp` could result in `time` at the end, with the timestamp
  /// after each hop; empty if it could not.
  std::vector<Pointstamp<T>> shortest(const Pointstamp<T>& pointstamp, const T& time) const {
    for (const std::uint32_t path : at_[pointstamp.location.value]) {
      const auto result = paths_[path].summary.results_in(pointstamp.time);
      if (!result || !less_equal(*result, time)) continue;
      std::vector<Pointstamp<T>> hops = walk(path, pointstamp);
      return hops.empty() ? search(pointstamp, time) : hops;
    }
    return {};
  }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct Path {
    LocationId from;
    Summary summary;
    std::uint32_t next;  ///< the path without its first hop
    std::uint32_t edge;  ///< that hop
  };

  /// The timestamps along a path; empty if one of them is out of range.
  std::vector<Pointstamp<T>> walk(std::uint32_t path, const Pointstamp<T>& start) const {
    std::vector<Pointstamp<T>> hops{start};
    for (; paths_[path].next != none; path = paths_[path].next) {
      const auto after = topology_->summary(paths_[path].edge).results_in(hops.back().time);
      if (!after) return {};
      hops.push_back({paths_[paths_[path].next].from, *after});
    }
    return hops;
  }

  /// The same without the summaries. They do not tell a path on which a timestamp leaves the range
  /// before it is reset from one on which it stays, so the shorter may hide the longer.
  std::vector<Pointstamp<T>> search(const Pointstamp<T>& start, const T& time) const {
    const FrozenShape& shape = topology_->shape();
    std::vector<std::pair<Pointstamp<T>, std::uint32_t>> reached{{start, none}};  // and from where
    std::vector<Antichain<T>> least(topology_->locations());
    least[start.location.value].insert(start.time);
    for (std::uint32_t next = 0; next != reached.size(); ++next) {
      const Pointstamp<T> here = reached[next].first;
      if (here.location == paths_.front().from && less_equal(here.time, time)) {
        std::vector<Pointstamp<T>> hops;
        for (std::uint32_t i = next; i != none; i = reached[i].second)
          hops.push_back(reached[i].first);
        std::ranges::reverse(hops);
        return hops;
      }
      for (const ShapeEdge& edge : shape.successors(shape.position_of(here.location.value))) {
        const LocationId to{shape.vertex_at(edge.position)};
        const auto result = topology_->results_in(here.time, edge);
        if (result && least[to.value].insert(*result)) reached.push_back({{to, *result}, next});
      }
    }
    return {};
  }

  void add(LocationId from, const Summary& summary, std::uint32_t next, std::uint32_t edge) {
    for (const std::uint32_t known : at_[from.value])
      if (less_equal(paths_[known].summary, summary)) return;
    at_[from.value].push_back(static_cast<std::uint32_t>(paths_.size()));
    paths_.push_back({from, summary, next, edge});
  }

  const Topology<T>* topology_;
  std::vector<Path> paths_;                     // in the order of their numbers of hops
  std::vector<std::vector<std::uint32_t>> at_;  // by the location where they begin
};

/// Each counted pointstamp that could still result in `time` where the paths lead, shortest path
/// first, then in the order in which the tracker sweeps. Empty exactly if `time` is complete there.
template <Timestamp T>
std::vector<Cause<T>> explain(const PathsTo<T>& paths, std::span<const Counted<T>> counts,
                              const T& time) {
  std::vector<Cause<T>> causes;
  for (const auto& [pointstamp, count] : counts) {
    if (count <= 0) continue;
    auto path = paths.shortest(pointstamp, time);
    if (!path.empty()) causes.push_back({count, std::move(path)});
  }
  const auto key = [&](const Cause<T>& cause) {
    const Pointstamp<T>& first = cause.path.front();
    return std::tuple(cause.path.size(), paths.topology().shape().position_of(first.location.value),
                      first.time);
  };
  std::ranges::sort(causes, {}, key);
  return causes;
}

/// The same for one question.
template <Timestamp T>
std::vector<Cause<T>> explain(const Topology<T>& topology, std::span<const Counted<T>> counts,
                              LocationId location, const T& time) {
  return explain(PathsTo<T>(topology, location), counts, time);
}

}  // namespace tidemark
