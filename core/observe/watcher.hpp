// SPDX-License-Identifier: MIT
//
// Watchers: the seam through which a dataflow is watched.
#pragma once

#include <tidemark/core/observe/activity_counts.hpp>
#include <tidemark/core/observe/ledger_tracer.hpp>
#include <tidemark/core/observe/traffic_counts.hpp>

#include <optional>

namespace tidemark {

/// What is asked about a dataflow while it runs. It is told of what happens anyway and decides
/// nothing, so that what is watched is what would have run: whoever looks at a member acts in no
/// other way than by telling it. Where nobody watches there is none.
struct Watcher {
  std::optional<DataflowTracer> tracer;
  std::optional<TrafficCounts> traffic;
  std::optional<ActivityCounts> activity;
  bool checks_batch_rule = false;
};

}  // namespace tidemark
