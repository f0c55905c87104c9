// SPDX-License-Identifier: MIT
//
// A keyed count in a steady state allocates nothing, once it has seen its keys.
//
// An executable of its own, since it replaces the global operator new.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include <tests/support.hpp>
#include <tests/support/counted_allocations.hpp>

namespace tidemark::operators_allocation_test {
namespace {

/// The allocations of 10,000 steps, after 1,000 to warm up, in each of which every worker counts
/// 500 of 1,000 keys.
std::uint64_t allocations_of(std::uint32_t workers) {
  std::uint64_t counted = 0;
  std::uint64_t total = 0;
  execute({.workers = workers, .executor = ExecutorKind::deterministic, .check = false},
          [&](Worker& worker) {
            auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
              auto [handle, keys] = new_input<std::uint64_t>(scope);
              auto added =
                  fuse_in_place(keys | count(), "total", "", [&total](Epoch, auto& counts) {
                    for (const auto& [key, count] : counts) total += count;
                  });
              return std::pair(std::move(handle), tidemark::probe(added));
            });
            auto [round, all_at] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
              auto [handle, nothing] = new_input<int>(scope);
              return std::pair(std::move(handle), tidemark::probe(nothing));
            });
            for (std::uint64_t step = 0; step != 11000; ++step) {
              if (step == 1000 && worker.index() == 0) counted = tests::allocations.load();
              for (std::uint64_t n = 0; n != 500; ++n) input.send((step * 500 + n) % 1000);
              input.flush();
              round.advance_to(step + 1);
              worker.step_while([&] { return all_at.less_than(step + 1); });
            }
            if (worker.index() == 0) counted = tests::allocations.load() - counted;
            round.close();
            input.close();
            worker.step_while([&] { return !probe.done(); });
          });
  CHECK(total == std::uint64_t{workers} * 11000 * 500);
  return counted;
}

TEST_CASE("a keyed count allocates nothing once it has seen its keys", "[allocation]") {
  CHECK(allocations_of(1) == 0);
}

TEST_CASE("a keyed count of several workers allocates next to nothing once it has seen its keys",
          "[allocation]") {
  for (const std::uint32_t workers : {3u, 16u}) {
    INFO(workers << " workers");
    CHECK(allocations_of(workers) < 100 * workers);
  }
}

}  // namespace
}  // namespace tidemark::operators_allocation_test
