// SPDX-License-Identifier: MIT
//
// Amounts that an experiment may vary: how long batches are, how many steps a turn has, where
// threads run.
#include <tidemark/core/error.hpp>
#include <tidemark/core/fused.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/pin_thread.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/start_thread.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <sched.h>
#include <thread>

namespace tidemark::tuning_test {
namespace {

using Number = std::uint64_t;

/// The largest batch that a step gets of numbers that are given one by one, and made twice as many
/// on their way.
template <typename Pact>
std::size_t largest_batch(Config config, Number sent, const Pact& pact) {
  std::atomic<std::size_t> largest{0};
  execute(config, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Number>(scope);
      auto twice = fuse<Number>(stream, "twice", "",
                                [](const Epoch&, std::vector<Number>& records, auto& out) {
                                  for (const Number n : records) {
                                    out.give(n);
                                    out.give(n);
                                  }
                                });
      unary<Number>(twice, pact, "measure", "", [&](auto& in, auto&) {
        in.for_each([&](auto& batch) {
          std::size_t before = largest;
          while (before < batch.records.size() &&
                 !largest.compare_exchange_weak(before, batch.records.size()))
            ;
        });
      });
      return std::move(handle);
    });
    for (Number n = 0; n != sent; ++n) input.send(n);
    input.close();
  });
  return largest;
}

TEST_CASE("no batch of records that are given one by one is longer than the run is told",
          "[tuning]") {
  for (const std::uint32_t workers : {1u, 2u, 64u})  // of which 64 share batches
    for (const std::uint32_t records : {1u, 10u, 5000u}) {
      const Config config{.workers = workers,
                          .threads = 2,
                          .executor = ExecutorKind::threads,
                          .tuning = {.batch_records = records}};
      INFO(workers << " workers, " << records << " records");
      const Number sent = records * 3;  // twice as many arrive
      CHECK(largest_batch(config, sent, Pipeline{}) == records);
      CHECK(largest_batch(config, sent, tests::by_value()) <= records);
      if (workers == 1) CHECK(largest_batch(config, sent, tests::by_value()) == records);
    }
}

TEST_CASE("what is given whole goes on in batches as long as the run is told, too", "[tuning]") {
  std::vector<std::size_t> sizes;
  tests::run_to_end(
      {.executor = ExecutorKind::deterministic, .tuning = {.batch_records = 4}},
      [&](Scope<Epoch>& scope) {
        unary<Number>(tests::rounds(scope, 1, tests::numbers(10)), Pipeline{}, "measure", "",
                      [&](auto& in, auto&) {
                        in.for_each([&](auto& batch) { sizes.push_back(batch.records.size()); });
                      });
      });
  CHECK(sizes == std::vector<std::size_t>{4, 4, 2});
}

TEST_CASE("a turn or an open batch of no steps is refused", "[tuning]") {
  CHECK_THROWS_WITH(execute({.tuning = {.steps_per_turn = 0}}, [](Worker&) {}),
                    "a run needs at least 1 step per turn and 1 open step, and was given 0 and 8");
  CHECK_THROWS_WITH(execute({.tuning = {.open_steps = 0}}, [](Worker&) {}),
                    "a run needs at least 1 step per turn and 1 open step, and was given 32 and 0");
}

TEST_CASE("a monitor that would look without a pause is refused", "[tuning]") {
  CHECK_THROWS_WITH(
      execute({.monitor = {.interval = std::chrono::milliseconds(0), .look = [](DataflowView&) {}}},
              [](Worker&) {}),
      "a monitor looks at intervals of at least 1 ms, and was given 0");
}

/// On how many processors the calling thread may run; 0 if the system does not say.
int processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

/// The most processors that a step may run on.
int processors_of_steps(ExecutorKind executor, bool pins) {
  std::atomic<int> most{0};
  tests::run_to_end(
      {.workers = 2, .threads = 2, .executor = executor, .pin_threads = pins},
      [&](Scope<Epoch>& scope) {
        tests::map_numbers(tests::rounds(scope, 20, tests::numbers(3)), [&](Number n) {
          int before = most;
          while (before < processors() && !most.compare_exchange_weak(before, processors()))
            ;
          return n;
        });
      });
  return most;
}

TEST_CASE("a pinned thread stays on one processor, for as long as the run", "[tuning]") {
  const int all = processors();
  for (const ExecutorKind executor : tests::executors()) {
    if (executor == ExecutorKind::deterministic) continue;
    INFO(tests::name_of(executor));
    CHECK(processors_of_steps(executor, false) == all);
    CHECK(processors_of_steps(executor, true) == 1);
    CHECK(processors() == all);
    CHECK(processors_of_steps(executor, false) == all);
  }
}

TEST_CASE("a thread that a pinned one starts may run anywhere, and so may it itself in between",
          "[tuning]") {
  const int all = processors();
  int started = 0;
  bool pinned = false;
  std::jthread([&] {
    const PinnedThread here(0);
    pinned = here.is_pinned() && processors() == 1;
    start_thread([&] { started = processors(); }).join();
    const UnpinnedScope unpinned;
    if (processors() != all) started = 0;
  }).join();
  CHECK(pinned);
  CHECK(started == all);
}

}  // namespace
}  // namespace tidemark::tuning_test
