// SPDX-License-Identifier: MIT
//
// The oracle of the tracker: frontiers by definition, slow and obviously right.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// The frontier at a location is the set of minimal elements of
///
///     { s(t) : (m, t) has a positive count, s is the summary of a path from m to the location }
///
/// and this class computes just that, each time anew. The paths are enumerated once. Only those
/// that meet no location twice: cutting a cycle out of a path never makes its result later, since
/// summaries are extensive and monotone, so a path with a cycle adds no minimal element.
///
/// It reads operators and channels of the topology, never its frozen shape. Cost: exponential in
/// the number of locations.
template <Timestamp T>
class NaiveTracker {
 public:
  using Summary = typename T::Summary;

  /// Where a path leads and what it does to a timestamp.
  using Path = std::pair<LocationId, Summary>;

  explicit NaiveTracker(const Topology<T>& topology)
      : edges_(topology.locations()),
        paths_(topology.locations()) {
    for (const OperatorPorts<T>& op : topology.operators())
      for (const Connection<T>& c : op.connections)
        edges_[op.first_location + c.input].push_back(
            {LocationId{op.first_location + op.inputs + c.output}, c.summary});
    for (const Channel& channel : topology.channels())
      edges_[topology.location(channel.from).value].push_back(
          {topology.location(channel.to), Summary{}});
    std::vector<bool> on_path(edges_.size());
    for (std::uint32_t from = 0; from != edges_.size(); ++from)
      follow(from, {LocationId{from}, Summary{}}, on_path);
  }

  /// The paths that begin at a location, the empty one among them, without repetitions.
  const std::set<Path>& paths(LocationId from) const { return paths_[from.value]; }

  void update(const Pointstamp<T>& pointstamp, std::int64_t diff) { counts_[pointstamp] += diff; }

  Antichain<T> frontier(LocationId location) const {
    Antichain<T> result;
    for (const auto& [pointstamp, count] : counts_) {
      if (count <= 0) continue;
      for (const auto& [to, summary] : paths(pointstamp.location))
        if (to == location)
          if (const std::optional<T> time = summary.results_in(pointstamp.time))
            result.insert(*time);
    }
    return result;
  }

 private:
  void follow(std::uint32_t from, const Path& path, std::vector<bool>& on_path) {
    const auto& [here, summary] = path;
    paths_[from].insert(path);
    on_path[here.value] = true;
    for (const auto& [next, step] : edges_[here.value])
      if (!on_path[next.value])
        if (const std::optional<Summary> longer = summary.followed_by(step))
          follow(from, {next, *longer}, on_path);
    on_path[here.value] = false;
  }

  std::vector<std::vector<Path>> edges_;  // by the location they leave
  std::vector<std::set<Path>> paths_;     // by the location they leave
  std::map<Pointstamp<T>, std::int64_t> counts_;
};

}  // namespace tidemark::tests
