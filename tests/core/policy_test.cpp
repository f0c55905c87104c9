// SPDX-License-Identifier: MIT
//
// Progress policies in the engine: one of one's own, and that all runs end under each of them.
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/safety_flow.hpp>
#include <tests/core/steps.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <chrono>

namespace tidemark::policy_test {
namespace {

using namespace std::chrono_literals;

// A policy of one's own, as in HACKING.md. Processes form a binary tree. Reports are gathered on
// the way up to process 0, two at a time, and told on the way down.
class TreePolicy final : public ProgressPolicy {
 public:
  std::string name() const override { return "tree"; }

  std::vector<Station> next(const Layout& layout, Station from) const override {
    using Kind = Station::Kind;
    const std::uint32_t down = layout.processes;  // relay p goes up from process p, down + p down
    const std::uint32_t p = layout.process_of(from);
    if (from.kind == Kind::process) return {};  // not in use
    if (from.kind == Kind::worker) return {{Kind::relay, p}};
    if (from.index < down) return {{Kind::relay, p == 0 ? down : (p - 1) / 2}};
    std::vector<Station> to;
    for (std::uint32_t l = 0; l != layout.ledgers(); ++l)
      if (layout.process_of({Kind::ledger, l}) == p) to.push_back({Kind::ledger, l});
    for (const std::uint32_t child : {2 * p + 1, 2 * p + 2})
      if (child < layout.processes) to.push_back({Kind::relay, down + child});
    return to;
  }

  bool due(Station at, const Gathered& gathered) const override {
    return at.kind == Station::Kind::worker || gathered.batches >= 2;
  }
};

/// Runs the dataflow that finds leading frontiers out.
void check_safety(const Config& config, std::uint64_t rounds, std::uint64_t per_round) {
  INFO(tests::to_text(config));
  tests::Watchdog watchdog(tests::to_text(config));
  tests::Arrivals<std::uint64_t> arrivals;
  tests::run_to_end(config, [&](Scope<Epoch>& scope) {
    tests::build_safety_flow(scope, rounds, per_round, arrivals);
  });
  CHECK(arrivals.sorted() == tests::plain_loop(config.workers, rounds, per_round));
  CHECK(arrivals.complaints() == std::vector<std::string>{});
}

TEST_CASE("a policy of one's own is one class, and keeps the promises", "[policy][safety]") {
  for (const std::uint32_t processes : {1u, 2u, 3u, 7u})
    for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
      for (std::uint64_t seed = 0; seed != 10; ++seed) {
        Traffic traffic;
        check_safety({.workers = 7,
                      .processes = processes,
                      .executor = ExecutorKind::deterministic,
                      .seed = seed,
                      .ledgers = ledgers,
                      .policy = std::make_shared<TreePolicy>(),
                      .traffic = &traffic},
                     4, 5);
        std::uint32_t between_processes = 0;
        for (const auto& link : traffic.progress)
          if (link.between_processes) {
            ++between_processes;
            CHECK(link.from.kind == Station::Kind::relay);
            CHECK(link.to.kind == Station::Kind::relay);
          }
        CHECK(between_processes == 2 * (processes - 1));
      }
}

TEST_CASE("thousands of workers and processes keep the promises", "[policy][safety]") {
  for (const char* policy : {"process", "coordinator", "coordinator-on-demand"})
    check_safety({.workers = 1000 / tests::slowdown,
                  .processes = 100 / tests::slowdown,
                  .executor = ExecutorKind::deterministic,
                  .turn = 100us,
                  .policy = make_policy(policy),
                  .network = {.link = {.latency = 100us, .jitter = 20us}}},
                 2, 3);
  check_safety({.workers = 2000 / tests::slowdown,
                .processes = 1000 / tests::slowdown,
                .executor = ExecutorKind::deterministic,
                .turn = 100us,
                .policy = make_policy("coordinator"),
                .network = {.link = {.latency = 100us}}},
               1, 1);
}

TEST_CASE("closures that wait on probes get on under every policy", "[policy][race][idle]") {
  // A round ends at a worker only when the reports of all others have come, and all are idle then:
  // what stays at a station stays for ever.
  for (const ExecutorKind kind : tests::executors())
    for (const std::uint32_t workers : {1u, 2u, 5u})
      for (Config config : tests::protocols(workers)) {
        const bool virtual_time = kind == ExecutorKind::deterministic;
        if (!virtual_time && config.processes != 1) continue;
        config.executor = kind;
        config.threads = 2;
        const std::uint64_t rounds = (virtual_time ? 5 : 100) / tests::slowdown + 1;
        for (config.seed = 0; config.seed != (virtual_time ? 5 : 1); ++config.seed) {
          INFO(tests::to_text(config));
          tests::Watchdog watchdog(tests::to_text(config));
          std::atomic<std::uint64_t> passed{0};
          execute(config, [&](Worker& worker) {
            auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
              auto [handle, stream] = new_input<std::uint64_t>(scope);
              auto passed_on = unary<std::uint64_t>(
                  stream, tests::by_value(), "pass", "", [](auto& in, auto& out) {
                    in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
                  });
              return std::pair(std::move(handle), tidemark::probe(passed_on));
            });
            for (std::uint64_t round = 0; round != rounds; ++round) {
              input.send(round + worker.index());
              input.advance_to(round + 1);
              worker.step_while([&] { return probe.less_than(input.time()); });
              passed.fetch_add(1);
            }
          });
          REQUIRE(passed.load() == rounds * workers);
        }
      }
}

// Worker 0 gives its capability up and then steps on without a rest until everything is over, which
// worker 1 waits to hear before it gives up its own.
void wait_busily(Scope<Epoch>& scope, std::atomic<bool>& released) {
  const bool is_busy = scope.worker().index() == 0;
  OperatorBuilder<Epoch> source(scope, "source");
  auto [out, stream] = source.output<int>();
  const Activator again = source.activator();
  source.build(
      [&released, is_busy, capability = std::optional(source.initial_capability(0))]() mutable {
        if (!capability) return;
        if (is_busy || released.load()) return capability.reset();
        if (capability->time() == Epoch{0}) capability->downgrade(5);
      });
  OperatorBuilder<Epoch> waiter(scope, "waiter");
  waiter.set_interest(Interest::always);
  auto& in = waiter.input(stream, Pipeline{});
  waiter.build([&in, &released, is_busy, source = again, reactivate = waiter.reactivate()] {
    if (is_busy && !in.frontier().empty()) reactivate();
    if (is_busy || released.load() || in.frontier().less_than_to(Epoch{5})) return;
    released.store(true);
    source.activate();
  });
}

TEST_CASE("a worker that never rests does not keep back what was gathered around it",
          "[policy][race][idle]") {
  for (const ExecutorKind kind : tests::executors())
    for (Config config : tests::protocols(2)) {
      if (kind != ExecutorKind::deterministic && config.processes != 1) continue;
      config.executor = kind;
      config.threads = 2;
      INFO(tests::to_text(config));
      tests::Watchdog watchdog(tests::to_text(config));
      std::atomic<bool> released{false};
      tests::run_to_end(config, [&](Scope<Epoch>& scope) { wait_busily(scope, released); });
      CHECK(released.load());
    }
}

TEST_CASE("processes that cannot be had are refused in words", "[policy][errors]") {
  const auto error_of = [](const Config& config) -> std::string {
    try {
      tests::run_to_end(config, [](Scope<Epoch>&) {});
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(error_of({.workers = 2, .processes = 2, .executor = ExecutorKind::threads}) ==
        "a run was given 2 processes; these are virtual, and only the deterministic executor has "
        "more than 1");
  CHECK(error_of({.workers = 2, .processes = 3, .executor = ExecutorKind::deterministic}) ==
        "a run of 2 workers takes between 1 and 2 processes, and was given 3");
  CHECK(error_of({.workers = 2, .processes = 0, .executor = ExecutorKind::deterministic}) ==
        "a run of 2 workers takes between 1 and 2 processes, and was given 0");
}

TEST_CASE("a trace of gathered reports ends empty and can be explained at every instant",
          "[policy][trace]") {
  for (const Config& protocol : tests::protocols(3)) {
    Config config = protocol;
    Trace trace;
    config.trace = &trace;
    INFO(tests::to_text(config));
    tests::Arrivals<std::uint64_t> arrivals;
    tests::run_to_end(
        config, [&](Scope<Epoch>& scope) { tests::build_safety_flow(scope, 2, 3, arrivals); });
    const TraceFile file = trace.read();
    for (std::uint32_t ledger = 0; ledger != file.dataflows().front().ledgers; ++ledger) {
      TraceState state(file, 0, ledger);
      for (const TraceEvent& event : tests::events_of(file)) {
        const std::uint64_t before = state.sequence();
        state.apply(event);
        if (state.sequence() == before) continue;
        const ProgressSnapshot now = state.snapshot();
        for (std::uint32_t l = 0; l != now.ports.size(); ++l)
          CHECK(state.explain({l}).size() == now.ports[l].frontier.size());
      }
      CHECK(state.sequence() > 4);
      for (const PortProgress& port : state.snapshot().ports) CHECK(port.frontier.empty());
    }
  }
}

}  // namespace
}  // namespace tidemark::policy_test
