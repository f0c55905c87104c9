// SPDX-License-Identifier: MIT
//
// What can be asked of a running dataflow from outside.
#pragma once

#include <tidemark/core/explanation.hpp>
#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/progress_snapshot.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// A question to the workers of a dataflow, on its way. Thread: any.
class Question {
 public:
  virtual ~Question() = default;
  /// True if every worker has answered, at the end of a step.
  virtual bool answered() const = 0;
  /// Why each probe that is not done has the frontier that it has, one for each minimal timestamp;
  /// of a dataflow without probes, the same for its ends. Workers that have not answered are listed
  /// as busy.
  virtual std::vector<Explanation> explain() const = 0;
};

/// What an operator has done, at all workers together.
struct StepActivity {
  std::string name;              ///< the step's id or, if it has none, its kind
  std::uint32_t first_port = 0;  ///< its first location: an input, if it has one
  std::uint64_t runs = 0;        ///< activations
  std::uint64_t records = 0;     ///< that came to it from a worker, but for pipelines
};

/// A dataflow that runs or has run. Thread: any.
class DataflowView {
 public:
  virtual ~DataflowView() = default;
  /// Its steps and streams, the same at every worker. Valid as long as this.
  virtual const FlowGraph& graph() const = 0;
  /// The progress state now: a consistent cut. Costs nothing to those who do not ask.
  virtual ProgressSnapshot snapshot() = 0;
  /// What its operators have done, in their order; nothing unless it is watched (Config::watch).
  virtual std::vector<StepActivity> activity() const = 0;
  /// Asks the workers what they hold. Once the run is over they do not answer.
  virtual std::shared_ptr<Question> ask() = 0;
  /// Ends it at all workers, each at its next step: what it holds, has queued and has open is
  /// dropped, and no sink is closed. Does nothing if it is complete.
  virtual void cancel() = 0;
};

}  // namespace tidemark
