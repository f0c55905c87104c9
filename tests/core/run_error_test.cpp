// SPDX-License-Identifier: MIT
//
// Errors while a dataflow runs: wherever user code throws, all workers stop and the caller gets a
// sentence with the original exception in it.
#include <tidemark/core/error.hpp>
#include <tidemark/core/fused.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/eager_executor.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>

#include <exception>

namespace tidemark::run_error_test {
namespace {

/// A type of its own, so that nothing else can be taken for it.
struct Stumble {
  int stone = 0;
};
struct Trip : std::runtime_error {
  using std::runtime_error::runtime_error;
};

constexpr std::uint64_t endless = 1u << 30;

/// Fifty times on each of `kinds`: `run(config)` throws an Error, of which `check` has an opinion.
template <typename Error, typename Run, typename Check>
void fifty_times(const Run& run, const Check& check,
                 const std::vector<ExecutorKind>& kinds = tests::executors()) {
  for (const ExecutorKind kind : kinds)
    for (std::uint64_t repeat = 0; repeat != 50; ++repeat) {
      const Config config{
          .workers = repeat % 2 == 0 ? 5u : 2u, .threads = 2, .executor = kind, .seed = repeat};
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("a run that should have failed: " + tests::to_text(config));
      bool thrown = false;
      try {
        run(config);
      } catch (const Error& error) {
        thrown = true;
        check(error);
      }
      REQUIRE(thrown);
    }
}

template <typename Original>
bool nests(const std::exception& error) {
  try {
    std::rethrow_if_nested(error);
  } catch (const Original&) {
    return true;
  } catch (...) {
  }
  return false;
}

TEST_CASE("an exception in a fused step names step, worker and timestamp", "[run_errors]") {
  fifty_times<StepError>(
      [](const Config& config) {
        tests::run_to_end(config, [](Scope<Epoch>& scope) {
          auto stream = tests::rounds(scope, endless, tests::numbers(2), "", 4);
          auto mapped = tests::map_numbers(
              stream,
              [worker = scope.worker().index()](std::uint64_t n) {
                if (worker == 1 && n / 2 / 64 == 20) throw Trip("over a stone");
                return n;
              },
              "walk");
          unary<int>(mapped, tests::by_hash(), "end", "",
                     [](auto& in, auto&) { in.for_each([](auto&) {}); });
        });
      },
      [](const StepError& error) {
        CHECK(error.what() == std::string("step 'walk' failed on worker 1 at timestamp 20: over a "
                                          "stone"));
        CHECK(error.step() == "walk");
        CHECK(error.worker() == 1);
        CHECK(error.time() == "20");
        CHECK(nests<Trip>(error));
      });
}

TEST_CASE("an exception in an operator names step, worker and timestamp", "[run_errors]") {
  fifty_times<StepError>(
      [](const Config& config) {
        tests::run_to_end(config, [](Scope<Epoch>& scope) {
          auto stream = tests::rounds(scope, endless, tests::numbers(2), "", 4);
          unary<int>(stream, tests::by_value(), "strider", "stride", [](auto& in, auto&) {
            in.for_each([](auto& batch) {
              for (const std::uint64_t n : batch)
                if (n == 30 * 64 * 2 + 1) throw Stumble{7};
            });
          });
        });
      },
      [](const StepError& error) {
        CHECK(error.what() == std::string("step 'stride' failed on worker 1 at timestamp 30: an "
                                          "exception that is not a std::exception"));
        CHECK(nests<Stumble>(error));
      });
}

TEST_CASE("an exception in a source names step and worker", "[run_errors]") {
  fifty_times<StepError>(
      [](const Config& config) {
        tests::run_to_end(config, [](Scope<Epoch>& scope) {
          auto stream = tests::rounds(
              scope, endless,
              [](std::uint32_t worker, std::uint64_t round) -> std::vector<std::uint64_t> {
                if (worker == 1 && round == 5) throw Trip("at the start");
                return {round};
              },
              "well", 4);
          unary<int>(stream, tests::by_hash(), "end", "",
                     [](auto& in, auto&) { in.for_each([](auto&) {}); });
        });
      },
      [](const StepError& error) {
        CHECK(error.what() == std::string("step 'well' failed on worker 1: at the start"));
        CHECK(error.time().empty());
        CHECK(nests<Trip>(error));
      });
}

TEST_CASE("an exception when a sink is closed ends the run, too", "[run_errors]") {
  fifty_times<StepError>(
      [](const Config& config) {
        tests::run_to_end(config, [](Scope<Epoch>& scope) {
          OperatorBuilder<Epoch> op(scope, "sink", "file");
          auto& in = op.input(tests::rounds(scope, 3, tests::numbers(2)), tests::by_hash());
          op.on_close([worker = scope.worker().index()] {
            if (worker == 1) throw Trip("disk full");
          });
          op.build([&in] { in.for_each([](auto&) {}); });
        });
      },
      [](const StepError& error) {
        CHECK(error.what() == std::string("step 'file' failed on worker 1: disk full"));
        CHECK(nests<Trip>(error));
      });
}

TEST_CASE("an exception in a closure names its worker", "[run_errors]") {
  fifty_times<ClosureError>(
      [](const Config& config) {
        execute(config, [](Worker& worker) {
          auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
            auto [handle, stream] = new_input<std::uint64_t>(scope);
            return std::pair(std::move(handle), tidemark::probe(stream));
          });
          for (std::uint64_t round = 0;; ++round) {
            input.send(round);
            input.advance_to(round + 1);
            worker.step_while([&] { return probe.less_than(input.time()); });
            if (round == 10 && worker.index() == 1) throw Trip("by hand");
          }
        });
      },
      [](const ClosureError& error) {
        CHECK(error.what() == std::string("the closure of worker 1 failed: by hand"));
        CHECK(error.worker() == 1);
        CHECK(nests<Trip>(error));
      },
      tests::executors_for_throwing_closures());
}

TEST_CASE("an error that says where the mistake is leaves a closure as it is", "[run_errors]") {
  const Config config{.workers = 2, .executor = ExecutorKind::deterministic};
  CHECK_THROWS_AS(execute(config, [](Worker&) { throw DataflowError("two steps of one id"); }),
                  DataflowError);
  CHECK_THROWS_AS(execute(config, [](Worker&) { throw CapabilityError("a step sent too early"); }),
                  CapabilityError);
  CHECK_THROWS_AS(execute(config, [](Worker&) { throw StepError("walk", 1, "", "fell"); }),
                  StepError);
}

TEST_CASE("an exception in a fused step under a closure's send names that step", "[run_errors]") {
  fifty_times<StepError>(
      [](const Config& config) {
        execute(config, [](Worker& worker) {
          auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
            auto [handle, stream] = new_input<std::uint64_t>(scope);
            auto mapped = tests::map_numbers(
                tests::map_numbers(
                    stream, [](std::uint64_t n) { return n; }, "outer"),
                [](std::uint64_t n) -> std::uint64_t {
                  if (n == 65) throw Trip("inside");
                  return n;
                },
                "inner");
            return std::pair(std::move(handle), tidemark::probe(mapped));
          });
          for (std::uint64_t round = 0;; ++round) {
            input.send(round * 64 + worker.index());
            input.advance_to(round + 1);
            worker.step_while([&] { return probe.less_than(input.time()); });
          }
        });
      },
      [](const StepError& error) {
        CHECK(error.what() ==
              std::string("step 'inner' failed on worker 1 at timestamp 1: inside"));
        CHECK(nests<Trip>(error));
      },
      tests::executors_for_throwing_closures());
}

TEST_CASE("closures that wait are unwound when another worker has failed", "[run_errors]") {
  for (const ExecutorKind kind : tests::executors_for_throwing_closures())
    for (std::uint64_t seed = 0; seed != 50; ++seed) {
      INFO(tests::name_of(kind));
      tests::Watchdog watchdog("closures that wait for ever");
      std::atomic<int> alive{0};
      std::atomic<int> stopped{0};
      const auto run = [&] {
        execute({.workers = 6, .threads = 2, .executor = kind, .seed = seed}, [&](Worker& worker) {
          struct Guard {
            std::atomic<int>* count;
            explicit Guard(std::atomic<int>& c) : count(&c) { count->fetch_add(1); }
            ~Guard() { count->fetch_sub(1); }
          } const guard(alive);
          auto input = worker.dataflow<Epoch>(
              [](Scope<Epoch>& scope) { return new_input<int>(scope).first; });
          worker.step();
          if (worker.index() == 4) throw Trip("and the others wait");
          try {
            worker.step_while([] { return true; });
          } catch (const RunStopped&) {
            stopped.fetch_add(1);
            throw;
          }
        });
      };
      CHECK_THROWS_AS(run(), ClosureError);
      CHECK(alive.load() == 0);
      CHECK(stopped.load() <= 5);
    }
}

TEST_CASE("workers that rest end at once when another has failed", "[run_errors]") {
  const auto run = [] {
    tests::run_eagerly({.workers = 3}, 100, [](Scope<Epoch>& scope) {
      OperatorBuilder<Epoch> op(scope, "hoarder");
      op.output<int>();
      op.build([worker = scope.worker().index(), capability = op.initial_capability(0)] {
        if (worker == 2) throw Trip("when the others rest");
      });
    });
  };
  CHECK_THROWS_AS(run(), StepError);
}

TEST_CASE("of several errors the caller gets one and the run still ends", "[run_errors]") {
  fifty_times<StepError>(
      [](const Config& config) {
        tests::run_to_end(config, [](Scope<Epoch>& scope) {
          auto stream = tests::rounds(scope, 3, tests::numbers(50));
          unary<int>(stream, tests::by_hash(), "all fail", "",
                     [](auto& in, auto&) { in.for_each([](auto&) { throw Trip("together"); }); });
        });
      },
      [](const StepError& error) { CHECK(error.step() == "all fail"); });
}

TEST_CASE("what a failed step did is not published", "[run_errors]") {
  Trace trace;
  CHECK_THROWS_AS(tests::run_to_end({.executor = ExecutorKind::deterministic, .trace = &trace},
                                    [](Scope<Epoch>& scope) {
                                      auto stream = tests::rounds(scope, 10, tests::numbers(1));
                                      unary<std::uint64_t>(stream, Pipeline{}, "half", "",
                                                           [](auto& in, auto& out) {
                                                             in.for_each([&](auto& batch) {
                                                               const auto held = out.retain(batch);
                                                               if (batch.time == Epoch{4})
                                                                 throw Trip("half way");
                                                             });
                                                           });
                                    }),
                  StepError);
  for (const TraceEvent& event : tests::events_of(trace))
    if (event.kind == TraceEvent::Kind::batch)
      for (const TraceEvent::Change& change : event.changes) CHECK(coordinate(change.time, 0) <= 4);
}

}  // namespace
}  // namespace tidemark::run_error_test
