// SPDX-License-Identifier: MIT
//
// The deterministic executor: the seed decides everything, time is virtual, and a run that is stuck
// says so.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

namespace tidemark::deterministic_executor_test {
namespace {

std::string trace_of(std::uint64_t seed, Ledgers ledgers) {
  Trace trace;
  tests::Arrivals<std::uint64_t> arrivals;
  tests::run_to_end({.workers = 3,
                     .executor = ExecutorKind::deterministic,
                     .seed = seed,
                     .ledgers = ledgers,
                     .trace = &trace},
                    [&](Scope<Epoch>& scope) {
                      auto held = tests::hold(
                          tests::rounds(scope, 6, tests::numbers(5)), tests::by_hash(),
                          [](std::uint64_t record) { return record % 3; }, arrivals);
                      tests::collect(held, tests::by_value(), arrivals);
                    });
  std::ostringstream out;
  out << trace.bytes();
  for (const auto& [time, item, worker] : arrivals.all())
    out << time << ' ' << item << ' ' << worker;
  return out.str();
}

TEST_CASE("the same seed gives the same trace, byte for byte", "[deterministic][trace]") {
  for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
    for (std::uint64_t seed = 0; seed != 10; ++seed)
      CHECK(trace_of(seed, ledgers) == trace_of(seed, ledgers));
}

TEST_CASE("different seeds give different traces", "[deterministic][trace]") {
  for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker}) {
    std::set<std::string> traces;
    for (std::uint64_t seed = 0; seed != 20; ++seed) traces.insert(trace_of(seed, ledgers));
    CHECK(traces.size() >= 19);
  }
}

TEST_CASE("a seed means the same on every machine and in every build", "[deterministic]") {
  Random random(1);
  CHECK(random.next() == 0x910a2dec89025cc1u);
  CHECK(random.next() == 0xbeeb8da1658eec67u);
  const auto executor = make_deterministic_executor(7);
  struct Noting final : Task {
    void run() override { order->push_back(number); }
    std::vector<int>* order = nullptr;
    int number = 0;
  };
  std::vector<int> order;
  std::vector<Noting> tasks(8);
  for (int i = 0; i != 8; ++i) {
    tasks[static_cast<std::size_t>(i)].order = &order;
    tasks[static_cast<std::size_t>(i)].number = i;
    executor->submit(tasks[static_cast<std::size_t>(i)]);
  }
  const Timer end = executor->call_at(Clock::time_point{}, [&] { executor->stop(); });
  executor->serve();
  CHECK(order == std::vector{7, 3, 0, 6, 2, 5, 4, 1});
}

TEST_CASE("virtual time stands still while there is work and then jumps to the next timer",
          "[deterministic]") {
  using std::chrono::hours;
  std::vector<Clock::duration> times;
  tests::run_to_end({.executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
    OperatorBuilder<Epoch> op(scope, "alarm");
    op.output<int>();
    op.build([&times, &executor = scope.worker().process().executor(),
              start = std::optional<Clock::time_point>(), again = op.activator(), busy = 100,
              capability = std::optional(op.initial_capability(0))]() mutable {
      if (!start) start = executor.now();
      if (busy-- > 0) return again.activate();
      times.push_back(executor.now() - *start);
      if (times.size() == 4) return capability.reset();
      again.activate_at(executor.now() + hours(24));
    });
  });
  CHECK(times == std::vector<Clock::duration>{hours(0), hours(24), hours(48), hours(72)});
}

TEST_CASE("a run that is stuck ends with a sentence", "[deterministic]") {
  SECTION("because an operator keeps its capability") {
    CHECK_THROWS_WITH(tests::run_to_end({.workers = 2, .executor = ExecutorKind::deterministic},
                                        [](Scope<Epoch>& scope) {
                                          OperatorBuilder<Epoch> op(scope, "hoarder");
                                          op.output<int>();
                                          op.build([capability = op.initial_capability(0)] {});
                                        }),
                      Catch::StartsWith("the run is stuck: nothing is left to run and no timer is "
                                        "set\nend 'hoarder'") &&
                          Catch::Contains("worker 0") && Catch::Contains("worker 1"));
  }
  SECTION("because closures wait for what cannot come") {
    int unwound = 0;
    CHECK_THROWS_WITH(execute({.workers = 3, .executor = ExecutorKind::deterministic},
                              [&](Worker& worker) {
                                struct Witness {
                                  int* count;
                                  ~Witness() { ++*count; }
                                } const witness{&unwound};
                                auto input = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
                                  return new_input<int>(scope).first;
                                });
                                worker.step_while([] { return true; });
                              }),
                      Catch::StartsWith("the run is stuck: nothing is left to run and no timer is "
                                        "set\nend 'input'"));
    CHECK(unwound == 3);
  }
}

}  // namespace
}  // namespace tidemark::deterministic_executor_test
