// SPDX-License-Identifier: MIT
#include <tidemark/core/text.hpp>

#include <tests/model/pointstamps.hpp>
#include <tests/reference/naive_tracker.hpp>

#include <algorithm>

namespace tidemark::model {

Pointstamps::Pointstamps(const Topology<Time>& topology, const Bounds& bounds)
    : topology_(&topology) {
  for (std::uint32_t l = 0; l != topology.locations(); ++l) {
    const std::uint32_t depth = topology.depth({l});
    for (std::uint32_t epoch = 0; epoch != bounds.epochs; ++epoch)
      for (std::uint32_t outer = 0; outer != (depth > 0 ? bounds.rounds : 1); ++outer)
        for (std::uint32_t inner = 0; inner != (depth > 1 ? bounds.rounds : 1); ++inner) {
          all_.push_back({{l}, Time(epoch, outer, inner)});
          is_target_.push_back(topology.is_target({l}));
        }
  }
  before_.resize(size() * size());
  for (Stamp from = 0; from != size(); ++from) {
    tests::NaiveTracker<Time> oracle(topology);
    oracle.update(all_[from], +1);
    oracle.propagate();
    for (Stamp to = 0; to != size(); ++to)
      before_[from * size() + to] =
          from != to && oracle.frontier(all_[to].location).less_equal_to(all_[to].time);
  }
}

std::optional<Stamp> Pointstamps::find(LocationId location, const Time& time) const {
  const Pointstamp<Time> sought{location, time};
  const auto at = std::ranges::lower_bound(all_, sought);
  if (at == all_.end() || !(*at == sought)) return std::nullopt;
  return static_cast<Stamp>(at - all_.begin());
}

std::string Pointstamps::describe(Stamp stamp) const {
  const auto& [location, time] = all_[stamp];
  return to_text(time, topology_->depth(location)) + " at " + topology_->describe(location);
}

}  // namespace tidemark::model
