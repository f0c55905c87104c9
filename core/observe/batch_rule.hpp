// SPDX-License-Identifier: MIT
//
// The batch rule, checked on what one activation of an operator has changed.
#pragma once

#include <tidemark/core/capability_book.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// A batch of changes may raise the count of a pointstamp only if something that the worker held
/// before, or consumed in the batch, could result in it (progress/SAFETY.md). For one activation
/// that is: a capability held before at the output concerned, or a batch that was consumed.
template <Timestamp T>
class BatchRule {
 public:
  using Books = std::vector<std::shared_ptr<CapabilityBook<T>>>;

  /// Checks an activation of `op`.
  BatchRule(const Topology<T>& topology, OperatorId op) : topology_(&topology), op_(op) {}

  /// Notes what is held before: by `op` itself, and by an input whose handle its logic may feed.
  void note_held(OperatorId op, const Books& outputs) {
    for (std::uint32_t output = 0; output != outputs.size(); ++output)
      for (const HeldCapability<T>& capability : outputs[output]->held)
        rights_[topology_->location(SourcePort{op, output})].insert(capability.time);
  }

  /// Throws CapabilityError, naming location, timestamp and what would have been legal, if the
  /// operator's changes break the rule. O(changes and edges that leave what it held or consumed).
  void check(std::span<const typename ProgressBatch<T>::Change> changes, std::uint32_t worker) {
    for (const auto& [pointstamp, diff] : changes)
      if (diff < 0 && topology_->operator_of(pointstamp.location) == op_ &&
          topology_->is_target(pointstamp.location))
        for (const ShapeEdge& edge : edges_from(pointstamp.location))
          if (const auto result = topology_->results_in(pointstamp.time, edge))
            rights_[end_of(edge)].insert(*result);

    auto reached = rights_;  // where something may come from a right, a channel further on, too
    for (const auto& [source, times] : rights_)
      for (const ShapeEdge& edge : edges_from(source))
        for (const T& time : times) reached[end_of(edge)].insert(time);
    for (const auto& [pointstamp, diff] : changes) {
      if (diff <= 0) continue;
      const Antichain<T>& rights = reached[pointstamp.location];
      if (!rights.less_equal_to(pointstamp.time)) refuse(pointstamp, rights, worker);
    }
  }

 private:
  std::span<const ShapeEdge> edges_from(LocationId location) const {
    const FrozenShape& shape = topology_->shape();
    return shape.successors(shape.position_of(location.value));
  }
  LocationId end_of(const ShapeEdge& edge) const {
    return {topology_->shape().vertex_at(edge.position)};
  }

  [[noreturn]] void refuse(const Pointstamp<T>& raised, const Antichain<T>& rights,
                           std::uint32_t worker) const {
    const std::uint32_t depth = topology_->depth(raised.location);
    std::string legal;
    for (const T& time : rights) legal += (legal.empty() ? "" : ", ") + to_text(time, depth);
    throw CapabilityError(
        "step '" + topology_->operators()[op_.value].name + "' on worker " +
        std::to_string(worker) + " broke the batch rule: it sent or kept something at " +
        to_text(raised.time, depth) + " for " + topology_->describe(raised.location) +
        ", which nothing that it held or consumed could result in; legal is " +
        (legal.empty() ? "nothing, since it held no capability and consumed no batch"
                       : "any timestamp at or after " + legal));
  }

  const Topology<T>* topology_;
  OperatorId op_;
  std::map<LocationId, Antichain<T>> rights_;  // by output
};

}  // namespace tidemark
