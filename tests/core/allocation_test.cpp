// SPDX-License-Identifier: MIT
//
// In a steady state the engine allocates nothing: batches, ledger entries and buffers come home.
// What it allocates before grows as the graph.
//
// An executable of its own, since it replaces the global operator new.
#include <tidemark/core/fused.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/steps.hpp>
#include <tests/support.hpp>
#include <tests/support/counted_allocations.hpp>

namespace tidemark::allocation_test {
namespace {

Stream<Epoch, std::uint64_t> pass(const Stream<Epoch, std::uint64_t>& stream, auto pact) {
  return unary<std::uint64_t>(stream, pact, "pass", "", [](auto& in, auto& out) {
    in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
  });
}

/// The allocations of 10,000 rounds, after 1,000 to warm up, of a chain of a map, an exchange, a
/// pipeline and a branch.
std::uint64_t allocations_of(std::uint32_t workers, std::uint64_t per_round) {
  std::uint64_t counted = 0;
  execute({.workers = workers, .executor = ExecutorKind::deterministic, .check = false},
          [&](Worker& worker) {
            auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
              auto [handle, stream] = new_input<std::uint64_t>(scope);
              auto mapped = tests::map_numbers(stream, [](std::uint64_t n) { return n * 3; });
              auto passed = pass(pass(mapped, tests::by_hash()), Pipeline{});
              pass(passed, Pipeline{});
              return std::pair(std::move(handle), tidemark::probe(tests::map_numbers(
                                                      pass(passed, Pipeline{}),
                                                      [](std::uint64_t n) { return n + 1; })));
            });
            for (std::uint64_t round = 0; round != 11000; ++round) {
              if (round == 1000 && worker.index() == 0) counted = tests::allocations.load();
              for (std::uint64_t n = 0; n != per_round; ++n) input.send(n);
              input.advance_to(round + 1);
              worker.step_while([&] { return probe.less_than(round + 1); });
            }
            if (worker.index() == 0) counted = tests::allocations.load() - counted;
          });
  return counted;
}

/// The bytes that are allocated to build and run an operator that passes what comes at each of its
/// inputs to the output of the same number.
std::uint64_t bytes_of(std::uint32_t ports) {
  const std::uint64_t before = tests::allocated_bytes;
  execute({.executor = ExecutorKind::deterministic, .check = false}, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, numbers] = new_input<std::uint64_t>(scope);
      tests::pass_side_by_side(numbers, ports);
      return std::move(handle);
    });
    input.send(1);
  });
  return tests::allocated_bytes - before;
}

TEST_CASE("the memory of an operator grows as its ports and connections", "[allocation]") {
  const std::uint64_t thousand = bytes_of(1000);
  REQUIRE(bytes_of(10000) < 16 * thousand);
  CHECK(bytes_of(100000) < 160 * thousand);
}

TEST_CASE("a dataflow in a steady state allocates nothing", "[allocation]") {
  for (const std::uint64_t per_round : {1u, 100u, 3000u}) {
    INFO(per_round << " records a round");
    CHECK(allocations_of(1, per_round) == 0);
  }
}

TEST_CASE("an exchange between workers in a steady state allocates next to nothing",
          "[allocation]") {
  // Who runs first changes from round to round, so that now and then one more batch is under way.
  for (const std::uint64_t per_round : {1u, 100u}) {
    INFO(per_round << " records a round");
    CHECK(allocations_of(3, per_round) < 200);
  }
}

TEST_CASE("batches that workers share allocate next to nothing in a steady state", "[allocation]") {
  for (const std::uint64_t per_round : {1u, 100u}) {
    INFO(per_round << " records a round");
    CHECK(allocations_of(16, per_round) < 2000);
  }
}

}  // namespace
}  // namespace tidemark::allocation_test
