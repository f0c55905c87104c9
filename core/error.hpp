// SPDX-License-Identifier: MIT
//
// Errors while a dataflow runs. Those of building one: progress/error.hpp.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/progress/error.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace tidemark {

/// A dataflow with a cycle that does not advance. It carries the graph, so that it can be drawn.
class LoopError : public CycleError {
 public:
  /// Of the cycle that `error` tells of, in `graph`.
  LoopError(const CycleError& error, FlowGraph graph)
      : CycleError(error),
        graph_(std::move(graph)) {}

  /// The whole dataflow, in which FlowNode::first_location leads to the locations of `cycle()`.
  const FlowGraph& graph() const { return graph_; }

 private:
  FlowGraph graph_;
};

/// User code of a step has thrown. `what()` names step, worker and timestamp and repeats the
/// original text; the original exception, with its own type, is nested (std::rethrow_if_nested).
class StepError : public std::runtime_error {
 public:
  /// By itself it nests nothing; rethrow_as_step_error does that. `timestamp` may be empty.
  StepError(std::string step_name, std::uint32_t worker_index, std::string timestamp,
            const std::string& reason);

  /// The step's id or, if it has none, its kind.
  const std::string& step() const { return step_; }
  /// At which worker, counted from 0.
  std::uint32_t worker() const { return worker_; }
  /// The timestamp as text; empty if the step was not working on one.
  const std::string& time() const { return time_; }

 private:
  std::string step_;
  std::uint32_t worker_;
  std::string time_;
};

/// Wraps the exception being handled in a StepError and throws that; lets a StepError pass, since
/// it already names the step nearest to the mistake, and ReplayError and RunStopped. Requires:
/// called from a catch block.
[[noreturn]] void rethrow_as_step_error(const std::string& step, std::uint32_t worker,
                                        const std::string& time);

/// A closure that drives a worker has thrown. `what()` names the worker and repeats the original
/// text; the original exception, with its own type, is nested (std::rethrow_if_nested).
class ClosureError : public std::runtime_error {
 public:
  /// By itself it nests nothing; rethrow_as_closure_error does that.
  ClosureError(std::uint32_t worker_index, const std::string& reason);

  /// Which worker it drives, counted from 0.
  std::uint32_t worker() const { return worker_; }

 private:
  std::uint32_t worker_;
};

/// Wraps the exception being handled in a ClosureError and throws that; lets those pass that say
/// by themselves where the mistake is: StepError, DataflowError, CapabilityError and ReplayError,
/// and RunStopped.
/// Requires: called from a catch block.
[[noreturn]] void rethrow_as_closure_error(std::uint32_t worker);

/// A right used wrongly: a send at a timestamp that the capability does not cover, a capability
/// that moves backwards, an input that is advanced backwards or used after its end.
class CapabilityError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Thrown out of a closure that waits, when the run has been stopped by an error elsewhere. Let it
/// pass: the caller of the run gets the error itself.
class RunStopped : public std::runtime_error {
 public:
  RunStopped() : std::runtime_error("the run was stopped by an error in another worker") {}
};

/// Thrown when a run has ended because a stop was requested, by a signal
/// (Config::stop_on_interrupt) or by Process::request_stop: inputs have ended early; what they had
/// given before is done, and all sinks are closed.
class Interrupted : public std::runtime_error {
 public:
  /// `signal` is 0 where none has asked for the stop.
  explicit Interrupted(int signal = 0)
      : std::runtime_error(
            "the run was interrupted: its inputs have ended early, and all that "
            "they had given is done and written"),
        signal_(signal) {}

  /// SIGINT, SIGTERM or SIGHUP; 0: the program has asked for the stop itself.
  int signal() const { return signal_; }

 private:
  int signal_;
};

/// A run cannot be replayed, or has left the way that its trace tells.
class ReplayError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A setting that cannot be run with; the text says which, and what would be right.
class ConfigError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace tidemark
