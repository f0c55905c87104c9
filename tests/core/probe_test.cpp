// SPDX-License-Identifier: MIT
//
// Probes: what they say of a stream, fused or not.
#include <tidemark/core/fused.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <array>
#include <atomic>

namespace tidemark::probe_test {
namespace {

TEST_CASE("a probe says what can still come before a timestamp, or at it", "[probe]") {
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<int>(scope);
      return std::pair(std::move(handle), tidemark::probe(stream));
    });
    CHECK_FALSE(probe.less_than(0));
    CHECK(probe.less_equal(0));
    CHECK(probe.less_than(1));
    input.advance_to(5);
    CHECK(probe.less_equal(0));  // not reported yet
    worker.step();
    CHECK_FALSE(probe.less_equal(4));
    CHECK_FALSE(probe.less_than(5));
    CHECK(probe.less_equal(5));
    CHECK(probe.less_than(6));
    CHECK_FALSE(probe.done());
    input.close();
    worker.step_while([&] { return !probe.done(); });
    CHECK_FALSE(probe.less_equal(1000));
    CHECK(probe.frontier().empty());
  });
}

TEST_CASE("a probe shows its frontier whole", "[probe]") {
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<int>(scope);
      return std::pair(std::move(handle), tidemark::probe(stream));
    });
    input.advance_to(5);
    worker.step();
    CHECK(probe.with_frontier([](const Antichain<Epoch>& f) { return to_text(f); }) == "{5}");
    CHECK(probe.with_frontier(&Antichain<Epoch>::size) == 1);
  });
}

TEST_CASE("a probe says that a round is over when all its records have arrived, and not before",
          "[probe]") {
  tests::for_each_configuration([](const Config& config) {
    constexpr std::uint64_t rounds = 6;
    std::array<std::atomic<std::uint64_t>, rounds> arrived{};
    std::atomic<int> early = 0;
    execute(config, [&](Worker& worker) {
      auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, numbers] = new_input<std::uint64_t>(scope);
        const auto passed =
            unary<std::uint64_t>(numbers, tests::by_hash(), "pass", "", [](auto& in, auto& out) {
              in.for_each([&](auto& b) { out.at(b).give_all(b.records); });
            });
        const auto counted = tests::map_numbers(passed, [&](std::uint64_t n) {
          ++arrived[n % rounds];
          return n;
        });
        Probe<Epoch> all_counted;
        const auto same = counted | probe_with(all_counted);
        if (same.node != counted.node) ++early;
        return std::pair(std::move(handle), all_counted);
      });
      for (std::uint64_t round = 0; round != rounds; ++round) {
        for (std::uint64_t n = 0; n != 5; ++n) {
          input.send((worker.index() * 5 + n) * rounds + round);
          if (n == 2) input.flush();
        }
        if (!probe.less_equal(round)) ++early;
        input.advance_to(round + 1);
        worker.step_while([&] { return probe.less_than(round + 1); });
        if (arrived[round] != 5 * worker.peers()) ++early;
      }
      input.close();
      worker.step_while([&] { return !probe.done(); });
    });
    CHECK(early == 0);
  });
}

TEST_CASE("a probe on partially ordered timestamps knows all of a frontier", "[probe]") {
  using Pair = Product<Epoch, Epoch>;
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    auto [left, right, probe] = worker.dataflow<Pair>([](Scope<Pair>& scope) {
      auto [one, ones] = new_input<int>(scope);
      auto [two, twos] = new_input<int>(scope);
      OperatorBuilder<Pair> op(scope, "merge");
      op.input(ones, Pipeline{});
      op.input(twos, Pipeline{});
      auto merged = op.output<int>().second;
      op.build([] {});
      return std::tuple(std::move(one), std::move(two), tidemark::probe(merged));
    });
    left.advance_to({3, 0});
    right.advance_to({0, 2});
    worker.step_while([&] { return probe.less_equal({0, 0}); });
    CHECK(probe.frontier() == Antichain<Pair>{{0, 2}, {3, 0}});
    CHECK(probe.less_equal({3, 1}));
    CHECK_FALSE(probe.less_equal({2, 1}));
    CHECK(probe.less_than({0, 3}));
    CHECK_FALSE(probe.less_than({0, 2}));
  });
}

TEST_CASE("a fused stream's probe has the frontier of the output that feeds it", "[probe]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    std::mutex mutex;
    int differ = 0;
    execute({.workers = 2, .executor = kind}, [&](Worker& worker) {
      auto [input, at_input, fused] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<std::uint64_t>(scope);
        auto mapped =
            tests::map_numbers(tests::map_numbers(stream, [](std::uint64_t n) { return n + 1; }),
                               [](std::uint64_t n) { return n * 2; });
        return std::tuple(std::move(handle), probe(stream), probe(mapped));
      });
      for (std::uint64_t round = 1; round != 20; ++round) {
        input.send(round);
        input.advance_to(round);
        worker.step_while([&] { return fused.less_than(round); });
        const std::lock_guard lock(mutex);
        // Read in this order the second may be further, but never behind.
        if (!fused.frontier().dominates(at_input.frontier())) ++differ;
      }
    });
    CHECK(differ == 0);
  }
}

TEST_CASE("a probe waits for a batch in the queue and for what an operator holds", "[probe]") {
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<std::uint64_t>(scope);
      auto slow = unary<std::uint64_t>(
          stream, Pipeline{}, "slow", "",
          [held = std::optional<Capability<Epoch>>(), again = 0](auto& in, auto& out) mutable {
            if (again++ == 4) held.reset();
            in.for_each([&](auto& batch) {
              if (batch.time == Epoch{0}) held = out.retain(batch);
            });
          });
      return std::pair(std::move(handle), tidemark::probe(slow));
    });
    input.send(1);
    input.advance_to(10);
    std::vector<bool> waits;
    for (std::uint64_t round = 10; round != 14; ++round) {
      worker.step();
      waits.push_back(probe.less_than(1));
      input.send(round);
      input.advance_to(round + 1);
    }
    CHECK(waits == std::vector{true, true, true, true});
    worker.step_while([&] { return probe.less_than(14); });
    CHECK(probe.frontier() == Antichain<Epoch>{14});
  });
}

TEST_CASE("a probe is still right when its dataflow has ended", "[probe]") {
  for (const ExecutorKind kind : tests::executors()) {
    execute({.workers = 2, .executor = kind}, [](Worker& worker) {
      auto probe = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
        return tidemark::probe(tests::rounds(scope, 3, tests::numbers(2)));
      });
      worker.step_while([&] { return worker.has_dataflows(); });
      if (!probe.done() || probe.less_equal(0)) throw std::logic_error("not done");
    });
  }
}

}  // namespace
}  // namespace tidemark::probe_test
