// SPDX-License-Identifier: MIT
//
// Timers: whoever owns one decides how long its action may be called.
#include <tidemark/core/execution/timer_queue.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/process/progress_display.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/timers.hpp>
#include <tidemark/core/worker.hpp>

#include <tests/core/runs.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

namespace tidemark::timer_test {
namespace {

using std::chrono::hours;

TEST_CASE("a timer that goes takes its action with it, and one that is moved does not", "[timer]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    const auto executor = tests::make_executor(kind, 1);
    std::string called;
    Timer kept, moved;
    Timers timers(*executor);
    // By an action, so that all are set before the next of them can begin.
    timers.call_at(executor->now(), [&] {
      const Clock::time_point now = executor->now();
      {
        const Timer gone = executor->call_at(now, [&] { called += 'a'; });
      }
      kept = executor->call_at(now, [&] { called += 'b'; });
      Timer other = executor->call_at(now, [&] { called += 'c'; });
      other = executor->call_at(now, [&] { called += 'd'; });
      moved = std::move(other);
      timers.call_at(now, [&] { executor->stop(); });
    });
    executor->serve();
    CHECK(called == "bd");
  }
}

TEST_CASE("who cancels a timer whose action runs waits until it has returned", "[timer]") {
  const auto timers = std::make_shared<TimerQueue>();
  std::atomic<bool> begun{false}, cancelled{false};
  bool waited = true;
  Timer timer = timers->add({}, [&] {
    begun = true;
    for (int i = 0; i != 100; ++i) std::this_thread::yield();  // to one that does not wait
    waited = !cancelled;
  });
  std::jthread other([&] {
    while (!begun) std::this_thread::yield();
    timer.cancel();
    cancelled = true;
  });
  CHECK(timers->call_first({}));
  other.join();
  CHECK(waited);
  CHECK_FALSE(timers->call_first({}));
}

TEST_CASE("an action does not wait for itself, nor for the one that has called it", "[timer]") {
  const auto timers = std::make_shared<TimerQueue>();
  std::string called;
  Timer outer, inner;
  outer = timers->add({}, [&] {
    called += 'o';
    timers->call_first({});
    inner.cancel();
  });
  inner = timers->add({}, [&] {
    called += 'i';
    inner.cancel();
    outer.cancel();
  });
  CHECK(timers->call_first({}));
  CHECK(called == "oi");
}

TEST_CASE("a timer may outlive its executor, whose actions go with it", "[timer]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    const auto token = std::make_shared<int>();
    Timer timer;
    {
      const auto executor = tests::make_executor(kind, 1);
      timer = executor->call_at(executor->now() + hours(1), [token] {});
    }
    CHECK(token.use_count() == 1);
    timer.cancel();
  }
}

TEST_CASE("timers forget what has been called, and cancel the rest when they are closed",
          "[timer]") {
  const auto executor = make_deterministic_executor(1);
  const auto token = std::make_shared<int>();
  int calls = 0;
  {
    Timers timers(*executor);
    for (int i = 0; i != 10; ++i) timers.call_at(executor->now(), [token, &calls] { ++calls; });
    timers.call_at(executor->now() + hours(1), [&] { executor->stop(); });
    timers.call_at(executor->now() + hours(2), [token] {});
    executor->serve();
    CHECK(calls == 10);
    CHECK(token.use_count() == 2);
  }
  CHECK(token.use_count() == 1);
}

TEST_CASE("one of several timers may close them all, and then sets none any more", "[timer]") {
  const auto executor = make_deterministic_executor(1);
  int calls = 0;
  auto timers = std::make_unique<Timers>(*executor);
  timers->call_at(executor->now(), [&] {
    timers->close();
    timers->call_at(executor->now(), [&] { ++calls; });
    timers.reset();
  });
  timers->call_at(executor->now(), [&] { ++calls; });
  CHECK_THROWS_AS(executor->serve(), StuckError);
  CHECK(calls == 0);
}

TEST_CASE("a progress display that has gone shows nothing more", "[input_progress]") {
  const auto executor = make_deterministic_executor(1);
  const InputProgressBook inputs;
  std::FILE* const terminal = std::tmpfile();
  REQUIRE(terminal != nullptr);
  const auto show_for = [&](Clock::duration time) {
    const long before = std::ftell(terminal);
    const Timer end = executor->call_at(executor->now() + time, [] { throw StuckError("over"); });
    CHECK_THROWS_WITH(executor->serve(), "over");
    return std::ftell(terminal) - before;
  };
  {
    const ProgressDisplay display(*executor, inputs, terminal);
    CHECK(show_for(hours(1)) > 0);
  }
  CHECK(show_for(hours(1)) == 0);
  std::fclose(terminal);
}

TEST_CASE("a dataflow that has ended leaves no timer of its activators behind", "[activator]") {
  const auto executor = make_deterministic_executor(1);
  const Config config{.executor = ExecutorKind::deterministic};
  Process process(config, *executor);
  process.worker(0).start([&](Worker& worker) {
    worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      OperatorBuilder<Epoch> op(scope, "early");
      op.output<int>();
      op.build([again = op.activator(), &executor = scope.worker().executor(),
                capability = std::optional(op.initial_capability(0))]() mutable {
        for (int i = 1; i != 100; ++i) again.activate_at(executor.now() + hours(i));
        capability.reset();
      });
    });
    worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      OperatorBuilder<Epoch> op(scope, "hoarder");
      op.output<int>();
      op.build([capability = op.initial_capability(0)] {});
    });
  });
  CHECK_THROWS_AS(executor->serve(), StuckError);
  CHECK(executor->now() == Clock::time_point{});
}

}  // namespace
}  // namespace tidemark::timer_test
