// SPDX-License-Identifier: MIT
//
// Inquiries: a run that waits is asked why, and goes on.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>

#include <algorithm>
#include <csignal>
#include <latch>

namespace tidemark::inquiry_test {
namespace {

using Number = std::uint64_t;
using Holder = Explanation::Holder;

std::vector<std::string> hops(const Explanation::Cause& cause) {
  std::vector<std::string> path;
  for (const auto& hop : cause.path) path.push_back(hop.time + " at " + hop.name);
  return path;
}

/// A worker's part in a run in which worker 0 holds its input at 2 and the others wait for 3 behind
/// a step that adds 1, until the answer has come. It is asked for when the others wait.
void wait_for(Worker& worker, const std::function<bool()>& answered,
              const std::function<void()>& ask) {
  auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
    auto [handle, numbers] = new_input<Number>(scope, "numbers");
    OperatorBuilder<Epoch> op(scope, "later");
    auto& in = op.input(numbers, tests::by_value());
    auto [out, stream] = op.output<Number>();
    op.connect({{0, 0, {1}}});
    op.build([&in, &out = out] {
      in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
    });
    return std::pair(std::move(handle), tidemark::probe(stream));
  });
  input.advance_to(2);
  if (worker.index() != 0) {
    input.close();
    worker.step_while([&] { return probe.less_equal(3); });
    return;
  }
  worker.step_while([&] { return probe.less_than(3); });
  ask();
  worker.step_while([&] { return !answered(); });
  input.close();
}

/// Whether a worker has not answered in time. On real threads that may happen to any, and one asks
/// again.
bool any_silent(const std::vector<Explanation>& explanations) {
  return std::ranges::any_of(explanations, [](const auto& each) { return !each.busy.empty(); });
}

void check(const std::vector<Explanation>& explanations) {
  REQUIRE(explanations.size() == 1);
  const Explanation& why = explanations.front();
  CHECK(why.subject == "probe on 'later'");
  CHECK(why.name == "later.out0");
  CHECK(why.time == "3");
  CHECK(why.busy.empty());
  REQUIRE(why.causes.size() == 1);
  const Explanation::Cause& cause = why.causes.front();
  CHECK(hops(cause) ==
        std::vector<std::string>{"2 at numbers.out0", "2 at later.in0", "3 at later.out0"});
  CHECK(cause.count == 1);
  CHECK(cause.rest == 0);
  REQUIRE(cause.holders.size() == 1);
  CHECK(cause.holders.front().worker == 0);
  CHECK(cause.holders.front().kind == Holder::Kind::capability);
  CHECK(cause.holders.front().count == 1);
}

TEST_CASE(
    "a run tells why a probe waits: what holds it back, where, at which worker, by which path",
    "[inquiry]") {
  for (const ExecutorKind kind : tests::executors())
    for (std::uint64_t seed = 0; seed != (kind == ExecutorKind::deterministic ? 20 : 1); ++seed) {
      const Config config{.workers = 3, .threads = 2, .executor = kind, .seed = seed};
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("an inquiry");
      std::vector<Explanation> explanations;
      std::atomic<bool> answered{false};
      execute(config, [&](Worker& worker) {
        const std::function<void()> ask = [&] {
          worker.process().explain([&](const auto& all) {
            if (any_silent(all)) return ask();
            explanations = all;
            answered = true;
            worker.wake();
          });
        };
        wait_for(
            worker, [&] { return answered.load(); }, ask);
      });
      check(explanations);
    }
}

TEST_CASE("a run tells it by itself after a time that was asked for, and goes on", "[inquiry]") {
  // In virtual time, which passes when nothing else is left to do.
  std::vector<Explanation> explanations;
  bool answered = false;
  Worker* first = nullptr;
  execute({.workers = 3,
           .executor = ExecutorKind::deterministic,
           .explain = {.after = std::chrono::seconds(10),
                       .report =
                           [&](const auto& all) {
                             explanations = all;
                             answered = true;
                             first->wake();
                           }}},
          [&](Worker& worker) {
            if (worker.index() == 0) first = &worker;
            wait_for(
                worker, [&] { return answered; }, [] {});
          });
  check(explanations);
}

TEST_CASE("a run tells it at SIGQUIT, and goes on", "[inquiry]") {
  for (const ExecutorKind kind : tests::executors()) {
    if (kind == ExecutorKind::deterministic) continue;  // has no real time in which to be asked
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("an explanation at SIGQUIT");
    std::vector<Explanation> explanations;
    std::atomic<int> answers{0};
    std::atomic<Worker*> first{nullptr};
    execute({.workers = 3,
             .threads = 2,
             .executor = kind,
             .explain = {.on_quit_signal = true,
                         .report =
                             [&](const auto& all) {
                               explanations = all;
                               if (any_silent(all) || ++answers == 1)
                                 ::raise(SIGQUIT);  // once more
                               first.load()->wake();
                             }}},
            [&](Worker& worker) {
              if (worker.index() == 0) first = &worker;
              wait_for(
                  worker, [&] { return answers.load() >= 2; }, [] { ::raise(SIGQUIT); });
            });
    check(explanations);
  }
}

TEST_CASE("of a worker that does not come, a run tells whose code it runs", "[inquiry]") {
  tests::Watchdog watchdog("an inquiry while a step is busy");
  std::vector<Explanation> explanations;
  std::latch told{1};
  tests::run_to_end({.threads = 1, .executor = ExecutorKind::threads}, [&](Scope<Epoch>& scope) {
    OperatorBuilder<Epoch> op(scope, "slow");
    op.output<int>();
    op.build([&, &process = scope.worker().process(),
              capability = std::optional(op.initial_capability(0))]() mutable {
      process.explain([&](const auto& all) {
        explanations = all;
        told.count_down();
      });
      told.wait();
      capability.reset();
    });
  });
  REQUIRE(explanations.size() == 1);
  CHECK(explanations.front().subject == "end 'slow'");
  REQUIRE(explanations.front().busy.size() == 1);
  CHECK(explanations.front().busy.front().step == "slow");
  CHECK(explanations.front().causes.front().rest == 1);
  CHECK(explanations.front().causes.front().rest_is == Explanation::Cause::Whereabouts::unanswered);
}

TEST_CASE("a probe tells why a timestamp of one's choice can still come, or that it cannot",
          "[inquiry]") {
  std::vector<Explanation> early, late;
  execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, numbers] = new_input<Number>(scope, "numbers");
      return std::pair(std::move(handle), tidemark::probe(numbers));
    });
    input.advance_to(4);
    worker.step();
    probe.explain(3, [&](const auto& all) {
      early = all;
      worker.wake();
    });
    probe.explain(9, [&](const auto& all) {
      late = all;
      worker.wake();
    });
    worker.step_while([&] { return early.empty() || late.empty(); });
  });
  REQUIRE(early.size() == 1);
  CHECK(early.front().causes.empty());
  CHECK(to_text(early.front()) == "probe on 'numbers': 3 is complete at numbers.out0");
  REQUIRE(late.size() == 1);
  REQUIRE(late.front().causes.size() == 1);
  CHECK(hops(late.front().causes.front()) == std::vector<std::string>{"4 at numbers.out0"});
  CHECK(late.front().state->ports.front().frontier == std::vector<std::string>{"4"});
}

/// Traces a run in which every worker advances its input from 0 to 3 and waits for each.
template <typename T>
tests::Seen trace_rounds(std::uint32_t workers) {
  Trace trace;
  execute({.workers = workers, .executor = ExecutorKind::deterministic, .trace = &trace},
          [](Worker& worker) {
            auto [input, probe] = worker.dataflow<T>([](auto& scope) {
              auto [handle, numbers] = new_input<Number>(scope, "numbers");
              return std::pair(std::move(handle), tidemark::probe(numbers));
            });
            for (Number round = 1; round != 4; ++round) {
              input.advance_to(round);
              worker.step_while([&] { return probe.less_than(round); });
            }
          });
  return tests::Seen(trace);
}

/// What is said of a run in which a step is never ready, after its input was advanced to 1 or not.
std::string stuck_behind_a_step(bool advances) {
  try {
    execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
      auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        auto [handle, numbers] = new_input<Number>(scope, "numbers");
        OperatorBuilder<Epoch> op(scope, "keeps");
        auto& in = op.input(numbers, Pipeline{});
        auto [out, stream] = op.output<Number>();
        op.build([&in, kept = op.initial_capability(0)] { in.for_each([](auto&) {}); });
        return std::pair(std::move(handle), tidemark::probe(stream));
      });
      if (advances) input.advance_to(1);
      worker.step_while([&] { return probe.less_than(1); });
    });
  } catch (const StuckError& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a step that holds on although nothing needs it is told from one that waits",
          "[inquiry]") {
  const std::string leaks = stuck_behind_a_step(true);
  CHECK_THAT(leaks,
             Catch::EndsWith("because\n  keeps.out0 holds 1 capability at 0 (worker 0), right "
                             "there; nothing that can still arrive needs it: it is to be "
                             "dropped"));
  const std::string waits = stuck_behind_a_step(false);
  const std::size_t cause = waits.find("numbers.out0 holds 1 capability at 0");
  REQUIRE(cause != std::string::npos);
  CHECK(waits.find("nothing comes before it") > cause);
  CHECK(waits.find("keeps.out0 holds 1 capability") > cause);  // the cause comes first
  CHECK_THAT(waits, Catch::EndsWith("it waits for what can still arrive"));
}

TEST_CASE("a trace explains a frontier at any instant of the run", "[inquiry][trace]") {
  const tests::Seen trace = trace_rounds<Epoch>(2);
  REQUIRE(trace.last() > 4);
  for (std::uint64_t sequence = 1; sequence <= trace.last(); ++sequence) {
    TraceState at = trace.state_at(sequence);
    const ProgressSnapshot state = at.snapshot();
    const std::vector<Explanation> explanations = at.explain(LocationId{0});
    REQUIRE(explanations.size() == state.ports[0].frontier.size());
    for (const Explanation& why : explanations) {
      CHECK(why.time == state.ports[0].frontier[0]);
      REQUIRE_FALSE(why.causes.empty());
      std::uint64_t held = 0;
      for (const auto& holder : why.causes.front().holders) held += holder.count;
      CHECK(held == static_cast<std::uint64_t>(state.ports[0].counts[0].count));
    }
  }
}

TEST_CASE(
    "a trace explains a timestamp of one's choice at any instant, or says that it is complete",
    "[inquiry][trace]") {
  const tests::Seen trace = trace_rounds<Nested<Epoch, 1>>(1);
  for (std::uint64_t sequence = 1; sequence <= trace.last(); ++sequence) {
    TraceState state = trace.state_at(sequence);
    const std::vector<std::string> frontier = state.snapshot().ports[0].frontier;
    for (Number time = 0; time != 5; ++time) {
      const bool can_come = !frontier.empty() && time >= std::stoull(frontier.front());
      const Explanation why = state.explain(LocationId{0}, coordinates(Epoch{time}));
      CHECK(why.time == std::to_string(time));
      CHECK(why.causes.empty() == !can_come);
    }
  }
}

TEST_CASE("a worker that has finished holds nothing, and answers so", "[inquiry]") {
  std::vector<Explanation> explanations;
  bool asked = false;
  execute({.workers = 2, .executor = ExecutorKind::deterministic, .ledgers = Ledgers::per_worker},
          [&](Worker& worker) {
            auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
              auto [handle, numbers] = new_input<Number>(scope);
              return std::pair(std::move(handle), tidemark::probe(numbers));
            });
            input.close();
            worker.step_while([&] { return !probe.done(); });
            if (worker.index() == 0) {
              worker.process().explain([&](const auto& all) {
                explanations = all;
                asked = true;
                worker.wake();
              });
              worker.step_while([&] { return !asked; });
            }
          });
  CHECK(asked);
  CHECK(explanations.empty());
}

TEST_CASE("batches that wait and batches that are open are told apart", "[inquiry]") {
  std::vector<Explanation> explanations;
  execute({.workers = 2, .executor = ExecutorKind::deterministic}, [&](Worker& worker) {
    struct Hold {
      bool open = false;
    };
    static thread_local Hold hold;
    hold = {};
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, numbers] = new_input<Number>(scope, "numbers");
      auto stream = unary<Number>(numbers, tests::by_value(), "later", "", [](auto& in, auto& out) {
        if (!hold.open) return;  // leaves them in the queue
        in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
      });
      return std::pair(std::move(handle), tidemark::probe(stream));
    });
    bool answered = worker.index() != 0;
    if (worker.index() == 0) {
      input.send(0);
      input.advance_to(7);
      worker.step();
      worker.process().explain([&](const auto& all) {
        explanations = all;
        answered = true;
        worker.wake();
      });
    } else {
      input.advance_to(7);
    }
    worker.step_while([&] { return !answered; });
    hold.open = true;
    if (worker.index() == 0) input.send(0);
  });
  REQUIRE_FALSE(explanations.empty());
  const Explanation::Cause& cause = explanations.front().causes.front();
  CHECK(hops(cause).front() == "0 at later.in0");
  REQUIRE(cause.holders.size() == 1);
  CHECK(cause.holders.front().kind == Holder::Kind::queued_batch);
}

}  // namespace
}  // namespace tidemark::inquiry_test
