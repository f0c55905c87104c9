// SPDX-License-Identifier: MIT
//
// In a steady state the engine allocates nothing: batches, ledger entries and buffers come home.
// What it allocates before grows as the graph.
// And a dataflow that has ended leaves nothing behind.
//
// An executable of its own, since it replaces the global operator new.
#include <tidemark/core/batch.hpp>
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/fused.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/steps.hpp>
#include <tests/support.hpp>
#include <tests/support/counted_allocations.hpp>

#include <chrono>
#include <cstdlib>

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

TEST_CASE("a pool gives memory back after a burst, and not what is needed in each round",
          "[allocation]") {
  BatchPool<Epoch> pool(record_type<int>);
  const auto take_at_once = [&](std::size_t count) {
    std::vector<AnyBatch<Epoch>*> taken(count);
    for (AnyBatch<Epoch>*& batch : taken) batch = &pool.take();
    for (AnyBatch<Epoch>* batch : taken) pool.give_back(*batch);
  };
  const std::int64_t before = tests::live.load();
  take_at_once(5000);
  CHECK(tests::live.load() - before >= 5000);
  const std::uint64_t allocations = tests::allocations.load();
  for (int round = 0; round != 20; ++round) take_at_once(5000);
  CHECK(tests::allocations.load() - allocations == 20);  // the list of those that are taken
  for (int round = 0; round != 20'000; ++round) take_at_once(1);
  CHECK(tests::live.load() - before < 300);
}

TEST_CASE("what a dataflow has queued in a burst is given back when it ends", "[allocation]") {
  Embedded embedded;
  const auto burst = [&](int batches) {
    auto input = embedded.worker().dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<std::uint64_t>(scope);
      pass(stream, Pipeline{});
      return std::move(handle);
    });
    for (int n = 0; n != batches; ++n) {
      input.send(1);
      input.flush();
    }
    input.close();
    embedded.step_while([&] { return embedded.has_dataflows(); });
  };
  burst(1);
  const std::int64_t before = tests::live.load();
  burst(5000);
  CHECK(tests::live.load() - before < 300);
}

/// What the engine has at each worker, all together, after so many dataflows one after the other.
struct Kept {
  std::int64_t allocations = 0;
  std::size_t dataflows = 0;
  std::uint64_t activations = 0;  // of an operator that has nothing to do
};

/// One after the other builds `dataflows` dataflows beside one that goes on, each of which sets a
/// timer, waits for the end of its own, and looks at what is kept when `look_after` have ended.
std::vector<Kept> build_and_end(std::uint32_t workers, std::uint64_t dataflows,
                                const std::vector<std::uint64_t>& look_after) {
  std::vector<Kept> kept;
  kept.reserve(look_after.size());
  execute(
      {.workers = workers, .executor = ExecutorKind::deterministic, .check = false},
      [&](Worker& worker) {
        std::uint64_t activations = 0;
        auto idle = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          auto [handle, stream] = new_input<std::uint64_t>(scope);
          unary<std::uint64_t>(stream, Pipeline{}, "idle", "",
                               [&activations](auto&, auto&) { ++activations; });
          return std::move(handle);
        });
        for (std::uint64_t built = 0; built != dataflows; ++built) {
          if (worker.index() == 0 && kept.size() != look_after.size() &&
              built == look_after[kept.size()])
            kept.push_back({tests::live.load(), worker.process().dataflows().size(), activations});
          auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
            auto [handle, stream] = new_input<std::uint64_t>(scope);
            OperatorBuilder<Epoch> op(scope, "alarm");
            auto& in = op.input(stream, tests::by_hash());
            auto [out, passed] = op.template output<std::uint64_t>();
            op.build(
                [&in, &out = out, again = op.activator(), &executor = scope.worker().executor()] {
                  in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
                  again.activate_at(executor.now() + std::chrono::hours(1));
                });
            return std::pair(std::move(handle), tidemark::probe(passed));
          });
          input.send(built);
          input.close();
          worker.step_while([&] { return !probe.done(); });
        }
      });
  return kept;
}

TEST_CASE("a hundred thousand dataflows, one after the other, leave nothing behind",
          "[allocation]") {
  for (const auto& [workers, dataflows] : {std::pair(1u, 100'000u), {3u, 10'000u}}) {
    INFO(workers << " workers");
    const std::vector<Kept> kept = build_and_end(workers, dataflows, {1000, dataflows - 1});
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].dataflows <= 1 + workers);
    CHECK(kept[1].dataflows <= 1 + workers);
    CHECK(kept[0].activations == kept[1].activations);
    // With several workers it depends on the seed how far each is.
    CHECK(std::abs(kept[1].allocations - kept[0].allocations) < (workers == 1 ? 16 : 1000));
  }
}

}  // namespace
}  // namespace tidemark::allocation_test
