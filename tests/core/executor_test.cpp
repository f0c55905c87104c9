// SPDX-License-Identifier: MIT
//
// What every executor promises: tasks, timers and closures run, `serve` ends, and any number of
// workers do with any number of threads.
#include <tidemark/core/config.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/timers.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <thread>

namespace tidemark::executor_test {
namespace {

struct CountDown final : Task {
  CountDown(Executor& runs_on, int times) : executor(&runs_on), left(times) {}
  void run() override {
    if (--left == 0) {
      executor->stop();
    } else {
      executor->submit(*this);
    }
  }
  Executor* executor;
  int left;
};

TEST_CASE("an executor runs a task once for each time it is submitted", "[executor]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    const auto executor = tests::make_executor(kind, 2);
    CountDown task(*executor, 1000);
    executor->submit(task);
    executor->serve();
    CHECK(task.left == 0);
  }
}

TEST_CASE("an executor calls actions in the order of their times, and none before its time",
          "[executor]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    const auto executor = tests::make_executor(kind, 1);
    const Clock::time_point start = executor->now();
    std::string order;
    bool early = false;
    // By an action, so that all are set before the first of them can begin.
    Timers timers(*executor);
    timers.call_at(start, [&] {
      for (const auto& [ms, name] : {std::pair(3, 'd'), {1, 'a'}, {2, 'c'}, {1, 'b'}}) {
        const Clock::time_point due = start + std::chrono::milliseconds(ms);
        timers.call_at(due, [&, due, name = name] {
          order += name;
          if (executor->now() < due) early = true;
          if (name == 'd') executor->stop();
        });
      }
    });
    executor->serve();
    CHECK(order == "abcd");
    CHECK_FALSE(early);
  }
}

TEST_CASE("an executor that has been stopped waits for the action that runs, and begins no other",
          "[executor]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    auto executor = tests::make_executor(kind, 1);
    bool ended = false, late = false;
    Timers timers(*executor);
    timers.call_at(executor->now(), [&] {
      timers.call_at(executor->now(), [&] { late = true; });
      executor->stop();
      timers.call_at(executor->now(), [&] { late = true; });
      for (int i = 0; i != 10; ++i) std::this_thread::yield();  // to one that does not wait
      ended = true;
    });
    executor->serve();
    CHECK(ended);
    executor.reset();
    CHECK_FALSE(late);
  }
}

TEST_CASE("a closure that waits goes on when it is resumed", "[executor]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    const auto executor = tests::make_executor(kind, 1);
    int rounds = 0;
    Timers timers(*executor);
    executor->spawn(0, [&](Fiber& fiber) {
      for (; rounds != 100; ++rounds) {
        if (rounds % 2 == 0) {
          fiber.suspend([&] { fiber.resume(); });  // as soon as it is legal
        } else {
          fiber.suspend([&] { timers.call_at(executor->now(), [&] { fiber.resume(); }); });
        }
      }
      executor->stop();
    });
    executor->serve();
    CHECK(rounds == 100);
  }
}

TEST_CASE("more closures than threads wait for each other, round by round", "[executor]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("64 closures on 2 threads");
    const std::uint64_t rounds = 20;
    std::atomic<std::uint64_t> most_ahead{0};
    std::vector<std::atomic<std::uint64_t>> reached(64);
    execute({.workers = 64, .threads = 2, .executor = kind}, [&](Worker& worker) {
      auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<std::uint64_t>(scope);
        auto passed_on =
            unary<std::uint64_t>(stream, tests::by_value(), "pass", "", [](auto& in, auto& out) {
              in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
            });
        return std::pair(std::move(handle), tidemark::probe(passed_on));
      });
      for (std::uint64_t round = 0; round != rounds; ++round) {
        input.send(worker.index() + round);
        input.advance_to(round + 1);
        reached[worker.index()].store(round + 1);
        worker.step_while([&] { return probe.less_than(input.time()); });
        // The barrier: no other worker can be a whole round behind.
        for (const auto& other : reached)
          if (other.load() < round + 1) most_ahead.store(1);
      }
    });
    CHECK(most_ahead.load() == 0);
    for (const auto& each : reached) CHECK(each.load() == rounds);
  }
}

TEST_CASE("more workers than threads run a dataflow to its end", "[executor]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("64 workers on 2 threads");
    for (int repeat = 0; repeat != 20 / tests::slowdown + 1; ++repeat) {
      tests::Arrivals<std::uint64_t> arrivals;
      tests::run_to_end({.workers = 64, .threads = 2, .executor = kind}, [&](Scope<Epoch>& scope) {
        tests::collect(tests::rounds(scope, 3, tests::numbers(8)), tests::by_hash(), arrivals);
      });
      CHECK(arrivals.all().size() == 64 * 3 * 8);
      CHECK(arrivals.complaints().empty());
    }
  }
}

TEST_CASE("a run without workers is refused with a sentence", "[executor]") {
  for (const ExecutorKind kind : tests::executors())
    CHECK_THROWS_WITH(run_workers({.workers = 0, .executor = kind}, [](Worker&) {}),
                      "a run needs at least 1 worker, and was given 0");
  CHECK_THROWS_AS(run_workers({.workers = 0}, [](Worker&) {}), ConfigError);
}

TEST_CASE("a closure that builds nothing is a run that ends", "[executor]") {
  for (const ExecutorKind kind : tests::executors()) {
    std::atomic<int> calls{0};
    execute({.workers = 3, .executor = kind}, [&](Worker&) { calls.fetch_add(1); });
    CHECK(calls.load() == 3);
  }
}

TEST_CASE("a worker runs several dataflows, built while others run", "[executor]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("three dataflows");
    tests::Arrivals<std::uint64_t> arrivals;
    execute({.workers = 3, .threads = 2, .executor = kind}, [&](Worker& worker) {
      for (int i = 0; i != 3; ++i) {
        worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          tests::collect(tests::rounds(scope, 5, tests::numbers(4)), tests::by_hash(), arrivals);
        });
        worker.step();
      }
    });
    CHECK(arrivals.all().size() == 3 * 3 * 5 * 4);
    CHECK(arrivals.complaints().empty());
  }
}

}  // namespace
}  // namespace tidemark::executor_test
