// SPDX-License-Identifier: MIT
//
// A run whose workers have nothing to do uses no CPU time.
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <chrono>
#include <ctime>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace tidemark::idle_test {
namespace {

/// Of this process, all threads together.
std::chrono::nanoseconds cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

constexpr auto wait = std::chrono::milliseconds(400);

template <typename Run>
void check_idle(const Run& run) {
  const auto wall = Clock::now();
  const auto cpu = cpu_time();
  run();
  const auto used = cpu_time() - cpu;
  const auto passed = Clock::now() - wall;
  INFO("used " << used.count() / 1000000 << " ms of CPU time in "
               << std::chrono::duration_cast<std::chrono::milliseconds>(passed).count() << " ms");
  CHECK(passed >= wait);
  CHECK(used < passed / 4);
}

TEST_CASE("workers that wait for a timer use no CPU time", "[idle]") {
  for (const ExecutorKind kind : tests::executors()) {
    if (kind == ExecutorKind::deterministic) continue;  // its time is virtual
    INFO(tests::name_of(kind));
    check_idle([&] {
      tests::run_to_end({.workers = 8, .threads = 2, .executor = kind}, [](Scope<Epoch>& scope) {
        OperatorBuilder<Epoch> op(scope, "alarm");
        op.output<int>();
        op.build([&executor = scope.worker().process().executor(),
                  due = std::optional<Clock::time_point>(), again = op.activator(),
                  capability = std::optional(op.initial_capability(0))]() mutable {
          if (!due) {
            due = executor.now() + wait;
            again.activate_at(*due);
          } else if (executor.now() >= *due) {
            capability.reset();
          }
        });
      });
    });
  }
}

TEST_CASE("closures that wait for a source on a helper thread use no CPU time", "[idle]") {
  for (const ExecutorKind kind : tests::executors()) {
    if (kind == ExecutorKind::deterministic) continue;
    INFO(tests::name_of(kind));
    check_idle([&] {
      int ends[2];
      REQUIRE(::pipe(ends) == 0);
      std::jthread reader;
      execute({.workers = 4, .threads = 2, .executor = kind}, [&](Worker& worker) {
        auto probe = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          OperatorBuilder<Epoch> op(scope, "pipe");
          auto stream = op.output<int>().second;
          auto got = std::make_shared<std::atomic<bool>>(worker.index() != 0);
          if (worker.index() == 0)
            reader = std::jthread([got, ends, wake = op.activator()] {
              pollfd waits{.fd = ends[0], .events = POLLIN, .revents = 0};
              ::poll(&waits, 1, static_cast<int>(wait.count()) + 1);  // nothing ever comes
              got->store(true);
              wake.activate();
            });
          op.build([got, capability = std::optional(op.initial_capability(0))]() mutable {
            if (got->load()) capability.reset();
          });
          return tidemark::probe(stream);
        });
        worker.step_while([&] { return !probe.done(); });
        if (worker.index() == 0) reader.join();
      });
      ::close(ends[0]);
      ::close(ends[1]);
    });
  }
}

}  // namespace
}  // namespace tidemark::idle_test
