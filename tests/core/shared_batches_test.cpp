// SPDX-License-Identifier: MIT
//
// Batches that many workers fill together: nobody notices, but for who came how often.
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>

#include <tests/core/eager_executor.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>

namespace tidemark::shared_batches_test {
namespace {

using Number = std::uint64_t;
using Numbers = Stream<Epoch, Number>;

constexpr std::uint32_t crowd = 40;  // workers, on 2 threads

/// That of tests::numbers(per_round).
Number sender_of(Number number, Number per_round) {
  return (number / per_round) % 64;
}

/// Complains if records that one worker sends another at one timestamp change places.
void check_order(const tests::Arrivals<Number>& arrivals, Number per_round) {
  std::map<std::tuple<std::uint32_t, Number, Number>, Number> last;
  for (const auto& [time, n, worker] : arrivals.all()) {
    Number& before = last[{worker, sender_of(n, per_round), time}];
    if (n < before) FAIL(n << " came to worker " << worker << " after " << before);
    before = n;
  }
}

/// A source that sends all its numbers at one timestamp, one in each step of its worker.
Numbers drip(Scope<Epoch>& scope, Number count) {
  OperatorBuilder<Epoch> op(scope, "drip");
  auto [out, stream] = op.output<Number>();
  op.build([&out = out, count, first = scope.worker().index() * count, sent = Number{0},
            again = op.activator(),
            capability = std::optional(op.initial_capability(0))]() mutable {
    if (!capability) return;
    out.at(*capability).give(first + sent);
    if (++sent == count) return capability.reset();
    again.activate();
  });
  return stream;
}

TEST_CASE("many workers are the ones that share batches, whoever watches", "[shared_batches]") {
  const auto shares = [](const Config& config) {
    std::atomic<bool> result{false};
    tests::run_to_end(
        config, [&](Scope<Epoch>& scope) { result = scope.worker().process().shares_batches(); });
    return result.load();
  };
  const Config config{.workers = 16, .executor = ExecutorKind::deterministic};
  CHECK(shares(config));
  Config few = config;
  few.workers = 15;
  CHECK_FALSE(shares(few));
  Config threads = config;
  threads.executor = ExecutorKind::threads;
  threads.threads = 2;
  CHECK_FALSE(shares(threads));
  threads.workers = 32;
  CHECK(shares(threads));
  Config processes = config;
  processes.processes = 2;
  CHECK_FALSE(shares(processes));
  Trace trace;
  Traffic traffic;
  Config watched = config;
  watched.trace = &trace;
  watched.traffic = &traffic;
  CHECK(shares(watched));
}

TEST_CASE("what many workers send to each other arrives in the order of each of them",
          "[shared_batches]") {
  for (const ExecutorKind kind : tests::executors())
    for (const Number per_round : {1u, 50u, 3000u}) {
      INFO(tests::name_of(kind) << ", " << per_round << " records a round");
      tests::Watchdog watchdog("a crowd of workers");
      tests::Arrivals<Number> arrivals;
      tests::run_to_end({.workers = crowd, .threads = 2, .executor = kind},
                        [&](Scope<Epoch>& scope) {
                          tests::collect(tests::rounds(scope, 5, tests::numbers(per_round)),
                                         tests::by_hash(), arrivals);
                        });
      CHECK(arrivals.complaints().empty());
      CHECK(arrivals.all().size() == crowd * 5 * per_round);
      for (const auto& [time, n, worker] : arrivals.all())
        if (KeyHash{}(n) % crowd != worker) FAIL(n << " came to worker " << worker);
      check_order(arrivals, per_round);
    }
}

TEST_CASE("records stay in order when their sender is run by another thread",
          "[shared_batches][race]") {
  for (const std::uint32_t eager : {100u, 50u, 10u, 0u})
    for (std::uint64_t seed = 0; seed != 5; ++seed) {
      INFO("seed " << seed << ", eager " << eager);
      tests::Arrivals<Number> arrivals;
      tests::run_eagerly({.workers = crowd, .seed = seed}, eager, [&](Scope<Epoch>& scope) {
        tests::collect(drip(scope, 200), tests::by_value(), arrivals);
      });
      CHECK(arrivals.complaints().empty());
      CHECK(arrivals.all().size() == crowd * 200);
      check_order(arrivals, 200);
    }
}

TEST_CASE("records of one timestamp stay in order over many steps, on every executor",
          "[shared_batches]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("a crowd that drips");
    const Config config{.workers = crowd, .threads = 2, .executor = kind};
    tests::Arrivals<Number> tasks;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      tests::collect(drip(scope, 200), tests::by_value(), tasks);
    });
    CHECK(tasks.all().size() == crowd * 200);
    check_order(tasks, 200);
    tests::Arrivals<Number> closures;
    execute(config, [&](Worker& worker) {
      auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<Number>(scope);
        tests::collect(stream, tests::by_value(), closures);
        return std::move(handle);
      });
      for (Number n = 0; n != 200; ++n) {
        input.send(worker.index() * Number{200} + n);
        if (n % 3 == 0) worker.step();
      }
    });
    CHECK(closures.all().size() == crowd * 200);
    check_order(closures, 200);
  }
}

TEST_CASE("a worker may fill shared batches while they are being delivered",
          "[shared_batches][race]") {
  // What comes through the first exchange goes to a few workers, so that batches are full.
  for (const std::uint32_t eager : {100u, 50u}) {
    INFO("eager " << eager);
    tests::Arrivals<Number> arrivals;
    tests::run_eagerly({.workers = crowd}, eager, [&](Scope<Epoch>& scope) {
      auto passed =
          unary<Number>(tests::rounds(scope, 2, tests::numbers(2000)), tests::by_value(), "pass",
                        "", [](auto& in, auto& out) {
                          in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
                        });
      tests::collect(passed, Exchange{[](Number n) { return n / 2000 % 2; }}, arrivals);
    });
    CHECK(arrivals.complaints().empty());
    CHECK(arrivals.all().size() == crowd * 2 * 2000);
    std::set<Number> different;
    for (const auto& each : arrivals.all()) different.insert(each.item);
    CHECK(different.size() == arrivals.all().size());
  }
}

TEST_CASE("no timestamp is complete while a record of it waits in a shared batch",
          "[shared_batches][race]") {
  for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
    for (const std::uint32_t eager : {100u, 50u, 0u})
      for (std::uint64_t seed = 0; seed != 5; ++seed) {
        const Config config{.workers = crowd, .seed = seed, .ledgers = ledgers};
        INFO(tests::to_text(config) << ", eager " << eager);
        tests::Arrivals<Number> arrivals;
        tests::run_eagerly(config, eager, [&](Scope<Epoch>& scope) {
          auto held = tests::hold(
              tests::rounds(scope, 8, tests::numbers(10)), tests::by_hash(),
              [](Number record) { return record % 3; }, arrivals);
          tests::collect(held, tests::by_value(), arrivals);
        });
        CHECK(arrivals.complaints().empty());
        CHECK(arrivals.all().size() == crowd * 8 * 10);
      }
}

TEST_CASE("a shared batch holds one timestamp of one channel, at most its capacity",
          "[shared_batches]") {
  // More timestamps than are kept open at once, and more records than fit, through two channels.
  std::atomic<bool> one_is_full{false};
  std::atomic<Number> wrong{0};
  std::array<std::atomic<Number>, 2> received{};
  tests::run_to_end({.workers = crowd, .threads = 2, .executor = ExecutorKind::threads},
                    [&](Scope<Epoch>& scope) {
                      OperatorBuilder<Epoch> op(scope, "mixer");
                      auto [out, stream] = op.output<Number>();
                      op.build([&out = out, random = Random(scope.worker().index()),
                                first = std::optional(op.initial_capability(0))]() mutable {
                        if (!first) return;
                        for (int i = 0; i != 3000; ++i) {
                          const Number time = random.below(500);
                          out.at(first->delayed(time)).give(time);
                        }
                        for (int i = 0; i != 2000; ++i) out.at(*first).give(0);
                        first.reset();
                      });
                      for (const Number channel : {0u, 1u}) {
                        auto sent = tests::map_numbers(
                            stream, [channel](Number n) { return 2 * n + channel; });
                        unary<int>(sent, Exchange{[](Number n) { return n % 4; }}, "measure", "",
                                   [&, channel](auto& in, auto&) {
                                     in.for_each([&](auto& batch) {
                                       const std::size_t size = batch.records.size();
                                       if (size == batch_capacity<Number>) one_is_full = true;
                                       if (size > batch_capacity<Number>) ++wrong;
                                       for (const Number n : batch)
                                         if (n != 2 * batch.time.value + channel) ++wrong;
                                       received[channel] += batch.records.size();
                                     });
                                   });
                      }
                    });
  CHECK(one_is_full);
  CHECK(wrong == 0);
  for (const auto& each : received) CHECK(each == crowd * 5000);
}

TEST_CASE("one worker's records travel with those of others", "[shared_batches]") {
  // On one thread every worker sends a record to each before any of them gets what was sent.
  std::atomic<Number> batches{0};
  tests::run_to_end(
      {.workers = 64, .executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
        unary<int>(tests::rounds(scope, 1, tests::numbers(64)), tests::by_value(), "count", "",
                   [&](auto& in, auto&) { in.for_each([&](auto&) { ++batches; }); });
      });
  CHECK(batches < 64 * 16);  // of 64 * 64
}

TEST_CASE("a dataflow is cancelled while its records wait in shared batches",
          "[shared_batches][cancel]") {
  for (const ExecutorKind kind : tests::executors())
    for (std::uint64_t seed = 0; seed != 5; ++seed) {
      INFO(tests::name_of(kind) << ", seed " << seed);
      tests::Watchdog watchdog("a cancelled crowd");
      tests::Arrivals<Number> arrivals;
      execute({.workers = crowd, .threads = 2, .executor = kind, .seed = seed},
              [&](Worker& worker) {
                auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
                  auto [handle, stream] = new_input<Number>(scope);
                  unary<int>(stream, tests::by_value(), "drop", "",
                             [](auto& in, auto&) { in.for_each([](auto&) {}); });
                  return std::pair(std::move(handle), tidemark::probe(stream));
                });
                worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
                  tests::collect(tests::rounds(scope, 10, tests::numbers(3)), tests::by_hash(),
                                 arrivals);
                });
                for (Number round = 0; round != 5; ++round) {
                  for (Number n = 0; n != crowd; ++n) input.send(n);
                  input.advance_to(round + 1);
                  worker.step();
                }
                if (worker.index() == crowd - 1) worker.cancel(0);
                worker.step_while([&] { return !probe.done(); });
              });
      CHECK(arrivals.complaints().empty());
      CHECK(arrivals.all().size() == crowd * 10 * 3);
    }
}

TEST_CASE("records that own memory travel in shared batches", "[shared_batches]") {
  std::atomic<Number> letters{0};
  const auto texts = [](std::uint32_t worker, std::uint64_t) {
    return std::vector<std::string>(3 * crowd, std::string(100 + worker, 'x'));
  };
  tests::run_to_end({.workers = crowd, .threads = 2, .executor = ExecutorKind::threads},
                    [&](Scope<Epoch>& scope) {
                      auto next = [to = Number{0}](const std::string&) mutable { return to++; };
                      unary<int>(tests::rounds(scope, 2, texts), Exchange{next}, "count", "",
                                 [&](auto& in, auto&) {
                                   in.for_each([&](auto& batch) {
                                     for (const std::string& text : batch) letters += text.size();
                                   });
                                 });
                    });
  Number expected = 0;
  for (Number worker = 0; worker != crowd; ++worker) expected += 2 * 3 * crowd * (100 + worker);
  CHECK(letters == expected);
}

TEST_CASE("what a route that throws has left behind is not sent", "[shared_batches][error]") {
  std::atomic<Number> received{0};
  std::atomic<Number> refused{0};
  execute({.workers = crowd, .threads = 2, .executor = ExecutorKind::threads}, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Number>(scope);
      const auto route = [thrown = false](Number n) mutable {
        if (n == 7 && !std::exchange(thrown, true)) throw std::runtime_error("not yet");
        return n;
      };
      unary<int>(stream, Exchange{route}, "count", "", [&](auto& in, auto&) {
        in.for_each([&](auto& batch) { received += batch.records.size(); });
      });
      return std::move(handle);
    });
    for (Number n = 0; n != 8; ++n) input.send(n);
    try {
      input.flush();
    } catch (const std::exception&) {
      ++refused;
    }
    input.advance_to(1);
    for (Number n = 10; n != 20; ++n) input.send(n);
  });
  CHECK(refused == crowd);
  CHECK(received == crowd * 18);
}

TEST_CASE("an explanation finds the records that wait in shared batches at their workers",
          "[shared_batches][inquiry]") {
  // Worker 1 takes nothing before it is told that the run has been asked, when all others wait.
  std::vector<Explanation> explanations;
  std::function<void()> go_on;
  const auto report = [&](const auto& all) {
    explanations = all;
    go_on();
  };
  execute({.workers = 16,
           .executor = ExecutorKind::deterministic,
           .explain = {.after = std::chrono::seconds(1), .report = report}},
          [&](Worker& worker) {
            auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
              auto [handle, stream] = new_input<Number>(scope);
              OperatorBuilder<Epoch> op(scope, "wait");
              auto& in = op.input(stream, tests::by_value());
              auto [out, passed] = op.output<Number>();
              if (worker.index() == 1)
                go_on = [again = op.activator()]() mutable { again.activate(); };
              op.build([&in, &out = out, &explanations] {
                if (explanations.empty()) return;
                in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
              });
              return std::pair(std::move(handle), tidemark::probe(passed));
            });
            for (Number n = 0; n != 10; ++n) input.send(1);
            input.close();
            worker.step_while([&] { return !probe.done(); });
          });
  REQUIRE(explanations.size() == 1);
  REQUIRE(explanations.front().causes.size() == 1);
  const Explanation::Cause& cause = explanations.front().causes.front();
  CHECK(cause.count == 16 * 10);  // its own, too
  CHECK(cause.rest == 0);
  REQUIRE(cause.holders.size() == 1);
  CHECK(cause.holders.front().worker == 1);
  CHECK(cause.holders.front().kind == Explanation::Holder::Kind::queued_batch);
}

TEST_CASE("a run that fails drops what waits in shared batches", "[shared_batches][error]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("a crowd that fails");
    const auto run = [&] {
      tests::run_to_end({.workers = crowd, .threads = 2, .executor = kind},
                        [&](Scope<Epoch>& scope) {
                          unary<int>(tests::rounds(scope, 50, tests::numbers(crowd)),
                                     tests::by_value(), "picky", "picky", [](auto& in, auto&) {
                                       in.for_each([](auto& batch) {
                                         if (batch.time == Epoch{7})
                                           throw std::runtime_error("not seven");
                                       });
                                     });
                        });
    };
    CHECK_THROWS_WITH(
        run(), Catch::Contains("not seven") && Catch::Contains("picky") && Catch::Contains("7"));
  }
}

}  // namespace
}  // namespace tidemark::shared_batches_test
