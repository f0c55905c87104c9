// SPDX-License-Identifier: MIT
#include <tidemark/progress/error.hpp>

#include <tests/model/system.hpp>

#include <utility>

namespace tidemark::model {
namespace {

/// Begins a system with the policy that sends every batch to every ledger.
class Made {
 public:
  Made(std::string group, std::string name, Program program, Layout layout, Bounds bounds) {
    system_.name = std::move(name);
    system_.group = std::move(group);
    system_.program = std::move(program);
    system_.layout = layout;
    system_.policy = std::make_shared<DirectPolicy>();
    system_.bounds = bounds;
    system_.log = layout.ledgers() != layout.workers;
  }

  template <typename Policy>
  Made by(Timing timing) && {
    system_.policy = std::make_shared<Policy>(timing);
    return std::move(*this);
  }
  /// One propagation follows each batch, so that more batches can be sent.
  Made without_log() && {
    system_.log = false;
    return std::move(*this);
  }
  Made with_duplicates() && {
    system_.duplicates = true;
    return std::move(*this);
  }

  /// With event time: the parts of the source are read by these workers.
  Made with_parts_at(std::vector<std::uint32_t> workers) && {
    system_.parts = std::move(workers);
    return std::move(*this);
  }

  operator System() && { return std::move(system_); }  // NOLINT(google-explicit-constructor)

 private:
  System system_;
};

/// `workers` in `processes`, with a ledger for each process, or for each worker.
Layout in(std::uint32_t workers, std::uint32_t processes) {
  return {workers, processes, false};
}
Layout each(std::uint32_t workers, std::uint32_t processes) {
  return {workers, processes, true};
}

// The built-in policies wait for 8 batches, which no system here has; 2 have the same effects.
constexpr Timing gathering{2, false};
constexpr Timing on_demand{1, true};

// Names say: the program, workers in processes, and the policy if it is not to send every batch.
// Bounds: epochs, rounds, batches.
std::vector<System> made() {
  return {
      // The smallest ones that have everything, for slow builds.
      Made("tiny", "straight-1in1", straight(), in(1, 1), {1, 1, 1}),
      Made("tiny", "straight-2in1-tiny", straight(), in(2, 1), {1, 1, 1}),
      Made("tiny", "straight-2in2-tiny", straight(), in(2, 2), {1, 1, 1}),
      Made("tiny", "branch-1in1", branch(), in(1, 1), {1, 1, 3}),
      Made("tiny", "loop-2in2-tiny", one_loop(), in(2, 2), {1, 2, 1}),
      Made("tiny", "nested-1in1", nested_loops(), in(1, 1), {1, 2, 3}),
      Made("tiny", "side-by-side-1in1", loops_in_a_loop(), in(1, 1), {1, 2, 3}),
      Made("tiny", "straight-2in2-process-tiny", straight(), in(2, 2), {1, 1, 1})
          .by<ProcessPolicy>(gathering),
      Made("tiny", "straight-2in2-coordinator-tiny", straight(), in(2, 2), {1, 1, 1})
          .by<CoordinatorPolicy>(on_demand),

      Made("tiny", "event-time-1in1-tiny", straight(), in(1, 1), {1, 1, 1}).with_parts_at({0, 0}),

      Made("loop-free", "straight-3in1", straight(), in(3, 1), {2, 1, 2}),
      Made("loop-free", "straight-3in2", straight(), in(3, 2), {1, 1, 1}),
      Made("loop-free", "straight-3in3", straight(), in(3, 3), {2, 1, 1}),
      Made("loop-free", "straight-2in2-duplicates", straight(), in(2, 2), {2, 1, 2})
          .with_duplicates(),
      Made("loop-free", "steps-3in1", two_steps(), in(3, 1), {1, 1, 3}),
      Made("loop-free", "steps-2in2", two_steps(), in(2, 2), {2, 1, 2}),

      Made("loop-free", "branch-2in1", branch(), in(2, 1), {1, 1, 2}),
      Made("loop-free", "branch-2in2", branch(), in(2, 2), {1, 1, 2}),

      Made("one loop", "loop-1in1", one_loop(), in(1, 1), {2, 3, 4}),
      Made("one loop", "loop-2in1", one_loop(), in(2, 1), {1, 3, 2}),
      Made("one loop", "loop-2in1-long", one_loop(), in(2, 1), {1, 3, 4}).without_log(),
      Made("one loop", "loop-3in1", one_loop(), in(3, 1), {1, 2, 2}),
      Made("one loop", "loop-2in2", one_loop(), in(2, 2), {1, 3, 2}),
      Made("one loop", "loop-3in2", one_loop(), in(3, 2), {1, 2, 1}),
      Made("one loop", "loop-3in3", one_loop(), in(3, 3), {1, 2, 2}),

      Made("one loop, longer", "loop-2in2-long", one_loop(), in(2, 2), {1, 2, 3}),

      Made("two loops", "nested-2in1", nested_loops(), in(2, 1), {1, 2, 2}),
      Made("two loops", "nested-2in1-long", nested_loops(), in(2, 1), {1, 2, 4}).without_log(),
      Made("two loops", "nested-2in2", nested_loops(), in(2, 2), {1, 2, 2}),
      Made("two loops", "nested-3in1", nested_loops(), in(3, 1), {1, 2, 2}),
      Made("two loops", "nested-3in3", nested_loops(), in(3, 3), {1, 2, 2}),
      Made("two loops", "side-by-side-2in1", loops_in_a_loop(), in(2, 1), {1, 2, 2}),
      Made("two loops", "side-by-side-2in1-long", loops_in_a_loop(), in(2, 1), {1, 2, 3})
          .without_log(),
      Made("two loops", "side-by-side-2in2", loops_in_a_loop(), in(2, 2), {1, 2, 2}),

      Made("policies", "steps-3in2-each", two_steps(), each(3, 2), {1, 1, 1}),
      Made("policies", "straight-2in2-worker", straight(), in(2, 2), {2, 1, 2})
          .by<DirectPolicy>(gathering),
      Made("policies", "straight-2in2-worker-on-demand", straight(), in(2, 2), {2, 1, 2})
          .by<DirectPolicy>(on_demand),
      Made("policies", "straight-3in2-process", straight(), in(3, 2), {1, 1, 1})
          .by<ProcessPolicy>(gathering),
      Made("policies", "straight-3in2-process-on-demand", straight(), in(3, 2), {1, 1, 1})
          .by<ProcessPolicy>(on_demand),
      Made("policies", "straight-2in2-coordinator", straight(), in(2, 2), {1, 1, 2})
          .by<CoordinatorPolicy>(gathering),
      Made("policies", "straight-2in2-coordinator-on-demand", straight(), in(2, 2), {1, 1, 2})
          .by<CoordinatorPolicy>(on_demand),
      Made("policies", "straight-3in3-coordinator", straight(), in(3, 3), {1, 1, 1})
          .by<CoordinatorPolicy>(gathering),
      Made("policies", "straight-3in3-coordinator-on-demand", straight(), in(3, 3), {1, 1, 1})
          .by<CoordinatorPolicy>(on_demand),
      Made("policies", "straight-3in2-coordinator-each", straight(), each(3, 2), {1, 1, 1})
          .by<CoordinatorPolicy>(gathering),
      Made("policies", "loop-2in2-worker", one_loop(), in(2, 2), {1, 2, 2})
          .by<DirectPolicy>(gathering),
      Made("policies", "loop-2in2-worker-on-demand", one_loop(), in(2, 2), {1, 2, 2})
          .by<DirectPolicy>(on_demand),
      Made("policies", "loop-2in2-process", one_loop(), in(2, 2), {1, 2, 2})
          .by<ProcessPolicy>(gathering),
      Made("policies", "loop-2in2-process-on-demand", one_loop(), in(2, 2), {1, 2, 2})
          .by<ProcessPolicy>(on_demand),
      Made("policies", "loop-3in3-process", one_loop(), in(3, 3), {1, 1, 1})
          .by<ProcessPolicy>(gathering),
      Made("policies", "nested-2in2-process", nested_loops(), in(2, 2), {1, 1, 1})
          .by<ProcessPolicy>(gathering),
      Made("policies", "nested-2in2-coordinator", nested_loops(), in(2, 2), {1, 1, 1})
          .by<CoordinatorPolicy>(gathering),
      Made("policies", "loop-2in2-coordinator", one_loop(), in(2, 2), {1, 2, 1})
          .by<CoordinatorPolicy>(gathering),
      Made("policies", "loop-2in2-coordinator-on-demand", one_loop(), in(2, 2), {1, 2, 1})
          .by<CoordinatorPolicy>(on_demand),

      // Batches are here the records of each part.
      Made("event time", "event-time-1in1", straight(), in(1, 1), {3, 1, 2}).with_parts_at({0, 0}),
      Made("event time", "event-time-2in1", straight(), in(2, 1), {2, 1, 2}).with_parts_at({0, 1}),
      Made("event time", "event-time-2in2", straight(), in(2, 2), {2, 1, 1}).with_parts_at({0, 1}),
      Made("event time", "event-time-2in2-at-one", straight(), in(2, 2), {2, 1, 1})
          .with_parts_at({0, 0}),
      Made("event time", "event-time-2in2-process", straight(), in(2, 2), {1, 1, 1})
          .by<ProcessPolicy>(gathering)
          .with_parts_at({0, 1}),
      Made("event time", "event-time-2in2-coordinator", straight(), in(2, 2), {2, 1, 0})
          .by<CoordinatorPolicy>(gathering)
          .with_parts_at({0, 1}),
  };
}

}  // namespace

const std::vector<System>& systems() {
  static const std::vector<System> all = made();
  return all;
}

const System& system_named(const std::string& name) {
  std::string names;
  for (const System& system : systems()) {
    if (system.name == name) return system;
    names += (names.empty() ? "" : ", ") + system.name;
  }
  throw DataflowError("there is no system '" + name + "'; there are " + names);
}

}  // namespace tidemark::model
