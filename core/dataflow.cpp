// SPDX-License-Identifier: MIT
#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>

namespace tidemark {

void Dataflow::enter_composite(std::string name) {
  steps_.push_back([name = std::move(name)](Scope<Epoch>& scope, Slots& slots) {
    scope.enter_composite(name);
    slots.emplace_back();
  });
}

void Dataflow::leave_composite() {
  steps_.push_back([](Scope<Epoch>& scope, Slots& slots) {
    scope.leave_composite();
    slots.emplace_back();
  });
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

void run_main(const Dataflow& flow) {
  cluster_main(flow, {.workers = 1, .threads = 1, .executor = ExecutorKind::threads});
}

void cluster_main(const Dataflow& flow, const Config& config) {
  run_workers(config, [&](Worker& worker) {
    worker.start([&flow](Worker& self) {
      self.dataflow<Epoch>(flow.name(), [&](Scope<Epoch>& scope) { flow.build(scope); });
    });
  });
}

}  // namespace tidemark
