// SPDX-License-Identifier: MIT
//
// Misuse of timestamps and handles: each is caught and named, and the run ends.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

namespace tidemark {
namespace {

using Number = std::uint64_t;
using Pair = Product<Epoch, Epoch>;

/// Runs a step with `logic(in, out)` on one record at 5, given to worker 1 of 2, and gives the text
/// of the error that ends the run.
template <typename Logic>
std::string error_of(Logic logic, bool check = false) {
  std::string text = "no error";
  try {
    execute({.workers = 2, .executor = ExecutorKind::deterministic, .check = check},
            [&](Worker& worker) {
              auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
                auto [handle, numbers] = new_input<Number>(scope);
                auto sent = unary<Number>(numbers, Pipeline{}, "wrong", "", logic);
                unary<Number>(sent, Pipeline{}, "sink", "",
                              [](auto& in, auto&) { in.for_each([](auto&) {}); });
                return std::move(handle);
              });
              input.advance_to(5);
              if (worker.index() == 1) input.send(1);
            });
  } catch (const std::exception& error) {
    text = error.what();
  }
  return text;
}

TEST_CASE("a send before its capability's timestamp says what the capability covers", "[misuse]") {
  CHECK(
      error_of([](auto& in, auto& out) {
        in.for_each([&](auto& batch) { out.at(out.retain(batch), 4).give(1); });
      }) ==
      "step 'wrong' failed on worker 1 at timestamp 5: step 'wrong' on worker 1 tried to send at 4 "
      "with a capability at 5; it covers timestamps at or after 5");
}

TEST_CASE("a send after its capability's timestamp is legal", "[misuse]") {
  CHECK(error_of(
            [](auto& in, auto& out) {
              in.for_each([&](auto& batch) { out.at(out.retain(batch), 9).give(1); });
            },
            true) == "no error");
}

TEST_CASE("a batch that is no longer in hand gives no right to send", "[misuse]") {
  CHECK_THAT(error_of([](auto& in, auto& out) {
               Batch<Epoch, Number>* kept = nullptr;
               in.for_each([&](auto& batch) { kept = &batch; });
               if (kept != nullptr) out.at(*kept).give(1);
             }),
             Catch::Contains("step 'wrong' on worker 1 tried to send for a batch at 5 that it no "
                             "longer has in hand"));
}

TEST_CASE("a batch gives no right to send where its input is not connected", "[misuse]") {
  std::string text;
  try {
    execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
      auto input = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        auto [handle, numbers] = new_input<Number>(scope);
        OperatorBuilder<Epoch> op(scope, "apart");
        auto& in = op.input(numbers, Pipeline{});
        auto [out, stream] = op.output<Number>();
        op.connect({});
        op.build([&in, &out = out] {
          in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
        });
        return std::move(handle);
      });
      input.send(1);
    });
  } catch (const StepError& error) {
    text = error.what();
  }
  CHECK_THAT(text, Catch::Contains("step 'apart' on worker 0 tried to send for a batch at 0 of "
                                   "input 0, which has no connection to this output"));
}

TEST_CASE("a batch results at an output in what the connection makes of its timestamp",
          "[misuse][connections]") {
  tests::Arrivals<Number> arrivals;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, numbers] = new_input<Number>(scope);
      OperatorBuilder<Epoch> op(scope, "later");
      auto& in = op.input(numbers, Pipeline{});
      auto [out, stream] = op.output<Number>();
      op.connect({{0, 0, {3}}});
      op.build([&in, &out = out] {
        in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
      });
      tests::collect(stream, tests::by_value(), arrivals);
      return std::move(handle);
    });
    input.advance_to(4);
    input.send(8);
  });
  CHECK(arrivals.sorted() == std::vector<std::pair<std::uint64_t, Number>>{{7, 8}});
  CHECK(arrivals.complaints().empty());
}

TEST_CASE("a batch that several connections join to an output covers what any of them results in",
          "[misuse][connections]") {
  const auto run = [](Pair sent_at) {
    std::string text = "no error";
    try {
      execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
        auto input = worker.dataflow<Pair>([&](Scope<Pair>& scope) {
          auto [handle, numbers] = new_input<Number>(scope);
          OperatorBuilder<Pair> op(scope, "either");
          auto& in = op.input(numbers, Pipeline{});
          auto [out, stream] = op.output<Number>();
          op.connect({{0, 0, {{1}, {0}}}, {0, 0, {{0}, {1}}}});
          op.build([&in, &out = out, sent_at] {
            in.for_each([&](auto& batch) { out.at(batch, sent_at).give_all(batch.records); });
          });
          unary<Number>(stream, Pipeline{}, "sink", "",
                        [](auto& last, auto&) { last.for_each([](auto&) {}); });
          return std::move(handle);
        });
        input.send(1);
      });
    } catch (const StepError& error) {
      text = error.what();
    }
    return text;
  };
  CHECK(run({0, 1}) == "no error");
  CHECK(run({1, 0}) == "no error");
  CHECK_THAT(run({0, 0}), Catch::Contains("it covers timestamps at or after {(0,1), (1,0)}"));
}

TEST_CASE("an operator that breaks the batch rule is named when that is checked",
          "[misuse][check]") {
  const auto sends_without_a_right = [](auto& in, auto& out) {
    in.for_each([](auto&) {});
    out.give(1);  // at whatever timestamp it sent last
  };
  CHECK(
      error_of(sends_without_a_right, true) ==
      "step 'wrong' failed on worker 1: step 'wrong' on worker 1 broke the batch rule: it sent or "
      "kept something at 0 for sink.in0, which nothing that it held or consumed could result in; "
      "legal is any timestamp at or after 5");
}

TEST_CASE("an input that a closure forgets to close is named, and nothing hangs",
          "[misuse][input]") {
  for (const ExecutorKind kind : tests::executors_for_throwing_closures()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("a forgotten input");
    std::vector<std::optional<InputHandle<Epoch, Number>>> forgotten(2);
    std::string text;
    try {
      execute({.workers = 2, .threads = 2, .executor = kind}, [&](Worker& worker) {
        worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          auto [handle, numbers] = new_input<Number>(scope, "numbers");
          forgotten[worker.index()].emplace(std::move(handle));
        });
        forgotten[worker.index()]->advance_to(3);
        if (worker.index() == 0) forgotten[0]->close();
      });
    } catch (const CapabilityError& error) {
      text = error.what();
    }
    CHECK(text ==
          "the closure of worker 1 has returned, and its input 'numbers' is still open at 3; close "
          "it, or let its handle go out of scope");
    CHECK_THROWS_WITH(
        forgotten[1]->send(1),
        "input 'numbers' on worker 1 was used at 3 after its dataflow had ended; use it "
        "inside the closure that built it");
    CHECK_THROWS_AS(forgotten[1]->close(), CapabilityError);
  }
}

TEST_CASE("an input that is dropped while its dataflow is being built is closed",
          "[misuse][input]") {
  for (const ExecutorKind kind : tests::executors()) {
    tests::Watchdog watchdog("an input dropped while building");
    execute({.workers = 2, .threads = 2, .executor = kind}, [](Worker& worker) {
      auto probe = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        auto [handle, numbers] = new_input<Number>(scope);
        return tidemark::probe(numbers);
      });
      worker.step_while([&] { return !probe.done(); });
    });
  }
}

TEST_CASE("an input cannot be fed while its dataflow is being built", "[misuse][input]") {
  CHECK_THROWS_WITH(execute({.executor = ExecutorKind::deterministic},
                            [](Worker& worker) {
                              worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
                                auto [handle, numbers] = new_input<Number>(scope, "numbers");
                                handle.send(1);
                              });
                            }),
                    "input 'numbers' on worker 0 was used before its dataflow was built; return it "
                    "from the function that builds it");
}

TEST_CASE("a probe outlives its run and says that nothing can come any more", "[misuse][probe]") {
  std::optional<Probe<Epoch>> probe;
  execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      probe = tidemark::probe(tests::rounds(scope, 3, tests::numbers(1)));
    });
  });
  CHECK(probe->done());
}

}  // namespace
}  // namespace tidemark
