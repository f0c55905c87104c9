// SPDX-License-Identifier: MIT
//
// What a program keeps of a run that is over does no harm: activators, views, probes, stop actions.
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/worker.hpp>

#include <tests/core/runs.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tidemark::after_run_test {
namespace {

/// An operator that holds on until it has been activated so many times; what wakes it.
Activator add_bell(Scope<Epoch>& scope, int activations) {
  OperatorBuilder<Epoch> op(scope, "bell");
  op.output<int>();
  const Activator activator = op.activator();
  op.build([activations, capability = std::optional(op.initial_capability(0))]() mutable {
    if (activations-- == 0) capability.reset();
  });
  return activator;
}

TEST_CASE("an activator is harmless once its run is gone", "[activator]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    Activator kept;
    tests::run_to_end({.workers = 2, .threads = 2, .executor = kind}, [&](Scope<Epoch>& scope) {
      const Activator activator = add_bell(scope, 0);
      if (scope.worker().index() == 0) kept = activator;
    });
    kept.activate();
    kept.activate();
    kept.activate_at(Clock::now());
  }
}

TEST_CASE("an activator has nobody run once its run has ended", "[activator]") {
  const auto executor = make_deterministic_executor(1);
  Process process({.executor = ExecutorKind::deterministic}, *executor);
  Activator kept;
  int activations = 0;
  process.worker(0).start([&](Worker& worker) {
    worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      OperatorBuilder<Epoch> op(scope, "bell");
      op.output<int>();
      kept = op.activator();
      op.build([&activations, capability = op.initial_capability(0)] { ++activations; });
    });
  });
  const auto activations_of_one_more = [&] {
    const int before = activations;
    kept.activate();
    CHECK_THROWS_AS(executor->serve(), StuckError);
    return activations - before;
  };
  CHECK_THROWS_AS(executor->serve(), StuckError);
  CHECK(activations_of_one_more() == 1);
  process.end_run();
  CHECK(activations_of_one_more() == 0);
}

TEST_CASE("what is to run at a time that has come waits for no timer", "[activator]") {
  Embedded embedded;
  Activator bell;
  int runs = 0;
  embedded.worker().dataflow<Epoch>([&](Scope<Epoch>& scope) {
    OperatorBuilder<Epoch> op(scope, "bell");
    op.output<int>();
    bell = op.activator();
    op.build([&runs, capability = op.initial_capability(0)] { ++runs; });
  });
  embedded.step();
  const auto runs_after = [&](Clock::time_point when) {
    const int before = runs;
    bell.activate_at(when);
    embedded.worker().step();  // without the timers, which Embedded::step calls
    return runs - before;
  };
  CHECK(runs_after(Clock::now()) == 1);
  CHECK(runs_after(Clock::time_point::min()) == 1);
  CHECK(runs_after(Clock::now() + std::chrono::hours(1)) == 0);
}

TEST_CASE("an activator may be used at any moment while its run goes", "[activator][stress]") {
  for (int repeat = 0; repeat != 200 / tests::slowdown; ++repeat) {
    Activator kept;
    std::atomic<int> turn{0};
    std::atomic<bool> over{false};
    std::jthread other;
    {
      Embedded embedded;
      embedded.worker().dataflow<Epoch>(
          [&](Scope<Epoch>& scope) { kept = add_bell(scope, repeat % 20); });
      other = std::jthread([&turn, &over, kept] {
        for (int seen = -1; !over;) {
          kept.activate();
          kept.activate_at(Clock::now());
          // One timer a turn: with more the turns would grow.
          if (const int now = turn; std::exchange(seen, now) != now)
            kept.activate_at(Clock::now() + std::chrono::microseconds(1));
        }
      });
      embedded.step_while([&] { return ++turn, embedded.has_dataflows(); });
    }
    over = true;
  }
}

TEST_CASE("views and probes of a run that has failed ask and wake nobody", "[explanation]") {
  for (const ExecutorKind kind : tests::executors_for_throwing_closures()) {
    INFO(tests::name_of(kind));
    std::shared_ptr<DataflowView> view;
    Probe<Epoch> probe;
    CHECK_THROWS_WITH(execute({.workers = 2, .threads = 2, .executor = kind},
                              [&](Worker& worker) {
                                auto [input, here] =
                                    worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
                                      auto [handle, stream] = new_input<int>(scope);
                                      return std::pair(std::move(handle), tidemark::probe(stream));
                                    });
                                input.advance_to(worker.index() + 1);
                                worker.step();
                                if (worker.index() == 0) {
                                  view = worker.process().dataflows().front();
                                  probe = here;
                                  throw std::runtime_error("on purpose");
                                }
                                worker.step_while([&] { return !here.done(); });
                              }),
                      Catch::Contains("on purpose"));
    bool reported = false;
    probe.explain(7, [&](const auto&) { reported = true; });
    CHECK_FALSE(reported);
    CHECK_FALSE(view->ask()->answered());
    CHECK(view->snapshot().ports.size() == 1);
    view->cancel();
    CHECK(probe.cancelled());
  }
}

}  // namespace
}  // namespace tidemark::after_run_test
