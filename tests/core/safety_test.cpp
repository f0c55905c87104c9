// SPDX-License-Identifier: MIT
//
// Safety on real runs: no batch comes after its frontier, results are those of a plain loop, and at
// the end every frontier is empty; under many seeds, with one ledger and with one per worker.
#include <tidemark/core/run.hpp>

#include <tests/core/networks.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/safety_flow.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

namespace tidemark::safety_test {
namespace {

void check_run(const Config& config, std::uint64_t rounds, std::uint64_t per_round) {
  INFO(tests::to_text(config));
  tests::Watchdog watchdog(tests::to_text(config));
  tests::Arrivals<std::uint64_t> arrivals;
  std::shared_ptr<DataflowView> view;
  ProgressSnapshot last;
  std::mutex mutex;
  run_workers(config, [&](Worker& worker) {
    worker.start([&](Worker& self) {
      self.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        tests::build_safety_flow(scope, rounds, per_round, arrivals);
        OperatorBuilder<Epoch> op(scope, "last look");
        op.on_close([&, &process = self.process()] {
          const std::lock_guard lock(mutex);
          last = process.dataflows().front()->snapshot();
        });
        op.build([] {});
      });
    });
  });
  CHECK(arrivals.sorted() == tests::plain_loop(config.workers, rounds, per_round));
  CHECK(arrivals.complaints() == std::vector<std::string>{});
  REQUIRE(last.ports.size() == 10);
  for (const PortProgress& port : last.ports) {
    INFO(port.name);
    CHECK(port.counts.empty());
    CHECK(port.frontier.empty());
  }
}

TEST_CASE("no seed lets a batch come after its frontier or changes the results", "[safety]") {
  for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
    for (const std::uint32_t workers : {1u, 2u, 7u})
      for (std::uint64_t seed = 0; seed != 40u / tests::slowdown; ++seed)
        check_run({.workers = workers,
                   .executor = ExecutorKind::deterministic,
                   .seed = seed,
                   .ledgers = ledgers},
                  6, 5);
}

TEST_CASE("no policy and no layout lets a batch come after its frontier or changes the results",
          "[safety][policy]") {
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& layout : tests::protocols(workers))
      for (std::uint64_t seed = 0; seed != 12u / tests::slowdown; ++seed) {
        Config config = layout;
        config.seed = seed;
        check_run(config, 6, 5);
      }
}

TEST_CASE("random dataflow sizes keep the promises under random seeds", "[safety]") {
  const auto networks = tests::networks();
  tests::check_property(100 / tests::slowdown, [&] {
    const auto workers = *rc::gen::inRange<std::uint32_t>(1, 9).as("workers");
    const auto rounds = *rc::gen::inRange<std::uint64_t>(1, 12).as("rounds");
    const auto per_round = *rc::gen::inRange<std::uint64_t>(0, 40).as("records a round");
    const auto seed = *rc::gen::arbitrary<std::uint64_t>().as("seed");
    const bool own = *rc::gen::arbitrary<bool>().as("a ledger each");
    const auto processes = *rc::gen::inRange<std::uint32_t>(1, workers + 1).as("processes");
    const auto policy = *rc::gen::elementOf(policy_names()).as("policy");
    const auto& [network_name, network] =
        networks[*rc::gen::inRange<std::size_t>(0, networks.size()).as("network")];
    INFO(network_name);
    tests::Arrivals<std::uint64_t> arrivals;
    tests::run_to_end(
        {.workers = workers,
         .processes = processes,
         .executor = ExecutorKind::deterministic,
         .seed = seed,
         .turn = std::chrono::nanoseconds(*rc::gen::inRange(0, 3).as("turn")),
         .ledgers = own ? Ledgers::per_worker : Ledgers::per_process,
         .policy = make_policy(policy),
         .linger = std::chrono::microseconds(*rc::gen::inRange(0, 3).as("linger")),
         .network = network},
        [&](Scope<Epoch>& scope) { tests::build_safety_flow(scope, rounds, per_round, arrivals); });
    RC_ASSERT(arrivals.complaints().empty());
    RC_ASSERT(arrivals.sorted() == tests::plain_loop(workers, rounds, per_round));
  });
}

TEST_CASE("workers on threads keep the promises, too", "[safety][race][stress]") {
  for (const ExecutorKind kind : tests::executors()) {
    if (kind == ExecutorKind::deterministic) continue;
    for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
      for (const std::uint32_t workers : {1u, 2u, 7u, 8u})
        for (int repeat = 0; repeat != 16 / tests::slowdown; ++repeat)
          check_run({.workers = workers, .threads = 2, .executor = kind, .ledgers = ledgers}, 20,
                    20);
  }
}

TEST_CASE("workers on threads keep the promises under every policy, and all runs end",
          "[safety][race][stress][policy]") {
  for (const ExecutorKind kind : tests::executors())
    for (const std::uint32_t workers : {1u, 2u, 7u})
      for (Config config : tests::protocols(workers)) {
        if (kind == ExecutorKind::deterministic || config.processes != 1) continue;
        config.executor = kind;
        config.threads = 2;
        for (int repeat = 0; repeat != 8 / tests::slowdown; ++repeat) check_run(config, 20, 10);
      }
}

TEST_CASE("full batches cross between threads without a negative count", "[safety][race][stress]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("full batches");
    tests::Arrivals<std::uint64_t> arrivals;
    tests::run_to_end({.workers = 4, .threads = 4, .executor = kind}, [&](Scope<Epoch>& scope) {
      Stream<Epoch, std::uint64_t> stream = tests::rounds(scope, 4, tests::numbers(6000));
      for (int hop = 0; hop != 3; ++hop)
        stream = unary<std::uint64_t>(stream, tests::by_hash(), "hop", "", [](auto& in, auto& out) {
          in.for_each([&](auto& batch) {
            for (std::uint64_t& n : batch) n = n * 5 + 3;
            out.at(batch).give_all(batch.records);
          });
        });
      tests::collect(stream, tests::by_value(), arrivals);
    });
    CHECK(arrivals.all().size() == 4 * 4 * 6000);
    CHECK(arrivals.complaints().empty());
  }
}

}  // namespace
}  // namespace tidemark::safety_test
