// SPDX-License-Identifier: MIT
//
// Comparison: a tracker beside its oracle on one graph, and all that must hold after each batch.
#pragma once

#include <tidemark/progress/change_batch.hpp>
#include <tidemark/progress/explain.hpp>
#include <tidemark/progress/needed_sites.hpp>
#include <tidemark/progress/tracker.hpp>

#include <tests/progress/graph.hpp>
#include <tests/progress/random_topology.hpp>
#include <tests/reference/naive_tracker.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// A broken promise of the tracker, with the graph and the script that show it.
class Difference : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How much was seen, to notice when random cases become too simple. A step is a change of a count,
/// or of whether a location is read.
struct Seen {
  std::uint64_t graphs = 0;
  std::uint64_t loops = 0;     // graphs with at least one
  std::uint64_t segments = 0;  // graphs with a segment of several locations
  std::uint64_t steps = 0;
  std::uint64_t batches = 0;
  std::uint64_t moves = 0;         // of frontiers
  std::uint64_t hidden_moves = 0;  // of those of locations that are no sites
  std::uint64_t due_moves = 0;     // reported to readers that are told when due
  std::uint64_t visits = 0;
  std::uint64_t causes = 0;  // found by explanations
};

/// `Sites` says which locations of the tracker have a frontier of their own.
template <Timestamp T, template <typename> typename Sites>
class Comparison {
 public:
  static constexpr bool all_sites = std::is_same_v<Sites<T>, AllSites<T>>;
  using Batch = ChangeBatch<Pointstamp<T>>;

  Comparison(Topology<T> topology, Seen& seen)
      : topology_(std::make_shared<const Topology<T>>(std::move(topology))),
        tracker_(topology_),
        oracle_(*topology_),
        seen_(seen),
        interest_(locations(), Interest::never),
        moved_(locations()),
        dirty_(locations()) {
    bool loop = false, segment = false;
    for (std::uint32_t p = 0; p != locations(); ++p) {
      loop |= shape().cyclic(p);
      segment |= shape().segment_begin(p) != p;
    }
    ++seen_.graphs;
    seen_.loops += loop ? 1 : 0;
    seen_.segments += segment ? 1 : 0;
  }

  const Topology<T>& topology() const { return *topology_; }
  std::uint32_t locations() const { return topology_->locations(); }

  /// Has an interest in the moves at a location, or none any longer.
  void toggle(LocationId location, Interest interest)
    requires(!all_sites)
  {
    Interest& now = interest_[location.value];
    now = now == Interest::never ? interest : Interest::never;
    note(std::string(now == Interest::never      ? "forget "
                     : now == Interest::when_due ? "read when due "
                                                 : "read ") +
         topology_->describe(location));
    ++seen_.steps;
    tracker_.set_interest(location, now);
    expect(tracker_.frontier(location) == oracle_.frontier(location),
           "does not change a frontier when a reader comes or goes", location);
  }

  /// Applies a batch to both, with readers that come and go before it is propagated, and compares
  /// them. `monotone` says that no frontier may move back.
  void apply(Batch& batch, bool monotone,
             std::span<const std::pair<LocationId, Interest>> toggles = {}) {
    const auto& changes = batch.view();
    note(changes);
    ++seen_.batches;
    seen_.steps += changes.size();
    for (auto change = changes.begin(); change != changes.end();) {
      const LocationId location = change->first.location;
      const Antichain<T> own = tracker_.counts(location).frontier();
      for (; change != changes.end() && change->first.location == location; ++change) {
        tracker_.update(change->first, change->second);
        oracle_.update(change->first, change->second);
      }
      if (!(own == tracker_.counts(location).frontier())) make_dirty(location);
    }
    if constexpr (!all_sites)
      for (const auto& [location, interest] : toggles) toggle(location, interest);
    for (std::uint32_t l = 0; l != locations(); ++l)
      expect(tracker_.frontier({l}) == oracle_.frontier({l}), "waits for the propagation", {l});

    const std::uint64_t visits = tracker_.visits();
    labels_.clear();
    tracker_.propagate(
        [&](LocationId location, const Antichain<T>& from, const Antichain<T>& to) {
          expect(!moved_[location.value], "reports a location once", location);
          moved_[location.value] = true;
          expect(from == oracle_.frontier(location), "reports the old frontier", location);
          expect(!(from == to), "reports a frontier only if it has moved", location);
          expect(!monotone || from.dominates(to), "never moves a frontier back", location);
          expect(to == tracker_.frontier(location), "reports the new frontier", location);
        },
        [&](LocationId location, const T& time, bool settled) {
          if (settled) labels_.push_back({location, time});
        });
    oracle_.propagate();
    compare(tracker_.visits() - visits);
  }

  /// Asks why a timestamp can still appear at a location, and checks every part of the answer.
  void explain(LocationId location, const T& time) {
    std::vector<Counted<T>> counts;
    for (const auto& [pointstamp, count] : oracle_.counts()) counts.push_back({pointstamp, count});
    const std::vector<Cause<T>> causes = tidemark::explain<T>(*topology_, counts, location, time);
    expect(causes.empty() != oracle_.frontier(location).less_equal_to(time),
           "explains exactly what is not complete", location);
    std::size_t expected = 0;
    for (const Counted<T>& counted : counts) {
      if (counted.count <= 0) continue;
      const auto distance = oracle_.distance(counted.pointstamp, location, time);
      if (!distance) continue;
      ++expected;
      const auto cause = std::ranges::find_if(causes, [&](const Cause<T>& c) {
        return c.path.front() == counted.pointstamp && c.count == counted.count;
      });
      expect(cause != causes.end(), "names every cause", location);
      expect(cause->path.size() == *distance + 1, "names the shortest path", location);
    }
    expect(causes.size() == expected, "names nothing but causes", location);
    for (const Cause<T>& cause : causes) {
      for (std::size_t hop = 1; hop != cause.path.size(); ++hop)
        expect(oracle_.has_edge(cause.path[hop - 1], cause.path[hop]),
               "explains by paths of the graph", location);
      expect(cause.path.back().location == location && less_equal(cause.path.back().time, time),
             "explains by paths to where it was asked for", location);
    }
    expect(std::ranges::is_sorted(causes, {}, [](const Cause<T>& c) { return c.path.size(); }),
           "explains by the shortest paths first", location);
    seen_.causes += causes.size();
  }

  /// Every count is zero: no frontier may be left over, and no memory of the counts.
  void expect_end() {
    expect(tracker_.empty(), "is empty at the end", {0});
    for (std::uint32_t l = 0; l != locations(); ++l)
      expect(tracker_.frontier({l}).empty(), "leaves no ghost behind", {l});
    expect(tracker_ == Tracker<T, Sites>(topology_), "equals a new tracker at the end", {0});
  }

 private:
  const FrozenShape& shape() const { return topology_->shape(); }
  std::uint32_t position(LocationId location) const { return shape().position_of(location.value); }

  /// Whether a location's moves must be reported.
  bool must_report(LocationId location) const {
    const std::uint32_t p = position(location);
    if (all_sites) return true;
    const Interest interest = interest_[location.value];
    if (interest == Interest::when_due && !shape().cyclic(p) && p + 1 != shape().segment_end(p)) {
      const LocationId output{shape().vertex_at(p + 1)};
      return !oracle_.frontier(location).dominates(tracker_.counts(output).frontier());
    }
    return interest != Interest::never || shape().segment_begin(p) == p;
  }

  void compare(std::uint64_t visits) {
    for (std::uint32_t l = 0; l != locations(); ++l) {
      expect(tracker_.frontier({l}) == oracle_.frontier({l}), "agrees with the oracle", {l});
      const bool changed = !(oracle_.before({l}) == oracle_.frontier({l}));
      expect(moved_[l] || !changed || !must_report({l}), "reports every move", {l});
      seen_.due_moves += moved_[l] && interest_[l] == Interest::when_due ? 1 : 0;
      seen_.moves += changed ? 1 : 0;
      seen_.hidden_moves += changed && !moved_[l] ? 1 : 0;
      moved_[l] = false;
      if (!changed) continue;
      for (const ShapeEdge& edge : shape().successors(position({l})))
        if (shape().component_begin(edge.position) != shape().component_begin(position({l})))
          make_dirty({shape().vertex_at(edge.position)});
    }
    for (const Pointstamp<T>& label : labels_)
      expect(std::ranges::count(oracle_.frontier(label.location), label.time) == 1,
             "settles only what stays", label.location);
    const std::uint64_t expected = visits_of_dirty();
    expect(all_sites ? visits == expected : visits <= expected,
           "visits once what has changed itself or behind a change, and nothing else", {0});
    seen_.visits += visits;
  }

  void make_dirty(LocationId location) {
    dirty_[shape().component_begin(position(location))] = true;
  }

  /// One for each acyclic location. In a loop one for each label: those that the search begins
  /// with, and those by which each timestamp of the result is passed on, once.
  std::uint64_t visits_of_dirty() {
    std::uint64_t visits = 0;
    for (std::uint32_t first = 0; first != locations(); ++first) {
      if (!dirty_[first]) continue;
      dirty_[first] = false;
      if (!shape().cyclic(first)) {
        ++visits;
        continue;
      }
      for (std::uint32_t p = first; p != shape().component_end(first); ++p) {
        visits += tracker_.counts({shape().vertex_at(p)}).frontier().size();
        for (const ShapeEdge& edge : shape().predecessors(p))
          for (const T& time : oracle_.frontier({shape().vertex_at(edge.position)}))
            visits += topology_->summary(edge.edge).results_in(time).has_value() ? 1 : 0;
      }
    }
    return visits;
  }

  void note(std::string line) { script_.push_back({std::move(line), {}}); }
  void note(const std::vector<typename Batch::Change>& changes) {
    script_.push_back({{}, changes});
  }

  void expect(bool promise, const char* what, LocationId location) const {
    if (!promise) fail(what, location);
  }

  [[noreturn]] void fail(const char* what, LocationId location) const {
    std::ostringstream text;
    text << "broken: the tracker " << what << ", at " << topology_->describe(location)
         << "\n  tracker " << tracker_.frontier(location) << ", oracle "
         << oracle_.frontier(location) << (all_sites ? ", with all sites" : "") << "\nthe graph:\n"
         << to_text(*topology_) << "the script:\n";
    for (const auto& [line, batch] : script_) {
      text << ' ';
      if (!line.empty()) text << ' ' << line;
      for (const auto& [pointstamp, diff] : batch)
        text << "  " << topology_->describe(pointstamp.location) << ' ' << pointstamp.time << ' '
             << (diff > 0 ? "+" : "") << diff;
      text << '\n';
    }
    throw Difference(text.str());
  }

  std::shared_ptr<const Topology<T>> topology_;
  Tracker<T, Sites> tracker_;
  NaiveTracker<T> oracle_;
  Seen& seen_;
  std::vector<Interest> interest_;     // by location
  std::vector<bool> moved_;            // by location
  std::vector<bool> dirty_;            // by the position where a component begins
  std::vector<Pointstamp<T>> labels_;  // settled by the last propagation
  std::vector<std::pair<std::string, std::vector<typename Batch::Change>>> script_;
};

}  // namespace tidemark::tests
