// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/core/trace/block.hpp>
#include <tidemark/progress/policy.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/random_flow.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>

#include <functional>
#include <stdexcept>

namespace tidemark::replay_test {
namespace {

using tests::Number;

/// A closure that feeds a random dataflow, and steps as often as it likes.
void drive(Worker& worker, std::uint64_t seed, tests::Arrivals<Number>& arrivals) {
  auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
    auto [handle, stream] = new_input<Number>(scope);
    return std::pair(std::move(handle),
                     tidemark::probe(tests::random_flow(stream, seed, arrivals)));
  });
  Random random(seed * 31 + worker.index());
  for (Number round = 0; round != 5; ++round) {
    for (Number n = random.below(4); n != 0; --n) input.send(random.below(100));
    input.advance_to(round + 1);
    if (random.below(2) == 0) {
      for (std::uint64_t steps = random.below(4); steps != 0; --steps) worker.step();
    } else {
      worker.step_while([&] { return probe.less_than(round); });
    }
  }
  input.close();
  worker.step_while([&] { return !probe.done(); });
}

/// Runs `closure`, then again by its trace, into another and untraced, and compares the events.
/// Returns how many there were.
std::size_t replay(Config config, const std::function<void(Worker&)>& closure, Trace& second) {
  tests::Watchdog watchdog(tests::to_text(config));
  Trace first;
  config.trace = &first;
  execute(config, closure);
  Replay traced(first.read());
  config.trace = &second;
  config.replay = &traced;
  execute(config, closure);
  Replay untraced(first.read());
  config.trace = nullptr;
  config.replay = &untraced;
  execute(config, closure);
  return tests::require_same(first, second);
}

Config on_threads(std::uint32_t workers) {
  return {.workers = workers, .threads = 2, .executor = ExecutorKind::threads};
}

TEST_CASE("a replay gives the events of the run in their order", "[replay]") {
  std::size_t runs = 0, moves = 0;
  for (const ExecutorKind executor : tests::executors())
    for (const std::uint32_t workers : {1u, 2u, 3u, 7u, 32u})  // of which 32 share batches
      for (std::uint64_t seed = 0; seed != (workers < 32 ? 12u : 3u); ++seed, ++runs) {
        const Config config{.workers = workers, .threads = 2, .executor = executor, .seed = seed};
        INFO(tests::to_text(config));
        tests::Arrivals<Number> arrivals;
        Trace again;
        moves += replay(
            config, [&](Worker& worker) { drive(worker, seed, arrivals); }, again);
        CHECK(again.read().run().shares_batches == (workers == 32));
      }
  CHECK(moves > 20 * runs);
}

TEST_CASE("reports that were gathered on their way are gathered again in a replay",
          "[replay][policy]") {
  std::size_t runs = 0, moves = 0;
  for (const ExecutorKind executor : tests::executors())
    for (const std::string& policy : policy_names())
      for (const Ledgers ledgers : {Ledgers::per_worker, Ledgers::per_process})
        for (std::uint64_t seed = 0; seed != 3; ++seed) {
          if (executor == ExecutorKind::deterministic) continue;  // has a network in between
          const Config config{.workers = 2 + static_cast<std::uint32_t>(seed),
                              .threads = 2,
                              .executor = executor,
                              .ledgers = ledgers,
                              .policy = make_policy(policy)};
          INFO(policy << ", " << tests::to_text(config));
          tests::Arrivals<Number> arrivals;
          Trace again;
          moves += replay(
              config, [&](Worker& worker) { drive(worker, seed, arrivals); }, again);
          ++runs;
        }
  CHECK(moves > 20 * runs);
}

TEST_CASE("the trace of a replay can be replayed", "[replay]") {
  tests::Arrivals<Number> arrivals;
  const auto closure = [&](Worker& worker) { drive(worker, 3, arrivals); };
  Trace second, third;
  replay(on_threads(3), closure, second);
  Replay again(second.read());
  execute({.workers = 3, .trace = &third, .replay = &again}, closure);
  tests::require_same(second, third);
}

TEST_CASE("several dataflows are replayed, and that one was cancelled", "[replay][cancel]") {
  for (int run = 0; run != 8; ++run) {
    tests::Arrivals<Number> arrivals;
    Trace second;
    const auto closure = [&](Worker& worker) {
      const std::uint32_t cancelled = worker.next_dataflow();
      auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<Number>(scope);
        auto held = tests::hold(
            stream, tests::by_hash(), [](Number) { return 1; }, arrivals);
        return std::pair(std::move(handle), tidemark::probe(held));
      });
      worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        tests::collect(tests::rounds(scope, 20, tests::numbers(3)), tests::by_hash(), arrivals);
      });
      for (Number round = 0; round != 5; ++round) {
        input.send(round);
        input.advance_to(round + 1);
        worker.step();
      }
      if (worker.index() == 1) worker.cancel(cancelled);
      worker.step_while([&, probe = probe] { return !probe.done(); });
    };
    replay(on_threads(2), closure, second);
  }
}

TEST_CASE("an error that ended a run ends its replay at the same step and timestamp",
          "[replay][errors]") {
  const auto closure = [](Worker& worker) {
    auto input = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Number>(scope);
      sink(stream, tests::by_value(), "divide", "", [](auto& in) {
        in.for_each([](auto& batch) {
          for (const Number n : batch)
            if (n == 17) throw std::runtime_error("17 again");
        });
      });
      return std::move(handle);
    });
    for (Number n = 0; n != 20; ++n) {
      input.send(n);
      input.advance_to(n + 1);
      worker.step();
    }
  };
  Config config{.workers = 2, .threads = 2, .executor = ExecutorKind::threads};
  Trace first, second;
  const auto error_of = [&] {
    try {
      execute(config, closure);
    } catch (const StepError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  config.trace = &first;
  const std::string then = error_of();
  CHECK_THAT(then, Catch::Contains("17 again"));
  Replay replay(first.read());
  config.trace = &second;
  config.replay = &replay;
  CHECK(error_of() == then);
}

void short_run(Worker& worker, Number rounds) {
  auto input = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
    auto [handle, stream] = new_input<Number>(scope);
    sink(stream, tests::by_value(), "sink", "", [](auto& in) { in.for_each([](auto&) {}); });
    return std::move(handle);
  });
  for (Number round = 0; round != rounds; ++round) {
    input.send(round);
    input.advance_to(round + 1);
    worker.step();
  }
}

TEST_CASE("what is not the program or the run that was traced is told so", "[replay][errors]") {
  Trace first;
  const auto run = [](Config config, Number rounds) {
    execute(config, [&](Worker& worker) { short_run(worker, rounds); });
  };
  run({.workers = 2, .executor = ExecutorKind::threads, .trace = &first}, 4);
  {
    Replay replay(first.read());
    CHECK_THROWS_WITH(run({.workers = 3, .replay = &replay}, 4),
                      Catch::Contains("had 2 workers, and this one was given 3"));
  }
  {
    Replay replay(first.read());
    CHECK_THROWS_AS(run({.workers = 2, .replay = &replay}, 3), ReplayError);
    CHECK_THROWS_WITH(run({.workers = 2, .replay = &replay}, 4),
                      Catch::Contains("has been used; make another"));
  }
  {
    Replay replay(first.read());
    CHECK_THROWS_WITH(run({.workers = 2, .ledgers = Ledgers::per_worker, .replay = &replay}, 4),
                      Catch::Contains("had 1 ledgers, and this one has 2"));
  }
  {
    Replay replay(first.read());
    CHECK_THROWS_WITH(run({.workers = 2, .policy = make_policy("worker"), .replay = &replay}, 4),
                      Catch::Contains("had the policy 'direct, every 1', and this one was given "
                                      "'direct, every 8'"));
  }
  {
    Replay replay(first.read());
    CHECK_THROWS_WITH(execute({.workers = 2, .replay = &replay},
                              [](Worker& worker) {
                                worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
                                  tests::rounds(scope, 3, tests::numbers(1));
                                });
                              }),
                      Catch::Contains("the program is not the one that was traced: step 0 of "
                                      "'dataflow' is 'rounds', and was 'input'"));
  }
}

TEST_CASE("a step that has other outputs than in its trace is told so", "[replay][errors]") {
  const auto run = [](Config config, int outputs) {
    execute(config, [outputs](Worker& worker) {
      worker.dataflow<Epoch>([outputs](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<Number>(scope);
        OperatorBuilder<Epoch> op(scope, "step");
        auto& in = op.input(stream, Pipeline{});
        for (int i = 0; i != outputs; ++i) op.output<Number>();
        op.build([&in] { in.for_each([](auto&) {}); });
      });
    });
  };
  Trace first;
  run({.executor = ExecutorKind::threads, .trace = &first}, 2);
  Replay replay(first.read());
  CHECK_THROWS_WITH(run({.replay = &replay}, 1), Catch::Contains("has other inputs or outputs"));
}

TEST_CASE("a trace that does not tell all is not replayed", "[replay][errors]") {
  const auto refused = [](Config config, TraceOptions options) {
    Trace trace(std::move(options));
    config.trace = &trace;
    execute(config, [](Worker& worker) { short_run(worker, 2); });
    CHECK_THROWS_WITH(Replay(trace.read()), Catch::Contains("cannot be replayed"));
  };
  refused({.executor = ExecutorKind::threads}, {.from = std::chrono::nanoseconds(1)});
  refused({.executor = ExecutorKind::threads}, {.only = {"sink"}});
  refused({.workers = 2, .processes = 2, .executor = ExecutorKind::deterministic}, {});
}

TEST_CASE("a trace that is cut is replayed to where it ends", "[replay]") {
  Trace first;
  const auto closure = [](Worker& worker) { short_run(worker, 4000); };
  execute({.workers = 2, .threads = 2, .executor = ExecutorKind::threads, .trace = &first},
          closure);
  const std::string& bytes = first.bytes();
  std::size_t end = file_mark.size();  // of the first block of events
  for (bool has_events = false; !has_events;) {
    const BlockHeader header = header_of(std::string_view(bytes).substr(end));
    has_events = header.is("evts");
    end += BlockHeader::bytes + header.stored;
  }
  REQUIRE(end < bytes.size());
  Trace second;
  Replay replay(TraceFile(bytes.substr(0, end)));
  CHECK_THROWS_WITH(execute({.workers = 2, .trace = &second, .replay = &replay}, closure),
                    Catch::Contains("the trace ends"));
  const auto then = tests::all_that_happened(first.read());
  const auto again = tests::all_that_happened(second.read());
  REQUIRE(again.size() > 10'000);
  CHECK(std::equal(again.begin(), again.begin() + 10'000, then.begin()));
}

}  // namespace
}  // namespace tidemark::replay_test
