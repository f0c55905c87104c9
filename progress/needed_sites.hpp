// SPDX-License-Identifier: MIT
//
// Needed sites: frontiers of their own only for those locations where something happens.
#pragma once

#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/index_set.hpp>
#include <tidemark/progress/interest.hpp>
#include <tidemark/progress/sleepers.hpp>
#include <tidemark/progress/tracker.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace tidemark {

/// A choice of sites that makes a tracker cheap where most locations are idle.
///
/// On a segment (FrozenShape) a timestamp stays as it is, so a location on it that holds nothing
/// back and that nobody follows is no *site*: its frontier is that of the nearest site before it,
/// and a sweep crosses it at no cost. A location holds something back if it has a pointstamp that
/// the frontier before it has passed; in a loop, if it has any. Until then it *sleeps*, and a
/// frontier that moves wakes the first behind it of which it has passed something (sleepers.hpp):
/// O(log locations) for each that wakes.
template <Timestamp T>
class NeededSites {
 public:
  /// Sites are where segments begin, so far. `shape` must outlive this.
  explicit NeededSites(const FrozenShape& shape)
      : shape_(&shape),
        sites_(shape.size()),
        sleepers_(shape.size()),
        chosen_(shape.size()) {
    for (std::uint32_t p = 0; p != shape.size(); ++p)
      if ((sites_[p].kept = keeps(p))) chosen_.insert(p);
  }

  ///@{
  /// As AllSites says (tracker.hpp).
  Site<T>& operator[](std::uint32_t position) { return sites_[position]; }
  const Site<T>& operator[](std::uint32_t position) const { return sites_[position]; }

  const Antichain<T>& frontier(std::uint32_t position) const {
    return sites_[chosen_.last_up_to(position)].frontier;
  }
  std::uint32_t next_from(std::uint32_t position) const {
    return static_cast<std::uint32_t>(
        std::min<std::size_t>(chosen_.next_from(position), shape_->size()));
  }
  std::span<const ShapeEdge> successors(std::uint32_t position) const {
    const std::uint32_t end = shape_->segment_end(position);
    const std::size_t next = chosen_.next_from(position + 1);
    return shape_->successors(static_cast<std::uint32_t>(std::min<std::size_t>(next, end) - 1));
  }
  ///@}

  /// From here on the moves of a frontier are reported as `interest` says. For an input whose
  /// output follows it on a segment outside of loops `when_due` has a meaning of its own: those
  /// after which the output holds something back. Else it is `always`, as `when_holding` is. An
  /// interest in all moves is not lowered but to `never`. Requires, of `when_due`: an input.
  void set_interest(std::uint32_t position, Interest interest, const IndexSet& dirty) {
    Needed& site = sites_[position];
    const bool alone = position + 1 == shape_->segment_end(position) || shape_->cyclic(position);
    if (interest == Interest::when_holding || (interest == Interest::when_due && alone))
      interest = Interest::always;
    if (interest == Interest::never || site.interest != Interest::always) site.interest = interest;
    site.kept = keeps(position);
    adjust(position, dirty);
    adjust_due_before(position, dirty);
  }

  ///@{
  /// As AllSites says (tracker.hpp).
  void recounted(std::uint32_t position, IndexSet& dirty) {
    if (chosen_.contains(position)) {
      mark(position, dirty);
    } else if (holds_back(position)) {
      choose(position, frontier(position));
      mark(position, dirty);
    } else {
      sleepers_.add(position, sites_[position].counts.frontier());
    }
    adjust_due_before(position, dirty);
  }

  bool moved(std::uint32_t position, const Antichain<T>& before, IndexSet& dirty) {
    const bool told = !waits_for_due(position) || holds_back(position + 1);
    wake_behind(position, before, dirty);
    return told;
  }

  void swept(std::uint32_t position, const IndexSet& dirty) {
    if (!sites_[position].kept) adjust(position, dirty);
  }
  ///@}

 private:
  /// On cache lines of its own, for workers take turns at it.
  struct alignas(64) Needed : Site<T> {
    Interest interest = Interest::never;
    bool kept = false;  // a site whatever it holds
  };

  bool waits_for_due(std::uint32_t position) const {
    return sites_[position].interest == Interest::when_due;
  }
  bool keeps(std::uint32_t position) const {
    return shape_->segment_begin(position) == position ||
           sites_[position].interest == Interest::always;
  }
  bool needed(std::uint32_t position) const {
    return sites_[position].kept || holds_back(position) ||
           (waits_for_due(position) && chosen_.contains(position + 1) &&
            !sites_[position + 1].counts.frontier().empty());
  }

  /// True if a position, which does not begin a segment, has a pointstamp that the frontier before
  /// it has passed. In a component any pointstamp counts.
  bool holds_back(std::uint32_t position) const {
    const Antichain<T>& own = sites_[position].counts.frontier();
    return !own.empty() && (shape_->cyclic(position) || !frontier(position - 1).dominates(own));
  }

  /// Makes a position a site, or no longer, as is needed; one that has yet to be swept stays.
  void adjust(std::uint32_t position, const IndexSet& dirty) {
    const bool is = chosen_.contains(position);
    if (is == needed(position)) return;
    if (!is) return choose(position, frontier(position));
    if (dirty.contains(shape_->component_begin(position))) return;
    chosen_.erase(position);
    sleepers_.add(position, sites_[position].counts.frontier());
  }
  void choose(std::uint32_t position, const Antichain<T>& frontier) {
    sites_[position].frontier = frontier;
    chosen_.insert(position);
  }

  /// Who waits for what is due needs its input's frontier according to the output behind it.
  void adjust_due_before(std::uint32_t position, const IndexSet& dirty) {
    if (position != 0 && waits_for_due(position - 1)) adjust(position - 1, dirty);
  }

  /// Wakes the first position behind a site, and before the next, that holds something back now
  /// that the frontier has moved; the sweep, which comes to it later, sees to those behind it. If
  /// the input before it waits for what is due there, it is the input that wakes. `before` is what
  /// the frontier was.
  void wake_behind(std::uint32_t position, const Antichain<T>& before, IndexSet& dirty) {
    const Antichain<T>& now = sites_[position].frontier;
    if (sleepers_.none_passed(now)) return;
    const std::uint32_t end = std::min(next_from(position + 1), shape_->segment_end(position));
    const auto times_of = [&](std::uint32_t p) {
      return chosen_.contains(p) ? Antichain<T>{} : sites_[p].counts.frontier();
    };
    const auto sleeper = sleepers_.first_passed(position + 1, end, now, times_of);
    if (!sleeper) return;
    const bool input_sleeps = *sleeper - 1 != position && waits_for_due(*sleeper - 1);
    const std::uint32_t first = input_sleeps ? *sleeper - 1 : *sleeper;
    choose(first, before);
    mark(first, dirty);
  }

  void mark(std::uint32_t position, IndexSet& dirty) const {
    dirty.insert(shape_->component_begin(position));
  }

  const FrozenShape* shape_;
  std::vector<Needed> sites_;  // by position
  Sleepers<T> sleepers_;
  IndexSet chosen_;
};

}  // namespace tidemark
