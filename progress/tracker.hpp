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
#include <tidemark/progress/sleepers.hpp>
#include <tidemark/progress/topology.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace tidemark {

/// Which locations have a frontier of their own in a tracker.
enum class Materialise {
  needed,  ///< those that begin a segment, hold something back or are always read
  all,     ///< for teaching: every frontier's moves are reported
};

/// Which moves of a frontier its reader is told of.
enum class Told {
  /// Of an input, those after which the output behind it holds something back: a capability there
  /// is *due*, since the frontier has passed its timestamp. All moves, unless the output stands
  /// behind the input on a segment outside of loops.
  when_due,
  always,
};

/// Follows the frontier of every location of one topology, incrementally.
///
/// On a segment (FrozenShape) a timestamp stays as it is, so a location on it that holds nothing
/// back and that nobody reads is not *materialised*: its frontier is that of the nearest
/// materialised location before it, and a sweep crosses it at no cost. A location holds something
/// back if it has a pointstamp that the frontier before it has passed; in a loop, if it has any.
/// Until then it *sleeps*, and a frontier that moves wakes the first behind it of which it has
/// passed something (sleepers.hpp).
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
        sleepers_(materialise == Materialise::all ? 0 : topology_->locations()),
        materialised_(topology_->locations()),
        dirty_(topology_->locations()) {
    for (std::uint32_t p = 0; p != shape().size(); ++p)
      if ((sites_[p].kept = keeps(p))) materialised_.insert(p);
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
      if (moved) counts_changed(position);
    }
  }

  /// From here on the moves of a location's frontier are reported, as `told` says, until `forget`.
  /// The frontier itself can be asked for at any time. Requires, to be told when due: an input.
  void read(LocationId location, Told told = Told::always) {
    const std::uint32_t position = shape().position_of(location.value);
    const bool alone = position + 1 == shape().segment_end(position) || shape().cyclic(position);
    if (alone || materialise_ == Materialise::all) told = Told::always;
    if (sites_[position].reader != Told::always) sites_[position].reader = told;
    reader_changed(position);
  }
  void forget(LocationId location) {
    const std::uint32_t position = shape().position_of(location.value);
    sites_[position].reader.reset();
    reader_changed(position);
  }

  /// Brings all frontiers up to date and calls `moved(location, old frontier, new frontier)` once
  /// for each materialised one that has changed, in sweep order, but for inputs whose readers are
  /// told when due. For those who watch the search at work, `label(location, time, settled)` is
  /// called for each label that it takes up.
  ///
  /// Cost: the materialised locations whose own count or a predecessor's frontier changed, plus the
  /// whole of each component among them, plus O(log locations) for each that wakes.
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
  /// What changes of a position, on cache lines of its own, for workers take turns at it.
  struct alignas(64) Site {
    MutableAntichain<T> counts;
    Antichain<T> frontier;  // valid where materialised
    std::optional<Told> reader;
    bool kept = false;  // materialised whatever it holds
  };

  struct Label {
    T time;
    std::uint32_t position;
  };

  const FrozenShape& shape() const { return topology_->shape(); }

  bool is_due_reader(std::uint32_t position) const {
    return sites_[position].reader == Told::when_due;
  }
  bool needed(std::uint32_t position) const {
    return sites_[position].kept || holds_back(position) ||
           (is_due_reader(position) && materialised_.contains(position + 1) &&
            !sites_[position + 1].counts.frontier().empty());
  }
  bool keeps(std::uint32_t position) const {
    return materialise_ == Materialise::all || shape().segment_begin(position) == position ||
           sites_[position].reader == Told::always;
  }
  void reader_changed(std::uint32_t position) {
    sites_[position].kept = keeps(position);
    adjust(position);
    adjust_reader_before(position);
  }

  /// True if a position, which does not begin a segment, has a pointstamp that the frontier before
  /// it has passed. In a component any pointstamp counts.
  bool holds_back(std::uint32_t position) const {
    const Antichain<T>& own = sites_[position].counts.frontier();
    return !own.empty() && (shape().cyclic(position) || !frontier_at(position - 1).dominates(own));
  }

  /// Materialises a position, or no longer, as is needed; one that has yet to be swept stays.
  void adjust(std::uint32_t position) {
    const bool is = materialised_.contains(position);
    if (is == needed(position)) return;
    if (!is) return materialise(position, frontier_at(position));
    if (dirty_.contains(shape().component_begin(position))) return;
    materialised_.erase(position);
    sleepers_.add(position, sites_[position].counts.frontier());
  }
  void materialise(std::uint32_t position, const Antichain<T>& frontier) {
    sites_[position].frontier = frontier;
    materialised_.insert(position);
  }

  /// Sees to a position whose pointstamps have changed.
  void counts_changed(std::uint32_t position) {
    if (materialised_.contains(position)) {
      mark(position);
    } else if (holds_back(position)) {
      materialise(position, frontier_at(position));
      mark(position);
    } else {
      sleepers_.add(position, sites_[position].counts.frontier());
    }
    adjust_reader_before(position);
  }

  /// Sees to a due reader, whose need of its input's frontier depends on the output behind it.
  void adjust_reader_before(std::uint32_t position) {
    if (position != 0 && is_due_reader(position - 1)) adjust(position - 1);
  }

  /// Wakes the first position behind a materialised one, and before the next, that holds something
  /// back now that the frontier has moved; the sweep, which comes to it later, sees to those behind
  /// it. If a due reader waits for that, it is its input that wakes. `before` is what the frontier
  /// was.
  void wake_behind(std::uint32_t position, const Antichain<T>& before) {
    const Antichain<T>& frontier = sites_[position].frontier;
    if (sleepers_.none_passed(frontier)) return;
    const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(
        materialised_.next_from(position + 1), shape().segment_end(position)));
    const auto times_of = [&](std::uint32_t p) {
      return materialised_.contains(p) ? Antichain<T>{} : sites_[p].counts.frontier();
    };
    const auto sleeper = sleepers_.first_passed(position + 1, end, frontier, times_of);
    if (!sleeper) return;
    const bool reader_sleeps = *sleeper - 1 != position && is_due_reader(*sleeper - 1);
    const std::uint32_t first = reader_sleeps ? *sleeper - 1 : *sleeper;
    materialise(first, before);
    mark(first);
  }

  const Antichain<T>& frontier_at(std::uint32_t position) const {
    return sites_[materialised_.last_up_to(position)].frontier;
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
    if (!is_due_reader(position) || holds_back(position + 1))
      moved(LocationId{shape().vertex_at(position)}, std::as_const(frontier),
            std::as_const(sites_[position].frontier));
    wake_behind(position, frontier);
    const std::uint32_t component = shape().component_begin(position);
    for_each_next(position, [&](std::uint32_t next, const ShapeEdge*) {
      if (shape().component_begin(next) != component) mark(next);
    });
  }

  std::shared_ptr<const Topology<T>> topology_;
  Materialise materialise_;
  std::vector<Site> sites_;  // by position
  Sleepers<T> sleepers_;
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
