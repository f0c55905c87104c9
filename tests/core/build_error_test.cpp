// SPDX-License-Identifier: MIT
//
// Dataflows that cannot run as they are built are refused before anything runs, by name.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

namespace tidemark::build_error_test {
namespace {

using Numbers = Stream<Epoch, std::uint64_t>;

Numbers pass(const Numbers& stream, std::string name) {
  return unary<std::uint64_t>(stream, Pipeline{}, std::move(name), "", [](auto& in, auto& out) {
    in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
  });
}

/// Runs three workers, of which the last builds its dataflow by `odd`, the others by `even`.
template <typename Even, typename Odd>
void check_differ(const Even& even, const Odd& odd, const std::string& op) {
  for (const ExecutorKind kind : tests::executors())
    for (int repeat = 0; repeat != 5; ++repeat) {
      INFO(tests::name_of(kind));
      tests::Watchdog watchdog("workers that build different graphs");
      const auto run = [&] {
        tests::run_to_end({.workers = 3,
                           .threads = 2,
                           .executor = kind,
                           .seed = static_cast<std::uint64_t>(repeat)},
                          [&](Scope<Epoch>& scope) {
                            auto stream = tests::rounds(scope, 3, tests::numbers(3));
                            if (scope.worker().index() == 2) {
                              odd(stream);
                            } else {
                              even(stream);
                            }
                          });
      };
      CHECK_THROWS_WITH(run(), Catch::Contains("built dataflow 0 differently: operator " + op));
    }
}

TEST_CASE("workers that build different graphs are told the first operator that differs",
          "[build_errors]") {
  SECTION("by name") {
    check_differ([](const Numbers& n) { pass(pass(n, "one"), "two"); },
                 [](const Numbers& n) { pass(pass(n, "one"), "zwei"); }, "2 is '");
  }
  SECTION("by number") {
    check_differ([](const Numbers& n) { pass(pass(n, "one"), "two"); },
                 [](const Numbers& n) { pass(n, "one"); }, "");
  }
  SECTION("by the channels between them") {
    check_differ([](const Numbers& n) { pass(pass(n, "one"), "two"); },
                 [](const Numbers& n) { pass(n, "one"), pass(n, "two"); }, "");
  }
}

/// What is said when two workers build a dataflow by `build(stream, turn)`: first that of turn 0.
template <typename Build>
std::string told(const Build& build) {
  std::uint32_t turn = 0;
  try {
    tests::run_to_end(
        {.workers = 2, .executor = ExecutorKind::deterministic},
        [&](Scope<Epoch>& scope) { build(tests::rounds(scope, 3, tests::numbers(3)), turn++); });
  } catch (const DataflowError& error) {
    return error.what();
  }
  return "";
}

/// An operator `end` without a logic; `extend(builder)` gives it more than its input.
template <typename Item, typename Pact, typename Extend>
void end(const Stream<Epoch, Item>& stream, Pact pact, Extend extend) {
  OperatorBuilder<Epoch> op(*stream.scope, "end");
  auto& in = op.input(stream, pact);
  extend(op);
  op.build([&in] { in.for_each([](auto&) {}); });
}

TEST_CASE("workers whose graphs differ in what flows, or in who takes it, are told the step",
          "[build_errors]") {
  const auto nothing = [](auto&) {};
  CHECK_THAT(told([&](const Numbers& numbers, std::uint32_t turn) {
               if (turn == 0) return end(numbers, Pipeline{}, nothing);
               end(fuse<int>(numbers, "halve", "", [](Epoch, auto&, auto&) {}), Pipeline{},
                   nothing);
             }),
             Catch::Contains("built dataflow 0 differently: step 'end' takes records of type '") &&
                 Catch::Contains("int' from its own worker, and took") &&
                 Catch::Contains("unsigned long' from its own worker at the worker that"));
  CHECK_THAT(told([&](const Numbers& numbers, std::uint32_t turn) {
               if (turn == 0) return end(numbers, tests::by_value(), nothing);
               end(numbers, Pipeline{}, nothing);
             }),
             Catch::Contains("step 'end' takes records") &&
                 Catch::Contains("from its own worker, and took") &&
                 Catch::Contains("from all workers at the worker that"));
}

TEST_CASE("workers whose graphs differ in who begins with a capability are told the step",
          "[build_errors]") {
  for (const std::uint32_t odd : {0U, 1U}) {
    CHECK_THAT(
        told([&](const Numbers& numbers, std::uint32_t turn) {
          end(numbers, Pipeline{}, [&](auto& op) {
            op.template output<int>();
            if (turn == odd) op.initial_capability(0);
          });
        }),
        Catch::Contains(odd == 1 ? "step 'end', output 0, begins with a capability and did not at"
                                 : "step 'end', output 0, begins without a capability and had"));
  }
}

TEST_CASE("a worker may have an activator more, but not before an exchange", "[build_errors]") {
  const auto one_more = [](bool before, std::uint32_t odd) {
    return told([=](const Numbers& numbers, std::uint32_t turn) {
      const auto activator = [&](auto& op) {
        if (turn == odd) op.activator();
      };
      if (before) end(numbers, Pipeline{}, activator);
      end(numbers, tests::by_value(), [](auto&) {});
      if (!before) end(numbers, Pipeline{}, activator);
    });
  };
  for (const std::uint32_t odd : {0U, 1U}) {
    CHECK(one_more(false, odd).empty());
    CHECK_THAT(one_more(true, odd),
               Catch::Contains("step 'end' gets records by channel") &&
                   Catch::Contains("there was not the same number of activators before it at"));
  }
}

TEST_CASE("workers may fuse steps of their own", "[build_errors]") {
  CHECK(told([](const Numbers& numbers, std::uint32_t turn) {
          const auto look = [](Epoch, const auto&) {};
          end(turn == 0 ? numbers : fuse_in_place(numbers, "look", "", look), Pipeline{},
              [](auto&) {});
        }).empty());
}

TEST_CASE("workers that build a dataflow on different timestamps are told so", "[build_errors]") {
  using Pair = Product<Epoch, Epoch>;
  CHECK_THROWS_WITH(execute({.workers = 2, .executor = ExecutorKind::deterministic},
                            [](Worker& worker) {
                              if (worker.index() == 0) {
                                worker.dataflow<Epoch>([](Scope<Epoch>&) {});
                              } else {
                                worker.dataflow<Pair>([](Scope<Pair>&) {});
                              }
                            }),
                    Catch::Contains("with another timestamp type than the worker before it"));
}

TEST_CASE("two steps with one id are refused", "[build_errors]") {
  CHECK_THROWS_WITH(tests::run_to_end({.executor = ExecutorKind::deterministic},
                                      [](Scope<Epoch>& scope) {
                                        tests::rounds(scope, 1, tests::numbers(1), "numbers");
                                        tests::rounds(scope, 1, tests::numbers(1), "numbers");
                                      }),
                    "two steps have the id 'numbers'; every step id must be used once");
}

TEST_CASE("two fused steps with one id are refused, and those without one are not",
          "[build_errors]") {
  const auto twice = [](const std::string& id) {
    tests::run_to_end({.executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
      auto stream = tests::rounds(scope, 1, tests::numbers(1));
      for (int i = 0; i != 2; ++i)
        stream = tests::map_numbers(
            stream, [](std::uint64_t n) { return n; }, id);
    });
  };
  twice("");
  CHECK_THROWS_WITH(twice("same"), "two steps have the id 'same'; every step id must be used once");
}

TEST_CASE("a step that follows a probe without an interest in frontiers is refused",
          "[build_errors]") {
  const auto run = [](Interest interest) {
    tests::run_to_end({.executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
      const Numbers numbers = tests::rounds(scope, 3, tests::numbers(3));
      OperatorBuilder<Epoch> op(scope, "waits");
      op.set_interest(interest);
      op.watch(probe(numbers));
      op.build([] {});
    });
  };
  CHECK_THROWS_WITH(run(Interest::never),
                    Catch::Contains("step 'waits' follows the frontiers of others") &&
                        Catch::Contains("call set_interest before build"));
  CHECK_NOTHROW(run(Interest::always));
}

TEST_CASE("a worker that no closure drives refuses to be stepped by one", "[build_errors]") {
  const auto run = [] {
    run_workers({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
      worker.start([](Worker& own) { own.step_while([] { return true; }); });
    });
  };
  CHECK_THROWS_WITH(run(),
                    Catch::Contains("step_while is for the closure that drives one by hand"));
}

TEST_CASE("a stream of another dataflow is refused", "[build_errors]") {
  CHECK_THROWS_WITH(execute({.executor = ExecutorKind::deterministic},
                            [](Worker& worker) {
                              worker.dataflow<Epoch>([&](Scope<Epoch>& outer) {
                                auto stream = tests::rounds(outer, 1, tests::numbers(1));
                                worker.dataflow<Epoch>([&](Scope<Epoch>& inner) {
                                  OperatorBuilder<Epoch> op(inner, "thief");
                                  op.input(stream, Pipeline{});
                                });
                              });
                            }),
                    "step 'thief' takes a stream of another dataflow; streams cannot cross "
                    "dataflows");
}

TEST_CASE("a dataflow that is built inside another is refused", "[build_errors]") {
  const auto build = [](Scope<Epoch>& scope) { tests::rounds(scope, 1, tests::numbers(1)); };
  CHECK_THROWS_WITH(execute({.executor = ExecutorKind::deterministic},
                            [&](Worker& worker) {
                              worker.dataflow<Epoch>("outer", [&](Scope<Epoch>& scope) {
                                build(scope);
                                worker.dataflow<Epoch>("inner", build);
                              });
                            }),
                    "worker 0 has built another dataflow in the function that builds 'outer'; "
                    "build one after the other");
}

TEST_CASE("an error while building ends the run on every executor", "[build_errors]") {
  for (const ExecutorKind kind : tests::executors())
    for (int repeat = 0; repeat != 20; ++repeat) {
      INFO(tests::name_of(kind));
      tests::Watchdog watchdog("an error while building");
      CHECK_THROWS_WITH(tests::run_to_end({.workers = 5,
                                           .threads = 2,
                                           .executor = kind,
                                           .seed = static_cast<std::uint64_t>(repeat)},
                                          [](Scope<Epoch>& scope) {
                                            tests::rounds(scope, 100, tests::numbers(3));
                                            if (scope.worker().index() == 3)
                                              throw std::range_error("not here");
                                          }),
                        "not here");
    }
}

TEST_CASE("a dataflow that was refused leaves room for another", "[build_errors]") {
  tests::Arrivals<std::uint64_t> arrivals;
  execute({.workers = 2, .executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    const auto build = [&](std::uint64_t twice) {
      worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        for (std::uint64_t i = 0; i != twice; ++i)
          tests::collect(tests::rounds(scope, 2, tests::numbers(2), "numbers"), tests::by_value(),
                         arrivals);
      });
    };
    CHECK_THROWS_AS(build(2), DataflowError);
    build(1);
  });
  CHECK(arrivals.all().size() == 2 * 2 * 2);
}

TEST_CASE("a blueprint without an input or an output is refused", "[build_errors][dataflow]") {
  const auto source = [](const char* kind) {
    return [kind](Scope<Epoch>& scope) {
      OperatorBuilder<Epoch> op(scope, kind);
      auto stream = op.output<std::uint64_t>().second;
      op.build([] {});
      return stream;
    };
  };
  Dataflow none;
  CHECK_THROWS_WITH(none.describe(), "the dataflow needs at least one input step");
  CHECK_THROWS_WITH(run_main(none), "the dataflow needs at least one input step");
  Dataflow unread;
  unread.add_source(source("input"));
  CHECK_THROWS_WITH(unread.describe(), "the dataflow needs at least one output step");
  CHECK_THROWS_WITH(cluster_main(unread, {.workers = 3, .executor = ExecutorKind::threads}),
                    "the dataflow needs at least one output step");
}

}  // namespace
}  // namespace tidemark::build_error_test
