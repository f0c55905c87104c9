// SPDX-License-Identifier: MIT
//
// What can be asked of a running dataflow from outside.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/progress_snapshot.hpp>

namespace tidemark {

/// A dataflow that runs or has run. Thread: any.
class DataflowView {
 public:
  virtual ~DataflowView() = default;
  virtual const FlowGraph& graph() const = 0;
  /// The progress state now: a consistent cut. Costs nothing to those who do not ask.
  virtual ProgressSnapshot snapshot() = 0;
};

}  // namespace tidemark
