// SPDX-License-Identifier: MIT
//
// The tracker: counts of pointstamps in, frontiers of every location out.
//
// The frontier at a location is the antichain of the least timestamps that some counted pointstamp
// could result in there (Naiad, SOSP 2013, section 2.3; Brun et al., ITP 2021, "implied frontier").
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/index_set.hpp>
#include <tidemark/progress/labels.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/mutable_antichain.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace tidemark {

/// What a tracker knows of a location.
template <Timestamp T>
struct Site {
  MutableAntichain<T> counts;  ///< of the pointstamps there
  Antichain<T> frontier;       ///< as of the last sweep; stale where NeededSites needs none
};

/// Every location has a frontier of its own. `NeededSites`, which has these members, too, is the
/// other choice. What is to be swept is `dirty`: a component as a whole, by its first position.
template <Timestamp T>
class AllSites {
 public:
  /// Nothing is counted, and every frontier is empty. `shape` must outlive this.
  explicit AllSites(const FrozenShape& shape) : shape_(&shape), sites_(shape.size()) {}

  ///@{
  /// What is known at a position, of which there are as many as `shape` has.
  Site<T>& operator[](std::uint32_t position) { return sites_[position]; }
  const Site<T>& operator[](std::uint32_t position) const { return sites_[position]; }
  ///@}

  /// The frontier at a position, which need not be a site.
  const Antichain<T>& frontier(std::uint32_t position) const { return sites_[position].frontier; }
  /// The first site from `position` on; the number of positions if there is none.
  std::uint32_t next_from(std::uint32_t position) const { return position; }
  /// The edges by which the frontier of a site goes on to other sites.
  auto successors(std::uint32_t position) const { return shape_->successors(position); }

  /// The least timestamps counted at a position have changed.
  void recounted(std::uint32_t p, IndexSet& dirty) const {
    dirty.insert(shape_->component_begin(p));
  }
  /// A position has a new frontier in place of `before`. Returns whether to tell of it.
  bool moved(std::uint32_t, const Antichain<T>& /*before*/, IndexSet&) const { return true; }
  /// A position was swept, whether or not its frontier has moved.
  void swept(std::uint32_t, const IndexSet&) const {}

 private:
  const FrozenShape* shape_;
  std::vector<Site<T>> sites_;  // by position
};

/// Follows the frontier of every location of one topology, incrementally (README.md, "How frontiers
/// are kept"). A plain value: copying is O(locations). Thread: one at a time.
template <Timestamp T, template <typename> typename Sites = AllSites>
class Tracker {
 public:
  /// Nothing is counted, and every frontier is empty. Copies share the topology.
  explicit Tracker(std::shared_ptr<const Topology<T>> topology)
      : topology_(std::move(topology)),
        sites_(shape()),
        dirty_(shape().size()),
        labels_(shape()) {}

  /// The graph of which the frontiers are.
  const Topology<T>& topology() const { return *topology_; }
  /// The frontier as of the last `propagate`. The reference is good until the next change.
  const Antichain<T>& frontier(LocationId location) const { return sites_.frontier(at(location)); }
  /// What is counted there, updates since the last `propagate` included.
  const MutableAntichain<T>& counts(LocationId l) const { return sites_[at(l)].counts; }
  bool empty() const { return outstanding_ == 0; }  ///< every count is zero
  /// How many times a location, or a timestamp at a location of a loop, was looked at so far.
  std::uint64_t visits() const { return visits_; }

  /// Changes counts, cheapest if sorted by location. Frontiers are as before until `propagate`.
  void update(std::span<const std::pair<Pointstamp<T>, std::int64_t>> changes) {
    for (auto change = changes.begin(); change != changes.end();) {
      const LocationId location = change->first.location;
      const std::uint32_t position = at(location);
      MutableAntichain<T>& counts = sites_[position].counts;
      outstanding_ -= counts.entries().size();
      bool least_changed = false;
      for (; change != changes.end() && change->first.location == location; ++change)
        least_changed |= counts.update(change->first.time, change->second);
      outstanding_ += counts.entries().size();
      if (least_changed) sites_.recounted(position, dirty_);
    }
  }
  /// Changes one count. Those of a batch are cheaper together.
  void update(const Pointstamp<T>& pointstamp, std::int64_t diff) {
    const std::pair change{pointstamp, diff};
    update(std::span(&change, 1));
  }

  /// Requires NeededSites: see there.
  void set_interest(LocationId l, auto interest) { sites_.set_interest(at(l), interest, dirty_); }

  /// Brings all frontiers up to date and calls `moved(location, old frontier, new frontier)` once
  /// for each site's that has changed and that somebody is to be told of, in sweep order;
  /// `label(location, time, settled)` for each label that a search takes up. Cost: the sites whose
  /// own count or a predecessor's frontier changed, plus the whole of each component among them.
  void propagate(auto&& moved, auto&& label) {
    for (std::size_t p = dirty_.pop_from(0); p != IndexSet::none; p = dirty_.pop_from(p)) {
      const auto position = static_cast<std::uint32_t>(p);
      if (shape().cyclic(position)) {
        search(position, moved, label);
      } else {
        pull(position, moved);
      }
    }
  }
  /// The same, with nobody to be told of labels.
  void propagate(auto&& moved) {
    propagate(moved, [](auto&&...) {});
  }

  /// Two trackers are equal if they hold the same counts; frontiers follow from those.
  friend bool operator==(const Tracker& a, const Tracker& b) {
    bool equal = a.shape().size() == b.shape().size();
    for (std::uint32_t l = 0; equal && l != a.shape().size(); ++l)
      equal = a.counts({l}) == b.counts({l});
    return equal;
  }

 private:
  const FrozenShape& shape() const { return topology_->shape(); }
  std::uint32_t at(LocationId location) const { return shape().position_of(location.value); }

  /// Outside loops: the definition, with paths sorted by their last edge. The sweep has finished
  /// with the predecessors, for their positions are smaller.
  void pull(std::uint32_t position, auto& moved) {
    ++visits_;
    scratch_ = sites_[position].counts.frontier();
    for (const ShapeEdge& edge : shape().predecessors(position))
      for (const T& time : sites_.frontier(edge.position))
        if (const auto t = topology_->results_in(time, edge)) scratch_.insert(*t);
    settle(position, scratch_, moved);
  }

  /// In the loop that begins at `first`: a label-setting search, Dijkstra's algorithm where the
  /// order of timestamps is total and Martins' where it is partial.
  void search(std::uint32_t first, auto& moved, auto& on_label) {
    const std::uint32_t last = shape().component_end(first);
    const auto inside = [&](auto& e) { return first <= e.position && e.position < last; };
    labels_.clear();
    if (settled_.size() < last - first) settled_.resize(last - first);
    for (auto p = sites_.next_from(first); p < last; p = sites_.next_from(p + 1)) {
      settled_[p - first].clear();
      for (const T& time : sites_[p].counts.frontier()) labels_.push({time, p});
      for (const ShapeEdge& edge : shape().predecessors(p))
        if (!inside(edge))
          for (const T& time : sites_.frontier(edge.position)) push(edge, time, p);
    }
    // What is settled is final: labels are taken in the order of their keys, which grow along
    // edges, so that none which comes later precedes it. And it ends: the timestamps that are
    // settled at one location are a sequence in which none precedes a later one, and among vectors
    // of natural numbers every such sequence is finite (Dickson's lemma).
    while (!labels_.empty()) {
      const Label<T> label = labels_.pop();
      ++visits_;
      const bool settled = settled_[label.position - first].insert(label.time);
      on_label(LocationId{shape().vertex_at(label.position)}, label.time, settled);
      if (!settled) continue;  // an earlier one, or its equal, leads wherever this one does
      for (const ShapeEdge& edge : sites_.successors(label.position))
        if (inside(edge)) push(edge, label.time, edge.position);
    }
    for (auto p = sites_.next_from(first); p < last; p = sites_.next_from(p + 1))
      settle(p, settled_[p - first], moved);
  }

  void push(const ShapeEdge& edge, const T& time, std::uint32_t to) {
    if (const auto result = topology_->results_in(time, edge)) labels_.push({*result, to});
  }

  /// Takes over the new frontier of a site, and leaves the old one in its place.
  void settle(std::uint32_t position, Antichain<T>& frontier, auto& moved) {
    Antichain<T>& kept = sites_[position].frontier;
    if (frontier != kept) {
      std::swap(frontier, kept);
      if (sites_.moved(position, frontier, dirty_))
        moved(LocationId{shape().vertex_at(position)}, std::as_const(frontier),
              std::as_const(kept));
      for (const ShapeEdge& edge : sites_.successors(position))
        if (shape().component_begin(edge.position) != shape().component_begin(position))
          dirty_.insert(shape().component_begin(edge.position));
    }
    sites_.swept(position, dirty_);
  }

  std::shared_ptr<const Topology<T>> topology_;
  Sites<T> sites_;
  IndexSet dirty_;
  std::size_t outstanding_ = 0;  // pointstamps whose count is not zero
  std::uint64_t visits_ = 0;
  Labels<T> labels_;
  Antichain<T> scratch_;  // this and the next are kept between calls for their memory only
  std::vector<Antichain<T>> settled_;
};

}  // namespace tidemark
