// SPDX-License-Identifier: MIT
//
// Traffic: what is counted on which link.
#include <tidemark/core/run.hpp>
#include <tidemark/core/traffic.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/safety_flow.hpp>
#include <tests/support.hpp>

#include <chrono>

namespace tidemark::traffic_test {
namespace {

using Kind = Station::Kind;

Traffic traffic_of(Config config, std::uint64_t rounds = 6) {
  Traffic traffic;
  config.traffic = &traffic;
  tests::Arrivals<std::uint64_t> arrivals;
  tests::run_to_end(
      config, [&](Scope<Epoch>& scope) { tests::build_safety_flow(scope, rounds, 5, arrivals); });
  return traffic;
}

TEST_CASE("with one ledger no progress travels, and data is counted by the batch", "[traffic]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    Traffic traffic;
    tests::Arrivals<std::uint64_t> arrivals;
    tests::run_to_end({.workers = 2, .threads = 2, .executor = kind, .traffic = &traffic},
                      [&](Scope<Epoch>& scope) {
                        tests::collect(tests::rounds(scope, 1, tests::numbers(10)),
                                       tests::by_value(), arrivals);
                      });
    CHECK(traffic.progress.empty());
    // Each worker has 5 numbers for the other: a header of 16 bytes, the epoch, and 5 records.
    REQUIRE(traffic.data.size() == 1);
    CHECK(traffic.data[0].sent == DataTraffic{2, 2 * (16 + 8 + 5 * 8)});
    CHECK(traffic.data_between_processes() == DataTraffic{});
  }
}

TEST_CASE("a broadcast sends the same to every other ledger", "[traffic][policy]") {
  for (const std::uint32_t processes : {1u, 2u}) {
    const Traffic traffic = traffic_of({.workers = 4,
                                        .processes = processes,
                                        .executor = ExecutorKind::deterministic,
                                        .ledgers = Ledgers::per_worker});
    std::map<std::uint32_t, std::set<std::uint64_t>> batches;
    for (const auto& link : traffic.progress) {
      CHECK(link.from.kind == Kind::worker);
      CHECK(link.to.kind == Kind::ledger);
      CHECK(link.from.index != link.to.index);
      CHECK(link.between_processes == (processes == 2 && link.from.index / 2 != link.to.index / 2));
      CHECK(link.sent.bytes == 8 * link.sent.batches + 20 * link.sent.updates);
      batches[link.from.index].insert(link.sent.batches);
    }
    CHECK(traffic.progress.size() == 4 * 3);
    for (const auto& [worker, counts] : batches) CHECK(counts.size() == 1);
  }
}

TEST_CASE("traffic takes the links that the policy names, and their sums add up", "[traffic]") {
  const Traffic traffic = traffic_of({.workers = 6,
                                      .processes = 3,
                                      .executor = ExecutorKind::deterministic,
                                      .policy = make_policy("coordinator")});
  ProgressTraffic sum;
  ProgressTraffic between;
  for (const auto& [from, to, between_processes, sent] : traffic.progress) {
    CHECK(((from.kind == Kind::worker && to == Station{Kind::process, from.index / 2}) ||
           (from.kind == Kind::process && to == Station{Kind::relay, 0}) ||
           (from == Station{Kind::relay, 0} && to.kind == Kind::ledger)));
    // The relay stands in process 0.
    CHECK(between_processes == (from.kind == Kind::process ? from.index != 0
                                : from.kind == Kind::relay ? to.index != 0
                                                           : false));
    sum += sent;
    if (between_processes) between += sent;
  }
  CHECK(traffic.progress.size() == 6 + 3 + 3);
  CHECK(sum == traffic.all_progress());
  CHECK(between == traffic.progress_between_processes());
  CHECK(between.bytes < sum.bytes);
  CHECK(traffic.data_between_processes().batches > 0);
  CHECK(traffic.data_between_processes().bytes < traffic.all_data().bytes);
  CHECK_THAT(to_text(traffic), Catch::Contains("\nprocesses to relays, remote ") &&
                                   Catch::Contains("\nrelays to ledgers ") &&
                                   Catch::Contains("\ndata between processes "));
}

TEST_CASE("gathering sends less, and gathering in more places less still", "[traffic][policy]") {
  const auto updates = [](const char* policy) {
    return traffic_of({.workers = 12,
                       .processes = 3,
                       .executor = ExecutorKind::deterministic,
                       .ledgers = Ledgers::per_process,
                       .policy = make_policy(policy)},
                      20)
        .progress_between_processes()
        .updates;
  };
  const std::uint64_t direct = updates("direct");
  CHECK(updates("worker") < direct);
  CHECK(updates("process") < updates("worker"));
  CHECK(updates("process-on-demand") < direct);
}

TEST_CASE("what lingers is added up", "[traffic][policy]") {
  const auto updates = [](const char* policy, std::chrono::microseconds linger) {
    return traffic_of({.workers = 16,
                       .processes = 4,
                       .executor = ExecutorKind::deterministic,
                       .turn = std::chrono::microseconds(10),
                       .policy = make_policy(policy),
                       .linger = linger,
                       .network = {.link = {.latency = std::chrono::microseconds(100)}}},
                      20)
        .progress_between_processes()
        .updates;
  };
  using std::chrono::microseconds;
  for (const char* policy : {"worker", "process", "coordinator"}) {
    INFO(policy);
    CHECK(updates(policy, microseconds(100)) < updates(policy, microseconds(0)) * 3 / 4);
  }
  // Nothing is gathered that could linger.
  CHECK(updates("direct", microseconds(100)) == updates("direct", microseconds(0)));
}

TEST_CASE("the traffic of a seed is the same each time", "[traffic][deterministic]") {
  const auto table = [](std::uint64_t seed) {
    return to_text(traffic_of({.workers = 5,
                               .processes = 2,
                               .executor = ExecutorKind::deterministic,
                               .seed = seed,
                               .policy = make_policy("process")}));
  };
  std::set<std::string> tables;
  for (std::uint64_t seed = 0; seed != 10; ++seed) {
    CHECK(table(seed) == table(seed));
    tables.insert(table(seed));
  }
  CHECK(tables.size() > 1);
}

}  // namespace
}  // namespace tidemark::traffic_test
