// SPDX-License-Identifier: MIT
#include <tidemark/core/building/assembly.hpp>
#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>

#include <string>
#include <utility>

namespace tidemark {

std::size_t Dataflow::add_step(std::size_t streams, Step step) {
  steps_.push_back(std::move(step));
  return std::exchange(slots_, slots_ + streams);
}

void Dataflow::require_streams(std::size_t made, std::size_t count) {
  if (made == count) return;
  throw DataflowError("a step was to make " + std::to_string(count) + " streams, and has made " +
                      std::to_string(made));
}

void Dataflow::enter_composite(std::string name) {
  add_step(0,
           [name = std::move(name)](Scope<Epoch>& scope, Slots&) { scope.enter_composite(name); });
}

void Dataflow::leave_composite() {
  add_step(0, [](Scope<Epoch>& scope, Slots&) { scope.leave_composite(); });
}

void Dataflow::build(Scope<Epoch>& scope) const {
  Slots slots;
  for (const auto& step : steps_) step(scope, slots);
  const auto require = [&](const std::string& kind, auto is_it) {
    if (!scope.assembly().has_step(is_it))
      throw DataflowError("the dataflow needs at least one " + kind + " step");
  };
  require("input", [](const FlowNode& step) { return step.inputs == 0; });
  require("output", [](const FlowNode& step) { return step.kind == "output"; });
}

FlowGraph Dataflow::describe() const {
  const std::unique_ptr<Executor> executor = make_deterministic_executor(0);
  Process process({.executor = ExecutorKind::deterministic}, *executor);
  process.worker(0).dataflow<Epoch>(name_, [&](Scope<Epoch>& scope) { build(scope); });
  return process.dataflows().front()->graph();
}

void run_main(const Dataflow& flow, Config config) {
  if (config.workers != 1)
    throw ConfigError("run_main has one worker, not " + std::to_string(config.workers) +
                      "; cluster_main has any number of them");
  config.threads = 1;
  if (config.executor != ExecutorKind::deterministic) config.executor = ExecutorKind::threads;
  cluster_main(flow, config);
}

void cluster_main(const Dataflow& flow, const Config& config) {
  run_workers(config, [&](Worker& worker) {
    worker.start([&flow](Worker& self) {
      self.dataflow<Epoch>(flow.name(), [&](Scope<Epoch>& scope) { flow.build(scope); });
    });
  });
}

}  // namespace tidemark
