// SPDX-License-Identifier: MIT
//
// Pacts: anybody may say which records go to which worker.
#include <tidemark/core/error.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/pact.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

namespace tidemark::pact_test {
namespace {

using Number = std::uint64_t;

/// Deals a worker's batches out to the workers, each as a whole.
struct InTurn {
  std::uint32_t next = 0;

  void distribute(const std::vector<Number>&, std::uint32_t workers, std::span<std::uint32_t> to) {
    std::ranges::fill(to, next++ % workers);
  }
};
static_assert(RoutingPact<InTurn, Number>);
static_assert(RoutingPact<Exchange<std::identity>, Number>);
static_assert(!RoutingPact<Pipeline, Number>);

TEST_CASE("an exchange sends each record to its route, modulo the workers", "[pact]") {
  Exchange exchange{[](const Number& n) { return n; }};
  const std::vector<Number> records{0, 1, 5, 6, 11};
  std::vector<std::uint32_t> to(records.size());
  exchange.distribute(records, 4, to);
  CHECK(to == std::vector<std::uint32_t>{0, 1, 1, 2, 3});
  exchange.distribute(records, 3, to);
  CHECK(to == std::vector<std::uint32_t>{0, 1, 2, 0, 2});
}

TEST_CASE("a pact of one's own says where each batch goes", "[pact]") {
  for (const std::uint32_t workers : {1u, 2u, 5u, 40u}) {
    INFO(workers << " workers");
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(
        {.workers = workers, .executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
          tests::collect(tests::rounds(scope, 10, tests::numbers(100)), InTurn{}, arrivals);
        });
    CHECK(arrivals.complaints().empty());
    CHECK(arrivals.all().size() == workers * 10 * 100);
    std::vector<std::size_t> got(workers);
    for (const auto& [time, n, worker] : arrivals.all()) ++got[worker];
    CHECK(std::ranges::count(got, std::size_t{0}) <= (workers > 10 ? workers - 10 : 0));
  }
}

struct Beyond {
  void distribute(const std::vector<Number>&, std::uint32_t workers, std::span<std::uint32_t> to) {
    std::ranges::fill(to, workers);
  }
};

TEST_CASE("a pact that names a worker who is not there ends the run, and is told who is",
          "[pact][error]") {
  const auto run = [] {
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(
        {.workers = 3, .executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
          tests::collect(tests::rounds(scope, 1, tests::numbers(1)), Beyond{}, arrivals);
        });
  };
  CHECK_THROWS_WITH(run(), Catch::Contains("a pact sent a record to worker 3; there are 3"));
}

}  // namespace
}  // namespace tidemark::pact_test
