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
        rights_[{op, output}].insert(capability.time);
  }

  /// Throws CapabilityError, naming location, timestamp and what would have been legal, if the
  /// operator's changes break the rule.
  void check(std::span<const typename ProgressBatch<T>::Change> changes, std::uint32_t worker) {
    const OperatorPorts<T>& ports = topology_->operators()[op_.value];
    for (const auto& [pointstamp, diff] : changes)
      if (diff < 0 && topology_->operator_of(pointstamp.location) == op_ &&
          topology_->is_target(pointstamp.location))
        for (const Connection<T>& c : ports.connections)
          if (ports.first_location + c.input == pointstamp.location.value)
            if (const auto result = c.summary.results_in(pointstamp.time))
              rights_[{op_, c.output}].insert(*result);

    for (const auto& [pointstamp, diff] : changes) {
      if (diff <= 0) continue;
      Antichain<T> rights;
      for (const auto& [output, times] : rights_)
        if (leads_to(output, pointstamp.location))
          for (const T& time : times) rights.insert(time);
      if (!rights.less_equal_to(pointstamp.time)) refuse(pointstamp, rights, worker);
    }
  }

 private:
  bool leads_to(SourcePort source, LocationId location) const {
    if (topology_->location(source) == location) return true;
    const FrozenShape& shape = topology_->shape();
    const std::uint32_t position = shape.position_of(topology_->location(source).value);
    for (const ShapeEdge& edge : shape.successors(position))
      if (shape.vertex_at(edge.position) == location.value) return true;
    return false;
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
  std::map<SourcePort, Antichain<T>> rights_;
};

}  // namespace tidemark
