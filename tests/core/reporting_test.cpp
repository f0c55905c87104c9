// SPDX-License-Identifier: MIT
//
// How a step's changes come to the ledgers, without workers: at once, by the log, or by stations,
// of which an idle process keeps nothing.
#include <tidemark/core/process/dataflow_registry.hpp>
#include <tidemark/core/process/idle_stations.hpp>
#include <tidemark/core/records/outbox.hpp>
#include <tidemark/core/shard/reporting.hpp>

#include <tests/core/ledger_setup.hpp>
#include <tests/support.hpp>

namespace tidemark::reporting_test {
namespace {

using namespace tests;

/// three_in_a_row, where each worker begins with a capability at a.out.
struct Flow {
  explicit Flow(const Config& with, const ReportingSetup& setup = {})
      : config(with),
        shared(registry.attach<Epoch>(0, 0, *three_in_a_row<Epoch>(),
                                      Blueprint{.initial = {{OperatorId{0}, 0}}}, setup)) {
    reporting.attach(*shared, 0, 0, nullptr);
  }

  /// Reports that worker 0 has moved its capability.
  void move(Epoch from, Epoch to) {
    ProgressBatch<Epoch> changes = progress_batch<Epoch>({{{a_out, from}, -1}, {{a_out, to}, +1}});
    reporting.report(changes, outbox);
    CHECK(changes.changes().empty());
  }
  std::uint64_t applied() {
    return shared->ledger_of(0).inspect([](const Ledger<Epoch>& l) { return l.sequence(); });
  }
  Antichain<Epoch> frontier() {
    return shared->ledger_of(0).inspect([](const Ledger<Epoch>& l) { return l.frontier(a_out); });
  }

  Config config;
  DataflowRegistry registry{config, [](std::uint32_t) {}, [](const auto&) {},
                            std::make_shared<Gate>()};
  std::shared_ptr<SharedDataflow<Epoch>> shared;
  Reporting<Epoch> reporting;
  Outbox outbox;
};

struct Letter final : Envelope {
  void release() override {}
};

TEST_CASE("a step that sends nothing is applied when its report returns", "[reporting]") {
  Flow flow({.workers = 1});
  flow.move(0, 3);
  CHECK(flow.shared->ledger_of(0).try_inspect([](const auto& l) { return l.frontier(a_out); }) ==
        Antichain<Epoch>{3});
}

TEST_CASE("before a step is delivered its changes stand in the log", "[reporting][race]") {
  Letter letter;  // outlives the outbox
  Flow flow({.workers = 1});
  flow.outbox.send(0, letter);
  flow.move(0, 3);
  const auto now = [&] {
    return flow.shared->ledger_of(0).try_inspect([](const auto& l) { return l.frontier(a_out); });
  };
  CHECK(now() == Antichain<Epoch>{0});  // what is delivered waits for no propagation
  flow.shared->ledger_of(0).combine();
  CHECK(now() == Antichain<Epoch>{3});
}

TEST_CASE("changes that cancel are no report", "[reporting]") {
  Flow flow({.workers = 1});
  const std::uint64_t before = flow.applied();
  ProgressBatch<Epoch> changes;
  changes.update({b_in, 4}, +1);
  changes.update({b_in, 4}, -1);
  flow.reporting.report(changes, flow.outbox);
  CHECK(flow.applied() == before);
}

TEST_CASE("a worker may report more often than anybody combines", "[reporting]") {
  Letter letter;  // outlives the outbox
  Flow flow({.workers = 1});
  flow.outbox.send(0, letter);  // so that each report goes into the log
  for (std::uint64_t n = 0; n != 1000; ++n) flow.move(n, n + 1);
  flow.shared->ledger_of(0).combine();
  CHECK(flow.frontier() == Antichain<Epoch>{1000});
}

/// A flow whose two workers gather eight reports each before they leave their process.
struct Gathering {
  Config config{.workers = 2, .policy = std::make_shared<CoordinatorPolicy>(Timing{8})};
  std::unique_ptr<Executor> executor = make_deterministic_executor(0);
  DataflowRegistry registry{config, [](std::uint32_t) {}, [](const auto&) {},
                            std::make_shared<Gate>()};
  IdleStations stations{config, std::make_shared<const Routes>(config.policy, layout_of(config)),
                        nullptr, *executor, registry};
  std::shared_ptr<SharedDataflow<Epoch>> shared = registry.attach<Epoch>(
      0, 0, *three_in_a_row<Epoch>(), Blueprint{.initial = {{OperatorId{0}, 0}}}, stations.setup());
  Reporting<Epoch> reporting;
  Outbox outbox;

  void report(std::uint64_t from) {
    ProgressBatch<Epoch> changes =
        progress_batch<Epoch>({{{a_out, from}, -1}, {{a_out, from + 1}, +1}});
    reporting.report(changes, outbox);
  }
  std::int64_t count_at(Epoch time) {
    return shared->ledger_of(0).inspect(
        [&](const Ledger<Epoch>& l) { return l.counts(a_out).count(time); });
  }
};

TEST_CASE("what is gathered leaves a process when its last worker goes idle", "[reporting]") {
  Gathering flow;
  flow.reporting.attach(*flow.shared, 0, 0, nullptr);
  flow.report(0);
  CHECK(flow.count_at(1) == 0);
  flow.stations.goes_idle(0);
  flow.stations.has_gone_idle(0);
  CHECK(flow.count_at(1) == 0);  // the other is awake, and may report more
  flow.stations.goes_idle(1);
  flow.stations.has_gone_idle(1);
  CHECK(flow.count_at(1) == 1);
  flow.stations.wait_for_idlers();
}

TEST_CASE("a worker that is awake and has nothing to report sends what is gathered around it",
          "[reporting]") {
  Gathering flow;
  flow.reporting.attach(*flow.shared, 0, 0, nullptr);
  flow.report(0);
  ProgressBatch<Epoch> nothing;
  int steps = 0;
  while (flow.count_at(1) == 0 && steps != 1000) {
    flow.reporting.report(nothing, flow.outbox);
    ++steps;
  }
  CHECK(steps > 1);
  CHECK(steps < 1000);
}

}  // namespace
}  // namespace tidemark::reporting_test
