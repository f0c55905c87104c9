// SPDX-License-Identifier: MIT
//
// The tracker: counts of pointstamps in, frontiers of every location out.
//
// The frontier at a location is the antichain of the least timestamps that some counted pointstamp
// could result in there (Naiad, SOSP 2013, section 2.3; Brun et al., ITP 2021, "implied frontier").
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/index_set.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/mutable_antichain.hpp>
#include <tidemark/progress/topology.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace tidemark {

/// Which locations have a frontier of their own in a tracker.
enum class Materialise {
  needed,  ///< those that begin a segment, hold something back or have a reader
  all,     ///< for teaching and tracing: every frontier's moves are reported
};

/// Which moves of a frontier its reader is told of.
enum class Told {
  always,
  /// Of an input: those after which a capability of its operator is *due*, that is, held at a
  /// timestamp that the frontier has passed. Always, unless input and output stand on one segment.
  when_due,
};

/// Follows the frontier of every location of one topology, incrementally.
///
/// On a segment (FrozenShape) a timestamp stays as it is, so a location on it that holds nothing
/// back and that nobody reads is not *materialised*: its frontier is that of the nearest
/// materialised location before it, and a sweep crosses it at no cost. A location holds something
/// back if it has a pointstamp that the frontier before it has passed. Until then its pointstamps
/// *sleep*: it is looked at again when that frontier passes the least of those that sleep on the
/// stretch from one materialised location to the next.
///
/// `propagate` sweeps the dirty locations upward by position. An acyclic location *pulls*: its
/// frontier is the minimum of its own pointstamps and of its predecessors' frontiers moved through
/// their summaries, and since all predecessors have smaller positions it is computed once. In a
/// component (a loop) a search settles labels in the order of their keys (FrozenShape), which grow
/// along every edge, so that a settled one is final: Dijkstra's algorithm where the order is total,
/// Martins' where it is partial. It ends, since the labels that are kept at one location never
/// dominate a later one, and such a sequence of vectors of naturals is finite (Dickson's lemma).
///
/// A plain value: copying is O(locations). Thread: one at a time.
template <Timestamp T>
class Tracker {
 public:
  explicit Tracker(std::shared_ptr<const Topology<T>> topology,
                   Materialise materialise = Materialise::needed)
      : topology_(std::move(topology)),
        materialise_(materialise),
        sites_(topology_->locations()),
        sleepers_(topology_->locations()),
        materialised_(topology_->locations()),
        dirty_(topology_->locations()) {
    for (std::uint32_t p = 0; p != shape().size(); ++p)
      if ((sites_[p].kept = kept_unread(p))) materialised_.insert(p);
  }

  const Topology<T>& topology() const { return *topology_; }

  /// Changes the count of a pointstamp. Frontiers are as before until `propagate`.
  void update(const Pointstamp<T>& pointstamp, std::int64_t diff) {
    const std::pair<Pointstamp<T>, std::int64_t> change{pointstamp, diff};
    update(std::span(&change, 1));
  }

  /// Changes the counts of several. Cheapest if those of one location follow one another.
  void update(std::span<const std::pair<Pointstamp<T>, std::int64_t>> changes) {
    for (auto change = changes.begin(); change != changes.end();) {
      const LocationId location = change->first.location;
      const std::uint32_t position = shape().position_of(location.value);
      MutableAntichain<T>& counts = sites_[position].counts;
      outstanding_ -= counts.entries().size();
      bool moved = false;
      for (; change != changes.end() && change->first.location == location; ++change)
        moved |= counts.update(change->first.time, change->second);
      outstanding_ += counts.entries().size();
      if (moved) see_to(position);
    }
  }

  /// From here on the moves of a location's frontier are reported, as `told` says; after `forget`
  /// they may be not. The frontier itself can be asked for at any time.
  void read(LocationId location, Told told = Told::always) {
    const std::uint32_t position = shape().position_of(location.value);
    Site& site = sites_[position];
    const bool alone = position + 1 == shape().segment_end(position) || shape().cyclic(position);
    if (told == Told::always || alone) {
      site.kept = true;
      site.due = false;
    } else if (!site.kept || kept_unread(position)) {
      site.due = materialise_ == Materialise::needed;
    }
    adjust(position);
    adjust_reader_before(position);
  }
  void forget(LocationId location) {
    const std::uint32_t position = shape().position_of(location.value);
    sites_[position].kept = kept_unread(position);
    sites_[position].due = false;
    adjust(position);
    adjust_reader_before(position);
  }

  /// Brings all frontiers up to date and calls `moved(location, old frontier, new frontier)` once
  /// for each materialised one that has changed, in sweep order. For those who watch the search at
  /// work, `label(location, time, settled)` is called for each label that it takes up.
  ///
  /// Cost: the materialised locations whose own count or a predecessor's frontier changed, plus the
  /// whole of each component among them.
  template <typename Moved, typename Label>
  void propagate(Moved&& moved, Label&& label) {
    for (std::size_t p = dirty_.pop_from(0); p != IndexSet::none; p = dirty_.pop_from(p)) {
      const auto position = static_cast<std::uint32_t>(p);
      if (shape().cyclic(position)) {
        search(position, moved, label);
      } else {
        pull(position, moved);
      }
    }
  }
  template <typename Moved>
  void propagate(Moved&& moved) {
    propagate(moved, [](LocationId, const T&, bool) {});
  }

  const Antichain<T>& frontier(LocationId location) const {
    return frontier_at(shape().position_of(location.value));
  }
  const MutableAntichain<T>& counts(LocationId location) const {
    return sites_[shape().position_of(location.value)].counts;
  }

  /// True if every count is zero.
  bool empty() const { return outstanding_ == 0; }

  /// How many times a location, or a timestamp at a location of a loop, was looked at so far.
  std::uint64_t visits() const { return visits_; }

  /// Two trackers are equal if they hold the same counts; frontiers follow from those.
  friend bool operator==(const Tracker& a, const Tracker& b) {
    return std::ranges::equal(a.sites_, b.sites_, {}, &Site::counts, &Site::counts);
  }

 private:
  /// What changes of a position, together, for workers take turns at it.
  struct alignas(64) Site {
    MutableAntichain<T> counts;
    Antichain<T> frontier;  // valid where materialised
    Antichain<T> asleep;    // there, too: nothing on the stretch sleeps for less than one of these
    bool kept = false;      // materialised in any case: it begins a segment, or is read always
    bool due = false;       // its reader is told when due
  };

  struct Label {
    T time;
    std::uint32_t position;
  };

  const FrozenShape& shape() const { return topology_->shape(); }

  bool kept_unread(std::uint32_t position) const {
    return materialise_ == Materialise::all || shape().segment_begin(position) == position;
  }
  bool needed(std::uint32_t position) const {
    return sites_[position].kept || holds_back(position) ||
           (sites_[position].due && materialised_.contains(position + 1) &&
            !sites_[position + 1].counts.frontier().empty());
  }

  /// True if a position, which does not begin a segment, has a pointstamp that the frontier before
  /// it has passed. In a component any pointstamp counts.
  bool holds_back(std::uint32_t position) const {
    const Antichain<T>& own = sites_[position].counts.frontier();
    return !own.empty() && (shape().cyclic(position) || !frontier_at(position - 1).dominates(own));
  }

  /// Begins a stretch at a position, or ends the one there unless that has yet to be swept, as is
  /// needed.
  void adjust(std::uint32_t position) {
    const bool is = materialised_.contains(position);
    if (is == needed(position)) return;
    if (!is) return materialise(position, frontier_at(position));
    if (dirty_.contains(shape().component_begin(position))) return;
    materialised_.erase(position);
    lie_down(sites_[position].asleep, stretch_of(position));
    if (!sites_[position].counts.frontier().empty()) fall_asleep(position);
  }

  void adjust_reader_before(std::uint32_t position) {
    if (position != 0 && sites_[position - 1].due) adjust(position - 1);
  }

  /// Splits the stretch of a position there. What slept on it may sleep on either part.
  void materialise(std::uint32_t position, const Antichain<T>& frontier) {
    sites_[position].frontier = frontier;
    sites_[position].asleep = sites_[stretch_of(position)].asleep;
    sleepers_.erase(position);
    materialised_.insert(position);
  }

  /// The materialised position that begins the stretch of a position.
  std::uint32_t stretch_of(std::uint32_t position) const {
    return static_cast<std::uint32_t>(materialised_.last_up_to(position));
  }
  void lie_down(const Antichain<T>& times, std::uint32_t stretch) {
    for (const T& time : times) sites_[stretch].asleep.insert(time);
  }
  void fall_asleep(std::uint32_t position) {
    sleepers_.insert(position);
    lie_down(sites_[position].counts.frontier(), stretch_of(position));
  }

  /// Sees to a position whose pointstamps have changed.
  void see_to(std::uint32_t position) {
    if (materialised_.contains(position)) {
      mark(position);
    } else if (holds_back(position)) {
      materialise(position, frontier_at(position));
      mark(position);
    } else if (sites_[position].counts.frontier().empty()) {
      sleepers_.erase(position);
    } else {
      fall_asleep(position);
    }
    adjust_reader_before(position);
  }

  /// Wakes the first position on a stretch that holds something back now that the frontier has
  /// moved, or before it, the input whose reader waits for that. The sweep, which comes to it
  /// later, sees to those behind. `before` is what the frontier was.
  void rouse(std::uint32_t stretch, const Antichain<T>& before) {
    const Antichain<T>& frontier = sites_[stretch].frontier;
    if (frontier.dominates(sites_[stretch].asleep)) return;
    const std::size_t end =
        std::min<std::size_t>(materialised_.next_from(stretch + 1), shape().segment_end(stretch));
    Antichain<T> still_asleep;
    for (std::size_t p = stretch; (p = sleepers_.next_from(p + 1)) < end;) {
      auto position = static_cast<std::uint32_t>(p);
      const Antichain<T>& own = sites_[position].counts.frontier();
      if (frontier.dominates(own)) {
        for (const T& time : own) still_asleep.insert(time);
        continue;
      }
      if (sites_[position - 1].due && position - 1 != stretch) --position;
      materialise(position, before);
      mark(position);
      break;
    }
    sites_[stretch].asleep = still_asleep;
  }

  const Antichain<T>& frontier_at(std::uint32_t position) const {
    return sites_[stretch_of(position)].frontier;
  }

  /// A component is dirty as a whole, under its first position.
  void mark(std::uint32_t position) { dirty_.insert(shape().component_begin(position)); }

  /// Calls `next(position, edge)` for each materialised location that follows; the edge is null on
  /// a segment, where time stays as it is.
  template <typename Next>
  void for_each_next(std::uint32_t position, Next&& next) const {
    const std::uint32_t end = shape().segment_end(position);
    const std::size_t on_segment = materialised_.next_from(position + 1);
    if (on_segment < end) return next(static_cast<std::uint32_t>(on_segment), nullptr);
    for (const ShapeEdge& edge : shape().successors(end - 1)) next(edge.position, &edge);
  }

  template <typename Moved>
  void pull(std::uint32_t position, Moved& moved) {
    ++visits_;
    scratch_ = sites_[position].counts.frontier();
    if (position != shape().segment_begin(position)) {
      for (const T& time : frontier_at(position - 1)) scratch_.insert(time);
    } else {
      for (const ShapeEdge& edge : shape().predecessors(position))
        for (const T& time : frontier_at(edge.position))
          if (const auto result = topology_->summary(edge.edge).results_in(time))
            scratch_.insert(*result);
    }
    settle(position, scratch_, moved);
    if (!sites_[position].kept) adjust(position);
    adjust_reader_before(position);
  }

  template <typename Moved, typename OnLabel>
  void search(std::uint32_t first, Moved& moved, OnLabel& on_label) {
    const std::uint32_t last = shape().component_end(first);
    const auto inside = [&](std::uint32_t position) {
      return first <= position && position < last;
    };
    const auto for_each = [&](auto&& action) {
      for (std::size_t p = first; (p = materialised_.next_from(p)) < last; ++p)
        action(static_cast<std::uint32_t>(p));
    };
    if (settled_.size() < last - first) settled_.resize(last - first);
    labels_.clear();
    for_each([&](std::uint32_t position) {
      settled_[position - first].clear();
      for (const T& time : sites_[position].counts.frontier()) push({time, position});
      if (position != shape().segment_begin(position)) return;
      for (const ShapeEdge& edge : shape().predecessors(position)) {
        if (inside(edge.position)) continue;
        for (const T& time : frontier_at(edge.position))
          if (const auto result = topology_->summary(edge.edge).results_in(time))
            push({*result, position});
      }
    });
    while (!labels_.empty()) {
      std::ranges::pop_heap(labels_, later());
      const Label label = std::move(labels_.back());
      labels_.pop_back();
      ++visits_;
      const bool settled = settled_[label.position - first].insert(label.time);
      on_label(LocationId{shape().vertex_at(label.position)}, label.time, settled);
      if (!settled) continue;
      for_each_next(label.position, [&](std::uint32_t next, const ShapeEdge* edge) {
        if (edge == nullptr) return push({label.time, next});
        if (!inside(next)) return;
        if (const auto result = topology_->summary(edge->edge).results_in(label.time))
          push({*result, next});
      });
    }
    for_each([&](std::uint32_t position) {
      settle(position, settled_[position - first], moved);
      if (!sites_[position].kept) adjust(position);
    });
  }

  void push(Label label) {
    labels_.push_back(std::move(label));
    std::ranges::push_heap(labels_, later());
  }

  /// Whether the key of one label, (T, rank 1, counter 1, ..., position), comes after another's.
  auto later() const {
    return [&shape = shape()](const Label& a, const Label& b) {
      for (std::uint32_t k = 0; k != coordinates_of<T>; ++k) {
        if (k != 0) {
          const std::uint32_t rank_a = shape.rank(k, a.position);
          const std::uint32_t rank_b = shape.rank(k, b.position);
          if (rank_a != rank_b) return rank_a > rank_b;
        }
        if (const int order = compare_coordinate(a.time, b.time, k)) return order > 0;
      }
      return a.position > b.position;
    };
  }

  /// Takes over the new frontier of a location, and leaves the old one in its place.
  template <typename Moved>
  void settle(std::uint32_t position, Antichain<T>& frontier, Moved& moved) {
    if (frontier == sites_[position].frontier) return;
    std::swap(frontier, sites_[position].frontier);
    if (!sites_[position].due || holds_back(position + 1))
      moved(LocationId{shape().vertex_at(position)}, std::as_const(frontier),
            std::as_const(sites_[position].frontier));
    if (!sites_[position].asleep.empty()) rouse(position, frontier);
    const std::uint32_t component = shape().component_begin(position);
    for_each_next(position, [&](std::uint32_t next, const ShapeEdge*) {
      if (shape().component_begin(next) != component) mark(next);
    });
  }

  std::shared_ptr<const Topology<T>> topology_;
  Materialise materialise_;
  std::vector<Site> sites_;  // by position
  IndexSet sleepers_;        // have pointstamps, hold nothing back, are not materialised
  IndexSet materialised_;
  IndexSet dirty_;
  std::size_t outstanding_ = 0;  // pointstamps whose count is not zero
  std::uint64_t visits_ = 0;

  // Kept between calls for their memory only.
  Antichain<T> scratch_;
  std::vector<Antichain<T>> settled_;
  std::vector<Label> labels_;  // a heap, least first
};

}  // namespace tidemark
