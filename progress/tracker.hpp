// SPDX-License-Identifier: MIT
//
// The tracker: counts of pointstamps in, frontiers of every location out.
//
// The frontier at a location is the antichain of the least timestamps that some counted pointstamp
// could result in there (Naiad, SOSP 2013, section 2.3; Brun et al., ITP 2021, "implied frontier").
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/dirty_set.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/mutable_antichain.hpp>
#include <tidemark/progress/topology.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tidemark {

/// Follows the frontier of every location of one topology, incrementally.
///
/// `propagate` sweeps the dirty locations upward by position. An acyclic location *pulls*: its
/// frontier is the minimum of its own pointstamps and of its predecessors' frontiers moved through
/// their summaries, and since all predecessors have smaller positions it is computed once. In a
/// component (a loop) a search settles timestamps in the order (timestamp, position), which never
/// decreases along an edge, so that a settled one is final: Dijkstra's algorithm where the order is
/// total, Martins' where it is partial. It ends because a second visit of a location on one path
/// brings a timestamp that the first dominates.
///
/// A plain value: copying is O(locations). Thread: one at a time.
template <Timestamp T>
class Tracker {
 public:
  explicit Tracker(std::shared_ptr<const Topology<T>> topology)
      : topology_(std::move(topology)),
        counts_(topology_->locations()),
        frontiers_(topology_->locations()),
        dirty_(topology_->locations()) {}

  const Topology<T>& topology() const { return *topology_; }

  /// Changes the count of a pointstamp. Frontiers are as before until `propagate`.
  void update(const Pointstamp<T>& pointstamp, std::int64_t diff) {
    const std::uint32_t position = shape().position_of(pointstamp.location.value);
    const auto before = counts_[position].entries().size();
    if (counts_[position].update(pointstamp.time, diff)) mark(position);
    outstanding_ += counts_[position].entries().size() - before;
  }

  /// Brings all frontiers up to date and calls `moved(location, old frontier, new frontier)` once
  /// for each that has changed, in sweep order. Cost: the locations whose own count or a
  /// predecessor's frontier changed, plus the whole of each component among them.
  template <typename Moved>
  void propagate(Moved&& moved) {
    for (std::size_t p = dirty_.pop_from(0); p != DirtySet::none; p = dirty_.pop_from(p)) {
      const auto position = static_cast<std::uint32_t>(p);
      if (shape().component_end(position) - shape().component_begin(position) == 1 &&
          !feeds_itself(position)) {
        pull(position, moved);
      } else {
        search(position, moved);
      }
    }
  }

  const Antichain<T>& frontier(LocationId location) const {
    return frontiers_[shape().position_of(location.value)];
  }
  const MutableAntichain<T>& counts(LocationId location) const {
    return counts_[shape().position_of(location.value)];
  }

  /// True if every count is zero.
  bool empty() const { return outstanding_ == 0; }

  /// How many times a location, or a timestamp at a location of a loop, was looked at so far.
  std::uint64_t visits() const { return visits_; }

  /// Two trackers are equal if they hold the same counts; frontiers follow from those.
  friend bool operator==(const Tracker& a, const Tracker& b) { return a.counts_ == b.counts_; }

 private:
  struct Label {
    T time;
    std::uint32_t position;
    friend auto operator<=>(const Label&, const Label&) = default;
  };

  const FrozenShape& shape() const { return topology_->shape(); }

  bool feeds_itself(std::uint32_t position) const {
    return std::ranges::any_of(shape().successors(position),
                               [&](const ShapeEdge& edge) { return edge.position == position; });
  }

  /// A component is dirty as a whole, under its first position.
  void mark(std::uint32_t position) { dirty_.insert(shape().component_begin(position)); }

  template <typename Moved>
  void pull(std::uint32_t position, Moved& moved) {
    ++visits_;
    scratch_ = counts_[position].frontier();
    for (const ShapeEdge& edge : shape().predecessors(position))
      for (const T& time : frontiers_[edge.position])
        if (const auto result = topology_->summary(edge.edge).results_in(time))
          scratch_.insert(*result);
    settle(position, scratch_, moved);
  }

  template <typename Moved>
  void search(std::uint32_t first, Moved& moved) {
    const std::uint32_t last = shape().component_end(first);
    const auto inside = [&](std::uint32_t position) {
      return first <= position && position < last;
    };
    labels_.clear();
    settled_.assign(last - first, {});
    for (std::uint32_t position = first; position != last; ++position) {
      for (const T& time : counts_[position].frontier()) push({time, position});
      for (const ShapeEdge& edge : shape().predecessors(position)) {
        if (inside(edge.position)) continue;
        for (const T& time : frontiers_[edge.position])
          if (const auto result = topology_->summary(edge.edge).results_in(time))
            push({*result, position});
      }
    }
    while (!labels_.empty()) {
      std::ranges::pop_heap(labels_, std::greater<>{});
      const Label label = std::move(labels_.back());
      labels_.pop_back();
      ++visits_;
      if (!settled_[label.position - first].insert(label.time)) continue;
      for (const ShapeEdge& edge : shape().successors(label.position)) {
        if (!inside(edge.position)) continue;
        if (const auto result = topology_->summary(edge.edge).results_in(label.time))
          push({*result, edge.position});
      }
    }
    for (std::uint32_t position = first; position != last; ++position)
      settle(position, settled_[position - first], moved);
  }

  void push(Label label) {
    labels_.push_back(std::move(label));
    std::ranges::push_heap(labels_, std::greater<>{});
  }

  /// Takes over the new frontier of a location, and leaves the old one in its place.
  template <typename Moved>
  void settle(std::uint32_t position, Antichain<T>& frontier, Moved& moved) {
    if (frontier == frontiers_[position]) return;
    std::swap(frontier, frontiers_[position]);
    moved(LocationId{shape().vertex_at(position)}, std::as_const(frontier),
          std::as_const(frontiers_[position]));
    const std::uint32_t component = shape().component_begin(position);
    for (const ShapeEdge& edge : shape().successors(position))
      if (shape().component_begin(edge.position) != component) mark(edge.position);
  }

  std::shared_ptr<const Topology<T>> topology_;
  std::vector<MutableAntichain<T>> counts_;  // by position
  std::vector<Antichain<T>> frontiers_;      // by position
  DirtySet dirty_;
  std::size_t outstanding_ = 0;  // pointstamps whose count is not zero
  std::uint64_t visits_ = 0;

  // Kept between calls for their memory only.
  Antichain<T> scratch_;
  std::vector<Antichain<T>> settled_;
  std::vector<Label> labels_;  // a heap, least first
};

}  // namespace tidemark
