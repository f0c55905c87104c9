// SPDX-License-Identifier: MIT
//
// Cancelled dataflows: they end at all workers or at none, hold nothing any more, and leave the
// other dataflows of the run alone.
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/unordered_input.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <chrono>

namespace tidemark::cancel_test {
namespace {

using Number = std::uint64_t;

constexpr Number endless = 1u << 30;

/// Ends a stream with a step that counts the workers which close it.
void count_closes(const Stream<Epoch, Number>& stream, std::atomic<std::uint32_t>& closes) {
  OperatorBuilder<Epoch> op(*stream.scope, "sink");
  auto& in = op.input(stream, tests::by_hash());
  op.on_close([&closes] { closes.fetch_add(1); });
  op.build([&in] { in.for_each([](auto&) {}); });
}

TEST_CASE("a cancelled dataflow ends at all workers, and another goes on to its end", "[cancel]") {
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : tests::configurations(workers, 20)) {
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("a cancelled dataflow: " + tests::to_text(config));
      std::atomic<std::uint32_t> closed_first{0};
      std::atomic<std::uint32_t> closed_second{0};
      tests::Arrivals<Number> first;
      tests::Arrivals<Number> second;
      execute(config, [&](Worker& worker) {
        const std::uint32_t index = worker.next_dataflow();
        auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          auto [handle, stream] = new_input<Number>(scope);
          // Held for ever, so that capabilities, queues and tables are full when it is cancelled.
          auto held = tests::hold(
              stream, tests::by_hash(), [](Number) { return 1; }, first);
          count_closes(held, closed_first);
          return std::pair(std::move(handle), tidemark::probe(stream));
        });
        worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          auto stream = tests::rounds(scope, 20, tests::numbers(3));
          tests::collect(stream, tests::by_hash(), second);
          count_closes(stream, closed_second);
        });
        for (Number round = 0; !probe.done(); ++round) {
          for (Number n = 0; n != 20; ++n) input.send(round * 100 + n);
          input.advance_to(round + 1);
          if (round == 3 && worker.index() == workers - 1) worker.cancel(index);
          worker.step_while([&] { return probe.less_than(input.time()); });
        }
        worker.step_while([&] { return worker.has_dataflows(); });
        input.send(1);  // goes nowhere
        input.advance_to(input.time().value + 1);
        if (!probe.cancelled()) first.complain("a probe does not know");
      });
      CHECK(closed_first.load() == 0);
      CHECK(closed_second.load() == workers);
      CHECK(first.complaints().empty());
      CHECK(second.complaints().empty());
      CHECK(second.all().size() == workers * 20 * 3);
    }
}

TEST_CASE("a dataflow that ends while it is cancelled is closed by all workers or by none",
          "[cancel][race]") {
  std::set<std::uint32_t> outcomes;
  for (const ExecutorKind kind : tests::executors())
    for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
      for (std::uint64_t seed = 0; seed != (kind == ExecutorKind::deterministic ? 40u : 10u);
           ++seed)
        for (const int steps : {0, 1, 2, 4, 7, 12, 40}) {
          const Config config{
              .workers = 3, .threads = 2, .executor = kind, .seed = seed, .ledgers = ledgers};
          INFO(tests::to_text(config) << ", cancelled after " << steps << " steps");
          tests::Watchdog watchdog("an end: " + tests::to_text(config));
          std::atomic<std::uint32_t> closes{0};
          execute(config, [&](Worker& worker) {
            worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
              count_closes(tests::rounds(scope, 3, tests::numbers(2)), closes);
            });
            if (seed % 2 == 0 && worker.index() != 1) return;  // else all cancel it
            int left = steps;
            worker.step_while([&] { return worker.has_dataflows() && left-- > 0; });
            worker.cancel(0);
          });
          CHECK((closes.load() == 0 || closes.load() == 3));
          outcomes.insert(closes.load());
        }
  CHECK(outcomes == std::set<std::uint32_t>{0, 3});  // else the test has not seen the race
}

TEST_CASE("a step may cancel its own dataflow, however endless", "[cancel]") {
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : tests::configurations(workers, 20)) {
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("an endless dataflow: " + tests::to_text(config));
      std::atomic<std::uint32_t> closes{0};
      tests::run_to_end(config, [&](Scope<Epoch>& scope) {
        auto stream = tests::rounds(scope, endless, tests::numbers(2), "", 4);
        auto looked_at = tests::map_numbers(stream, [&worker = scope.worker()](Number n) {
          if (n >= 64 * 2 * 50) worker.cancel(0);
          return n;
        });
        count_closes(looked_at, closes);
      });
      CHECK(closes.load() == 0);
    }
}

/// A step that passes on what comes, and again one epoch later what has gone round by hash: for
/// ever.
Stream<Epoch, Number> round_for_ever(const Stream<Epoch, Number>& stream) {
  OperatorBuilder<Epoch> op(*stream.scope, "ring");
  auto& first = op.input(stream, Pipeline{});
  auto [out, ring] = op.output<Number>();
  auto& again = op.input(ring, tests::by_hash());
  op.connect({{0, 0, {}}, {1, 0, {1}}});
  op.build([&first, &again, &out = out] {
    for (auto* in : {&first, &again})
      in->for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
  });
  return ring;
}

TEST_CASE("a loop is cancelled while records go round in it", "[cancel]") {
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : tests::configurations(workers, 20 / tests::slowdown)) {
      // Take seconds, and a minute: what is gathered meanwhile grows with the rounds of the loop.
      if (workers == 7 && config.ledgers == Ledgers::per_worker) continue;
      if (tests::slowdown != 1 && workers != 1 && config.policy) continue;
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("an endless loop: " + tests::to_text(config));
      std::atomic<std::uint32_t> closes{0};
      std::atomic<std::uint32_t> early{0};
      execute(config, [&](Worker& worker) {
        auto probe = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          auto ring = round_for_ever(tests::rounds(scope, 3, tests::numbers(5)));
          count_closes(ring, closes);
          return tidemark::probe(ring);
        });
        worker.step_while([&] { return probe.less_than(50); });  // it goes round
        if (probe.done() && !probe.cancelled()) early.fetch_add(1);
        if (worker.index() == 0) worker.cancel(0);
        worker.step_while([&] { return !probe.done(); });
      });
      CHECK(early.load() == 0);
      CHECK(closes.load() == 0);
    }
}

TEST_CASE("a dataflow is cancelled from outside, by a timer", "[cancel]") {
  for (const ExecutorKind kind : tests::executors()) {
    if (kind == ExecutorKind::deterministic) continue;  // no time passes while there is work
    for (int repeat = 0; repeat != 5; ++repeat) {
      const Config config{.workers = 3, .threads = 2, .executor = kind};
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("an endless dataflow: " + tests::to_text(config));
      std::atomic<std::uint32_t> closes{0};
      run_workers(config, [&](Worker& worker) {
        worker.start([&](Worker& self) {
          self.dataflow<Epoch>([&](Scope<Epoch>& scope) {
            count_closes(tests::rounds(scope, endless, tests::numbers(2), "", 4), closes);
          });
          if (self.index() != 0) return;
          Process& process = self.process();  // which has the dataflow from now on
          process.timers().call_at(process.executor().now() + std::chrono::milliseconds(1),
                                   [&process] { process.cancel(0); });
        });
      });
      CHECK(closes.load() == 0);
    }
  }
}

TEST_CASE("a dataflow may be cancelled before every worker has built it", "[cancel]") {
  for (const std::uint32_t workers : {2u, 7u})
    for (const Config& config : tests::configurations(workers, 20)) {
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("cancelled at once: " + tests::to_text(config));
      std::atomic<std::uint32_t> closes{0};
      execute(config, [&](Worker& worker) {
        auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          auto [handle, stream] = new_input<Number>(scope);
          count_closes(stream, closes);
          return std::pair(std::move(handle), tidemark::probe(stream));
        });
        if (worker.index() == 0) worker.cancel(0);
        for (Number round = 0; !probe.done(); ++round) {
          for (Number n = 0; n != 2000; ++n) input.send(n);
          input.advance_to(round + 1);
          worker.step_while([&] { return probe.less_than(input.time()); });
        }
      });
      CHECK(closes.load() == 0);
    }
}

TEST_CASE("what a cancelled dataflow has queued, opened and held is let go of", "[cancel]") {
  using Token = std::shared_ptr<int>;
  const Token token = std::make_shared<int>(1);
  execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Token>(scope);
      unary_frontier<Token>(stream, Pipeline{}, "keep", "",
                            [kept = std::vector<Token>{}](auto& in, auto&) mutable {
                              in.for_each([&](auto& batch) { kept.push_back(batch.records[0]); });
                            });
      return std::move(handle);
    });
    for (Number round = 0; round != 3; ++round) {
      for (int n = 0; n != 10; ++n) input.send(token);
      input.advance_to(round + 1);
      if (round != 2) worker.step();  // the last batch stays in its queue
    }
    input.send(token);
    CHECK(token.use_count() == 1 + 2 + 10 + 1);
    worker.cancel(0);
    worker.step();
    CHECK(token.use_count() == 1);
  });
}

TEST_CASE("the inputs of a cancelled dataflow drop what they are given", "[cancel]") {
  using Token = std::shared_ptr<int>;
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    auto [input, unordered, capability] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto ordered = new_input<Token>(scope, "ordered").first;
      auto [handle, first, stream] = new_unordered_input<Token>(scope, "unordered");
      return std::tuple(std::move(ordered), std::move(handle), std::move(first));
    });
    const auto token = std::make_shared<int>(1);
    worker.cancel(0);
    for (int n = 0; n != 3; ++n) {  // before a step, and after it
      input.send(token);
      input.flush();
      input.advance_to(n);
      CHECK(input.time() == n);
      unordered.send(capability, token);
      std::vector<Token> tokens{token};
      unordered.send_all(capability, tokens);
      CHECK(tokens.empty());
      worker.step();
      CHECK(token.use_count() == 1);
    }
    input.close();
    CHECK_THROWS_WITH(input.send(token), Catch::Contains("was used after it was closed at 2"));
    CHECK_NOTHROW(capability.downgrade(3));
    CHECK_NOTHROW(capability.delayed(4));
  });
}

TEST_CASE("an input outlives its cancelled dataflow and the run without harm", "[cancel]") {
  std::optional<InputHandle<Epoch, Number>> input;
  execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    input.emplace(
        worker.dataflow<Epoch>([](Scope<Epoch>& scope) { return new_input<Number>(scope).first; }));
    worker.cancel(0);
  });
  input->send(1);
  CHECK(input->time() == Epoch{0});
}

TEST_CASE("a complete dataflow stays complete, and one that is none is refused",
          "[cancel][errors]") {
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    CHECK_THROWS_WITH(worker.cancel(0),
                      "worker 0 cannot cancel dataflow 0, which it has not built; it has built 0, "
                      "counted from 0");
    CHECK_THROWS_AS(worker.cancel(0), DataflowError);
    CHECK_THROWS_WITH(worker.process().cancel(0),
                      "dataflow 0 cannot be cancelled: 0 have been built, counted from 0");
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Number>(scope);
      return std::pair(std::move(handle), tidemark::probe(stream));
    });
    input.close();
    worker.step_while([&] { return worker.has_dataflows(); });
    worker.cancel(0);
    CHECK(probe.done());
    CHECK_FALSE(probe.cancelled());
  });
}

TEST_CASE("a cancelled dataflow is not what a stuck run waits for", "[cancel]") {
  for (const bool cancel : {false, true}) {
    std::string error;
    try {
      execute({.workers = 2, .executor = ExecutorKind::deterministic}, [&](Worker& worker) {
        std::vector<InputHandle<Epoch, Number>> inputs;
        for (const char* name : {"first", "second"})
          inputs.push_back(worker.dataflow<Epoch>(
              [&](Scope<Epoch>& scope) { return new_input<Number>(scope, name).first; }));
        if (cancel) worker.cancel(0);
        worker.step_while([] { return true; });
      });
    } catch (const StuckError& stuck) {
      error = stuck.what();
    }
    INFO(error);
    CHECK((error.find("first.out0 holds") == std::string::npos) == cancel);
    CHECK(error.find("second.out0 holds") != std::string::npos);
  }
}

TEST_CASE("dataflows built, ended and cancelled in turn do not disturb each other", "[cancel]") {
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : tests::configurations(workers, 20)) {
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("a row of dataflows: " + tests::to_text(config));
      tests::Arrivals<Number> arrivals;
      std::atomic<std::uint32_t> closes{0};
      execute(config, [&](Worker& worker) {
        for (std::uint32_t d = 0; d != 6; ++d) {
          worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
            const bool ends = d % 2 == 0;
            auto stream = tests::rounds(scope, ends ? 5 : endless, tests::numbers(4), "", 2);
            if (ends) tests::collect(stream, tests::by_hash(), arrivals);
            count_closes(stream, closes);
          });
          worker.step();
          worker.step();
          if (d % 2 == 1 && d % workers == worker.index()) worker.cancel(d);
        }
      });
      CHECK(arrivals.all().size() == 3 * workers * 5 * 4);
      CHECK(arrivals.complaints().empty());
      CHECK(closes.load() == 3 * workers);
    }
}

}  // namespace
}  // namespace tidemark::cancel_test
