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

namespace tidemark::misuse_test {
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
                                   "an input which has no connection to this output"));
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
  std::string text;
  try {
    execute({.executor = ExecutorKind::deterministic, .check = true}, [](Worker& worker) {
      auto input = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        auto [handle, numbers] = new_input<Number>(scope);
        auto sent = unary<Number>(
            numbers, Pipeline{}, "wrong", "",
            [kept = static_cast<Emitter<Epoch, Number>*>(nullptr)](auto& in, auto& out) mutable {
              in.for_each([&](auto& batch) {
                if (kept == nullptr) {
                  kept = &out.at(batch);
                } else {
                  kept->give(1);  // at the first batch's timestamp
                }
              });
            });
        unary<Number>(sent, Pipeline{}, "sink", "",
                      [](auto& in, auto&) { in.for_each([](auto&) {}); });
        return std::move(handle);
      });
      for (Number epoch = 5; epoch != 7; ++epoch) {
        input.advance_to(epoch);
        input.send(epoch);
        worker.step();
      }
    });
  } catch (const StepError& error) {
    text = error.what();
  }
  CHECK(
      text ==
      "step 'wrong' failed on worker 0: step 'wrong' on worker 0 broke the batch rule: it sent or "
      "kept something at 5 for sink.in0, which nothing that it held or consumed could result in; "
      "legal is any timestamp at or after 6");
}

TEST_CASE("an operator may feed an input of its worker, and that obeys the batch rule",
          "[misuse][check]") {
  tests::Arrivals<Number> arrivals;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    std::optional<InputHandle<Epoch, Number>> echo;
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [fed, echoed] = new_input<Number>(scope, "echo");
      echo.emplace(std::move(fed));
      auto [handle, numbers] = new_input<Number>(scope, "numbers");
      unary<Number>(numbers, Pipeline{}, "feed", "", [&](auto& in, auto&) {
        in.for_each([&](auto& batch) {
          echo->advance_to(batch.time);
          for (const Number number : batch) echo->send(number + 1);
          echo->flush();
        });
      });
      tests::collect(echoed, tests::by_value(), arrivals);
      return std::move(handle);
    });
    for (Number epoch = 1; epoch != 4; ++epoch) {
      input.advance_to(epoch);
      input.send(epoch * 10);
      worker.step();
    }
    input.close();
    while (worker.step()) {
    }
    echo->close();
  });
  CHECK(arrivals.sorted() ==
        std::vector<std::pair<std::uint64_t, Number>>{{1, 11}, {2, 21}, {3, 31}});
}

TEST_CASE("a batch that another operator has in hand gives no right to send", "[misuse]") {
  std::string text;
  try {
    execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
      OutputPort<Epoch, Number>* foreign = nullptr;
      auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, numbers] = new_input<Number>(scope);
        OperatorBuilder<Epoch> other(scope, "other");
        foreign = &other.output<Number>().first;
        other.build([] {});
        unary<Number>(numbers, Pipeline{}, "wrong", "", [&](auto& in, auto&) {
          in.for_each([&](auto& batch) { foreign->at(batch).give(1); });
        });
        return std::move(handle);
      });
      input.send(1);
      while (worker.step()) {
      }
    });
  } catch (const StepError& error) {
    text = error.what();
  }
  CHECK_THAT(text, Catch::Contains("step 'other' on worker 0 tried to send for a batch at 0 that "
                                   "another operator has in hand"));
}

TEST_CASE("a batch stays in hand while batches of another input are taken up", "[misuse]") {
  int sent = 0;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    auto inputs = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [left, a] = new_input<Number>(scope);
      auto [right, b] = new_input<Number>(scope);
      OperatorBuilder<Epoch> op(scope, "pairs");
      auto& first = op.input(a, Pipeline{});
      auto& second = op.input(b, Pipeline{});
      auto [out, stream] = op.output<Number>();
      op.build([&first, &second, &out = out, &sent] {
        first.for_each([&](auto& outer) {
          second.for_each([&](auto& inner) {
            out.at(outer).give(1);
            out.at(inner).give(2);
            sent += 2;
          });
          out.at(outer).give(3);
          ++sent;
        });
      });
      return std::pair(std::move(left), std::move(right));
    });
    inputs.first.send(1);
    inputs.second.send(1);
  });
  CHECK(sent == 3);
}

TEST_CASE("what arrives while an operator takes up its batches waits for its next activation",
          "[misuse]") {
  std::vector<int> per_activation;
  execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, numbers] = new_input<Number>(scope);
      OperatorBuilder<Epoch> op(scope, "circle");
      auto& from_outside = op.input(numbers, Pipeline{});
      const OpenInput<Epoch, Number> round = op.open_input<Number>();
      auto [out, stream] = op.output<Number>();
      op.connect({{0, 0, {}}, {1, 0, {1}}});
      round.connect(stream, Pipeline{});
      op.build([&from_outside, &again = round.port(), &out = out, &per_activation] {
        int taken = 0;
        from_outside.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
        again.for_each([&](auto& batch) {
          ++taken;
          if (batch.time < Epoch{4}) out.at(batch).give_all(batch.records);
          out.flush();
        });
        if (taken != 0) per_activation.push_back(taken);
      });
      return std::move(handle);
    });
    input.send(1);
  });
  CHECK(per_activation == std::vector<int>{1, 1, 1, 1, 1});
}

TEST_CASE("a worker that builds fewer dataflows than another ends the run, and both are named",
          "[misuse][build]") {
  for (const ExecutorKind kind : tests::executors_for_throwing_closures())
    for (std::uint64_t seed = 0; seed != 5; ++seed) {
      INFO(tests::name_of(kind));
      tests::Watchdog watchdog("a worker without a dataflow");
      CHECK_THROWS_WITH(
          execute({.workers = 2, .threads = 2, .executor = kind, .seed = seed},
                  [](Worker& worker) {
                    if (worker.index() == 1) return;
                    worker.dataflow<Epoch>(
                        [](Scope<Epoch>& scope) { new_input<Number>(scope, "numbers"); });
                  }),
          Catch::StartsWith("worker 1 has ended its building after 0 dataflows, and ") &&
              Catch::Contains(" has built 1; every worker builds the same dataflows"));
    }
}

TEST_CASE("a handle that has been moved from says so", "[misuse][input]") {
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    auto input = worker.dataflow<Epoch>(
        [](Scope<Epoch>& scope) { return new_input<Number>(scope, "numbers").first; });
    const auto taken = std::move(input);
    CHECK_THROWS_WITH(input.send(1),
                      "input 'numbers' on worker 0 was used through a handle that has been moved "
                      "from");
  });
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
}  // namespace tidemark::misuse_test
