// SPDX-License-Identifier: MIT
//
// No wake-up is lost and none comes too early: the races between workers, on the executor that
// runs the other side at the worst moment, and on real threads.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/eager_executor.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>

namespace tidemark::wake_up_test {
namespace {

/// Runs 8 rounds through a step that holds records, and checks that all come, none too late.
void check_holding_step(const Config& config, std::uint32_t eager) {
  tests::Arrivals<std::uint64_t> arrivals;
  tests::run_eagerly(config, eager, [&](Scope<Epoch>& scope) {
    auto held = tests::hold(
        tests::rounds(scope, 8, tests::numbers(10)), tests::by_hash(),
        [](std::uint64_t record) { return record % 3; }, arrivals);
    tests::collect(held, tests::by_value(), arrivals);
  });
  CHECK(arrivals.complaints().empty());
  CHECK(arrivals.all().size() == std::size_t{config.workers} * 8 * 10);
}

TEST_CASE("a batch may be consumed before its delivery returns", "[race][append_before_delivery]") {
  // With one ledger a -1 that comes before its +1 aborts; see the check in Ledger::apply.
  for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
    for (const std::uint32_t eager : {100u, 50u, 10u})
      for (std::uint64_t seed = 0; seed != 10; ++seed) {
        const Config config{.workers = 5, .seed = seed, .ledgers = ledgers};
        INFO(tests::to_text(config) << ", eager " << eager);
        check_holding_step(config, eager);
      }
}

TEST_CASE("reports may be gathered and sent on while others are on their way", "[race][policy]") {
  for (const Config& protocol : tests::protocols(5))
    for (const std::uint32_t eager : {100u, 50u, 10u}) {
      Config config = protocol;
      config.seed = eager;
      INFO(tests::to_text(config) << ", eager " << eager);
      check_holding_step(config, eager);
    }
}

TEST_CASE("a worker that is woken in its last step before it goes idle looks again", "[race]") {
  // Worker 0 consumes what worker 1 sends within the very call that delivers it, so that the
  // frontier at `wait` moves behind the last look of worker 1.
  int let_go = 0;
  tests::run_eagerly({.workers = 2}, 100, [&](Scope<Epoch>& scope) {
    OperatorBuilder<Epoch> send(scope, "send");
    auto [sent, numbers] = send.output<std::uint64_t>();
    send.build([&, &sent = sent, is_sender = scope.worker().index() == 1,
                held = std::optional(send.initial_capability(0))]() mutable {
      if (held && is_sender) sent.at(*held).give(0);
      held.reset();
    });
    OperatorBuilder<Epoch> take(scope, "take");
    auto& in = take.input(numbers, tests::by_value());
    auto [taken, nothing] = take.output<int>();
    take.build([&in] { in.for_each([](auto&) {}); });
    OperatorBuilder<Epoch> wait(scope, "wait");
    auto& after = wait.input(nothing, Pipeline{});
    wait.output<int>();
    wait.set_interest(Interest::always);
    wait.build([&let_go, &after, held = std::optional(wait.initial_capability(0))]() mutable {
      if (!held || !after.frontier().empty()) return;
      held.reset();
      ++let_go;
    });
  });
  CHECK(let_go == 2);
}

TEST_CASE("a worker that is woken before it has been started starts all the same", "[race]") {
  SECTION("by a message") {
    // The first worker runs and sends before the others are there.
    tests::Arrivals<std::uint64_t> arrivals;
    tests::run_eagerly({.workers = 3}, 100, [&](Scope<Epoch>& scope) {
      tests::collect(tests::rounds(scope, 4, tests::numbers(10)), tests::by_value(), arrivals);
    });
    CHECK(arrivals.all().size() == 3 * 4 * 10);
  }
  SECTION("by a message, on every executor") {
    for (const ExecutorKind kind : tests::executors())
      for (int repeat = 0; repeat != 8 / tests::slowdown + 1; ++repeat) {
        INFO(tests::name_of(kind));
        tests::Watchdog watchdog("64 closures that send at once");
        std::atomic<std::uint64_t> received{0};
        execute({.workers = 64, .threads = 2, .executor = kind}, [&](Worker& worker) {
          auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
            auto [handle, stream] = new_input<std::uint64_t>(scope);
            unary<int>(stream, tests::by_value(), "count", "", [&](auto& in, auto&) {
              in.for_each([&](auto& batch) { received.fetch_add(batch.records.size()); });
            });
            return std::move(handle);
          });
          for (std::uint64_t to = 0; to != 64; ++to) input.send(63 - to);
          worker.step();
        });
        REQUIRE(received.load() == 64 * 64);
      }
  }
  SECTION("by a failure") {
    CHECK_THROWS_AS(
        tests::run_eagerly({.workers = 3}, 100,
                           [](Scope<Epoch>& scope) {
                             throw std::range_error("no " + std::to_string(scope.worker().index()));
                           }),
        std::range_error);
  }
}

// "register, then look": the frontier moves after the logic has looked and before it is registered.
//
// Worker 1 gets a batch at 5, holds it back while something before 5 can come, and has just seen
// that it can. Then worker 0 gives up its capability at 0. Worker 0 has followed the frontier from
// the start, so that worker 1, when it registers, has nothing published.
struct RegisterRace {
  Activator holder;  // of worker 0, which starts first
  std::atomic<bool> let_go{false};
  std::atomic<bool> released{false};

  void build(Scope<Epoch>& scope) {
    const bool is_holder = scope.worker().index() == 0;
    OperatorBuilder<Epoch> op(scope, "source");
    auto [out, stream] = op.output<int>();
    Activator activator = op.activator();
    if (is_holder) holder = activator;
    op.build([this, is_holder, &out = out, again = op.reactivate(), sent = false,
              capability = std::optional(op.initial_capability(0))]() mutable {
      if (!capability) return;
      if (is_holder) {
        if (let_go.load()) capability.reset();
      } else if (capability->time() == Epoch{0}) {
        capability->downgrade(5);  // and report it: from here on only worker 0 is before 5
        again();                   // without a wake-up, which would hide a lost one
      } else if (!std::exchange(sent, true)) {
        out.at(*capability).give(1);
      } else if (released.load()) {
        capability.reset();
      }
    });
    auto wait = [this, activator, held = std::optional<Capability<Epoch>>(), looked = 0](
                    auto& in, auto& out2) mutable {
      in.for_each([&](auto& batch) {
        held = out2.retain(batch);
        in.frontier();  // 5 must wait
        let_go.store(true);
        holder.activate();  // worker 0 may run here and now
      });
      if (!held || looked++ == 0 || in.frontier().less_than_to(Epoch{5})) return;
      held.reset();
      released.store(true);
      activator.activate();
    };
    unary<int>(stream, Pipeline{}, "waiter", "", std::move(wait),
               is_holder ? Interest::always : Interest::when_holding);
  }
};

TEST_CASE("a frontier that moves between the logic's look and its registration is seen",
          "[race][register_look]") {
  SECTION("at the worst moment") {
    RegisterRace race;
    tests::run_eagerly({.workers = 2}, 100, [&](Scope<Epoch>& scope) { race.build(scope); });
    CHECK(race.released.load());
  }
  SECTION("on every executor") {
    for (const ExecutorKind kind : tests::executors()) {
      if (kind == ExecutorKind::deterministic) continue;  // worker 1 has to wait for worker 0
      for (int repeat = 0; repeat != 80 / tests::slowdown; ++repeat) {
        INFO(tests::name_of(kind));
        tests::Watchdog watchdog("a waiter for timestamp 5 on worker 1");
        std::atomic<bool> built{false};
        RegisterRace race;
        run_workers({.workers = 2, .threads = 2, .executor = kind}, [&](Worker& worker) {
          worker.start([&](Worker& self) {
            while (self.index() == 1 && !built.load()) std::this_thread::yield();
            self.dataflow<Epoch>([&](Scope<Epoch>& scope) { race.build(scope); });
            built.store(true);
          });
        });
        CHECK(race.released.load());
      }
    }
  }
}

TEST_CASE("who follows a location is woken when another there has lost interest",
          "[race][waiter_set]") {
  // Both sources follow the ends of the dataflow; the short one ends first.
  for (const std::uint32_t eager : {0u, 100u}) {
    tests::Arrivals<std::uint64_t> arrivals;
    tests::run_eagerly({.workers = 2}, eager, [&](Scope<Epoch>& scope) {
      for (const std::uint64_t count : {3u, 30u})
        tests::collect(tests::rounds(scope, count, tests::numbers(2), "", 1), tests::by_value(),
                       arrivals);
    });
    CHECK(arrivals.all().size() == 2 * (3 + 30) * 2);
  }
}

TEST_CASE("a probe is woken when an operator that followed its stream has lost interest",
          "[race][waiter_set][probe]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("a probe beside a source that follows the ends");
    execute({.workers = 2, .threads = 2, .executor = kind}, [](Worker& worker) {
      auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        tests::rounds(scope, 2, tests::numbers(1), "", 8);
        auto [handle, stream] = new_input<std::uint64_t>(scope);
        auto passed_on =
            unary<std::uint64_t>(stream, tests::by_value(), "pass", "", [](auto& in, auto& out) {
              in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
            });
        return std::pair(std::move(handle), tidemark::probe(passed_on));
      });
      for (std::uint64_t round = 0; round != 20; ++round) {
        input.send(round);
        input.advance_to(round + 1);
        worker.step_while([&] { return probe.less_than(input.time()); });
      }
    });
  }
}

TEST_CASE("a message that comes while its worker goes idle is not forgotten", "[race][mailbox]") {
  // Ping-pong with one message: whoever sends has nothing more to do and goes idle.
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("two workers that play ping-pong");
    const std::uint64_t rallies = 20000 / tests::slowdown;
    std::uint64_t hits = 0;  // only whoever has the ball writes
    tests::run_to_end({.workers = 2, .threads = 2, .executor = kind}, [&](Scope<Epoch>& scope) {
      OperatorBuilder<Epoch> op(scope, "player");
      auto [out, stream] = op.output<std::uint64_t>();
      auto& in = op.input(stream, tests::by_value());
      op.connect({{0, 0, {1}}});
      op.build([&, &out = out, &in = in, worker = scope.worker().index(),
                serve = std::optional(op.initial_capability(0))]() mutable {
        if (serve && worker == 0) out.at(*serve).give(1);
        serve.reset();
        in.for_each([&](Batch<Epoch, std::uint64_t>& batch) {
          ++hits;
          if (batch.time.value + 1 == rallies) return;
          out.at(out.retain(batch).delayed(batch.time.value + 1)).give(batch.records[0] + 1);
        });
      });
    });
    CHECK(hits == rallies);
  }
}

}  // namespace
}  // namespace tidemark::wake_up_test
