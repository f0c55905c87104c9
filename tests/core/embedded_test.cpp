// SPDX-License-Identifier: MIT
//
// Embedded: a worker in the calling thread, stepped by hand, without an executor.
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace tidemark::embedded_test {
namespace {

using Number = std::uint64_t;
using Handle = InputHandle<Epoch, Number>;

std::pair<Handle, Probe<Epoch>> doubled(Embedded& embedded, tests::Arrivals<Number>& arrivals) {
  return embedded.worker().dataflow<Epoch>([&](Scope<Epoch>& scope) {
    auto [handle, stream] = new_input<Number>(scope, "numbers");
    auto twice = tests::map_numbers(stream, [](Number n) { return 2 * n; });
    tests::collect(twice, tests::by_hash(), arrivals);
    return std::pair(std::move(handle), probe(twice));
  });
}

TEST_CASE("a program builds, feeds and steps a dataflow in its own thread", "[embedded]") {
  for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker}) {
    tests::Watchdog watchdog("an embedded worker");
    tests::Arrivals<Number> arrivals;
    Embedded embedded({.ledgers = ledgers, .check = true});
    auto [input, probe] = doubled(embedded, arrivals);
    for (Number round = 0; round != 10; ++round) {
      input.send(round * 10);
      input.advance_to(round + 1);
      CHECK(arrivals.all().size() == round);  // nothing runs but in a step
      embedded.step_while([&] { return probe.less_than(input.time()); });
      CHECK(arrivals.all().back().time == round);
      CHECK(arrivals.all().back().item == round * 20);
    }
    input.close();
    while (embedded.has_dataflows()) embedded.step();
    CHECK(probe.done());
    CHECK(arrivals.all().size() == 10);
    CHECK(arrivals.complaints().empty());
  }
}

TEST_CASE("all that an embedded worker runs, it runs in the thread that steps it", "[embedded]") {
  std::set<std::thread::id> threads;
  Embedded embedded;
  embedded.worker().dataflow<Epoch>([&](Scope<Epoch>& scope) {
    auto stream = tests::rounds(scope, 20, [&](std::uint32_t, Number round) {
      threads.insert(std::this_thread::get_id());
      return std::vector<Number>{round};
    });
    tests::map_numbers(stream, [&](Number n) {
      threads.insert(std::this_thread::get_id());
      return n;
    });
  });
  CHECK(threads.empty());
  while (embedded.has_dataflows()) embedded.step();
  CHECK(threads == std::set{std::this_thread::get_id()});
}

TEST_CASE("an embedded worker has several dataflows, built and cancelled while others run",
          "[embedded]") {
  tests::Watchdog watchdog("embedded dataflows");
  tests::Arrivals<Number> first_arrivals;
  tests::Arrivals<Number> second_arrivals;
  Embedded embedded;
  auto [first, first_probe] = doubled(embedded, first_arrivals);
  first.send(1);
  first.advance_to(1);
  embedded.step_while([&] { return first_probe.less_than(1); });
  auto [second, second_probe] = doubled(embedded, second_arrivals);
  first.send(2);
  first.flush();
  second.send(3);
  second.advance_to(5);
  embedded.worker().cancel(0);
  CHECK(first_probe.done());
  embedded.step_while([&] { return second_probe.less_than(5); });
  first.send(4);  // goes nowhere
  second.close();
  embedded.step_while([&] { return embedded.has_dataflows(); });
  CHECK(first_arrivals.all().size() == 1);
  CHECK(second_arrivals.all().size() == 1);
}

TEST_CASE("an embedded dataflow is dropped before its end, and closes nothing", "[embedded]") {
  auto token = std::make_shared<int>(1);
  int closes = 0;
  std::optional<InputHandle<Epoch, std::shared_ptr<int>>> input;  // outlives its dataflow
  std::optional<Probe<Epoch>> probe;
  {
    Embedded embedded;
    input.emplace(embedded.worker().dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<std::shared_ptr<int>>(scope);
      OperatorBuilder<Epoch> op(scope, "sink");
      auto& in = op.input(stream, Pipeline{});
      op.on_close([&] { ++closes; });
      op.build([&in] { in.for_each([](auto&) {}); });
      probe = tidemark::probe(stream);
      return std::move(handle);
    }));
    input->send(token);
    input->advance_to(1);
    CHECK(token.use_count() == 2);
  }
  CHECK(token.use_count() == 1);
  CHECK(closes == 0);
  CHECK_FALSE(probe->done());
  CHECK_THROWS_AS(input->send(token), CapabilityError);
}

TEST_CASE("an embedded worker waits for timers", "[embedded]") {
  tests::Watchdog watchdog("a timer");
  std::vector<Clock::time_point> due;
  bool early = false;
  Embedded embedded;
  auto probe = embedded.worker().dataflow<Epoch>([&](Scope<Epoch>& scope) {
    return tidemark::probe(source<Number>(scope, "ticks", [&](auto capability, auto activator) {
      return [&, activator, held = std::optional(std::move(capability))](auto&) mutable {
        if (!due.empty() && Clock::now() < due.back()) early = true;
        if (due.size() == 3) return held.reset();
        due.push_back(Clock::now() + std::chrono::milliseconds(2));
        activator.activate_at(due.back());
      };
    }));
  });
  embedded.step_while([&] { return !probe.done(); });
  CHECK(due.size() == 3);
  CHECK_FALSE(early);
}

TEST_CASE("an embedded worker that waits is woken by another thread", "[embedded]") {
  tests::Watchdog watchdog("another thread");
  for (int repeat = 0; repeat != 100; ++repeat) {
    Embedded embedded;
    Activator from_outside;
    int runs = 0;
    auto probe = embedded.worker().dataflow<Epoch>([&](Scope<Epoch>& scope) {
      return tidemark::probe(source<Number>(scope, "bell", [&](auto capability, auto activator) {
        from_outside = activator;
        return [&runs, held = std::optional(std::move(capability))](auto&) mutable {
          if (++runs == 2) held.reset();
        };
      }));
    });
    while (embedded.step()) {
    }
    CHECK(runs == 1);
    const std::jthread other([&] { from_outside.activate(); });
    embedded.step_while([&] { return !probe.done(); });
    CHECK(runs == 2);
  }
}

TEST_CASE("an embedded dataflow is cancelled by another thread", "[embedded][cancel]") {
  tests::Watchdog watchdog("another thread that cancels");
  for (int repeat = 0; repeat != 100; ++repeat) {
    tests::Arrivals<Number> arrivals;
    Embedded embedded;
    auto [input, probe] = doubled(embedded, arrivals);
    embedded.step();
    const std::jthread other([&] { embedded.worker().process().cancel(0); });
    embedded.step_while([&] { return embedded.has_dataflows(); });
    CHECK(probe.cancelled());
  }
}

TEST_CASE("an error of a handle that goes out of scope comes out of an embedded worker's step",
          "[embedded][errors]") {
  Embedded embedded;
  {
    auto input = embedded.worker().dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Number>(scope);
      tests::map_numbers(
          stream, [](Number) -> Number { throw std::runtime_error("no"); }, "strict");
      return std::move(handle);
    });
    input.send(1);
  }
  CHECK_THROWS_WITH(embedded.step(), Catch::Contains("step 'strict' failed on worker 0"));
}

TEST_CASE("what a step throws comes out of an embedded worker, which then stands still",
          "[embedded][errors]") {
  Embedded embedded;
  auto input = embedded.worker().dataflow<Epoch>([&](Scope<Epoch>& scope) {
    auto [handle, stream] = new_input<Number>(scope);
    unary<Number>(stream, Pipeline{}, "strict", "", [](auto& in, auto&) {
      in.for_each([](auto&) { throw std::runtime_error("no"); });
    });
    return std::move(handle);
  });
  embedded.step();
  input.send(1);
  input.flush();
  CHECK_THROWS_WITH(embedded.step(), "step 'strict' failed on worker 0 at timestamp 0: no");
  CHECK_THROWS_AS(embedded.step(), StepError);
  CHECK_THROWS_AS(embedded.step_while([] { return true; }), StepError);
  CHECK_THROWS_AS(input.send(2), RunStopped);
}

TEST_CASE("an embedded run has one worker", "[embedded][errors]") {
  CHECK_THROWS_WITH(Embedded({.workers = 2}), "an embedded run has 1 worker, and was given 2");
  CHECK_THROWS_AS(Embedded({.workers = 2}), ConfigError);
}

TEST_CASE("an embedded worker is asked why it waits", "[embedded]") {
  tests::Watchdog watchdog("an explanation");
  tests::Arrivals<Number> arrivals;
  Embedded embedded;
  auto [input, probe] = doubled(embedded, arrivals);
  std::string told;
  embedded.worker().process().explain([&](const std::vector<Explanation>& explanations) {
    for (const Explanation& explanation : explanations) told += to_text(explanation);
  });
  embedded.step_while([&] { return told.empty(); });
  CHECK_THAT(told, Catch::Contains("numbers.out0 holds 1 capability at 0 (worker 0)"));

  embedded.worker().cancel(0);
  std::optional<std::vector<Explanation>> nothing;
  probe.explain(0, [&](const std::vector<Explanation>& explanations) { nothing = explanations; });
  embedded.step_while([&] { return !nothing; });
  REQUIRE(nothing->size() == 1);
  CHECK(nothing->front().causes.empty());
}

}  // namespace
}  // namespace tidemark::embedded_test
