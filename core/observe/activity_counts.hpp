// SPDX-License-Identifier: MIT
//
// How often each operator of a dataflow has run, for people who watch it.
#pragma once

#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/progress/location.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark {

/// Counts of all workers together. Thread: any.
class ActivityCounts {
 public:
  /// `receivers`: where each channel leads.
  ActivityCounts(std::size_t operators, std::vector<std::optional<TargetPort>> receivers)
      : counts_(operators),
        receivers_(std::move(receivers)) {}

  void ran(std::uint32_t op) { counts_[op].runs.fetch_add(1, std::memory_order_relaxed); }
  void received(std::uint32_t channel, std::uint64_t records) {
    if (const auto& to = receivers_[channel])
      counts_[to->op.value].records.fetch_add(records, std::memory_order_relaxed);
  }

  void read(std::uint32_t op, StepActivity& activity) const {
    activity.runs = counts_[op].runs.load(std::memory_order_relaxed);
    activity.records = counts_[op].records.load(std::memory_order_relaxed);
  }

 private:
  struct alignas(64) Counts {
    std::atomic<std::uint64_t> runs{0}, records{0};
  };
  std::vector<Counts> counts_;  // by operator
  std::vector<std::optional<TargetPort>> receivers_;
};

}  // namespace tidemark
