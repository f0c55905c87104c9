// SPDX-License-Identifier: MIT
//
// Loops, built by hand: an operator takes its own stream back, one timestamp later.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

namespace tidemark::loop_test {
namespace {

/// Sends what comes from outside into the loop, and what comes back one epoch later, until `steps`
/// epochs have passed.
template <typename Around>
Stream<Epoch, std::uint64_t> loop(const Stream<Epoch, std::uint64_t>& stream, std::uint64_t steps,
                                  std::uint64_t feedback, Around around) {
  OperatorBuilder<Epoch> op(*stream.scope, "loop");
  auto& first = op.input(stream, Pipeline{});
  auto [out, looping] = op.output<std::uint64_t>();
  auto& again = op.input(around(looping), Pipeline{});
  op.connect({{0, 0, {}}, {1, 0, {feedback}}});
  op.build([&first, &again, &out = out, steps, feedback] {
    first.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
    again.for_each([&](auto& batch) {
      if (batch.time.value + feedback > steps) return;
      const auto later = out.retain(batch).delayed(batch.time.value + feedback);
      out.at(later).give_all(batch.records);
      out.flush();
    });
  });
  return looping;
}

TEST_CASE("a loop runs until nothing goes round any more", "[loop]") {
  for (const ExecutorKind kind : tests::executors())
    for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
      for (std::uint64_t seed = 0; seed != (kind == ExecutorKind::deterministic ? 10 : 2); ++seed) {
        const Config config{
            .workers = 3, .threads = 2, .executor = kind, .seed = seed, .ledgers = ledgers};
        INFO(tests::to_text(config));
        tests::Watchdog watchdog("a loop");
        tests::Arrivals<std::uint64_t> arrivals;
        tests::run_to_end(config, [&](Scope<Epoch>& scope) {
          auto looping =
              loop(tests::rounds(scope, 2, tests::numbers(3)), 20, 1,
                   [&](const Stream<Epoch, std::uint64_t>& inside) {
                     auto held = tests::hold(
                         inside, tests::by_hash(), [](std::uint64_t) { return 0; }, arrivals);
                     return tests::map_numbers(held, [](std::uint64_t n) { return n * 7 + 1; });
                   });
          tests::collect(looping, tests::by_value(), arrivals);
        });
        std::vector<std::pair<std::uint64_t, std::uint64_t>> expected;
        for (std::uint32_t worker = 0; worker != 3; ++worker)
          for (std::uint64_t round = 0; round != 2; ++round)
            for (std::uint64_t record : tests::numbers(3)(worker, round))
              for (std::uint64_t time = round; time <= 20; ++time, record = record * 7 + 1)
                expected.emplace_back(time, record);
        std::ranges::sort(expected);
        CHECK(arrivals.sorted() == expected);
        CHECK(arrivals.complaints().empty());
      }
}

TEST_CASE("a frontier inside a loop follows the feedback's step", "[loop]") {
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<std::uint64_t>(scope);
      auto looping = loop(stream, 10, 3, [](const auto& inside) { return inside; });
      return std::pair(std::move(handle), tidemark::probe(looping));
    });
    input.advance_to(4);
    worker.step_while([&] { return probe.less_than(4); });
    CHECK(probe.frontier() == Antichain<Epoch>{4});
    input.close();
    worker.step_while([&] { return !probe.done(); });
  });
}

TEST_CASE("a loop that does not advance is refused and named", "[loop][errors]") {
  CHECK_THROWS_WITH(execute({.executor = ExecutorKind::deterministic},
                            [](Worker& worker) {
                              worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
                                loop(tests::rounds(scope, 1, tests::numbers(1)), 1, 0,
                                     [](const auto& inside) { return inside; });
                              });
                            }),
                    Catch::Contains("loop.in1") && Catch::Contains("loop.out0") &&
                        Catch::Contains("does not advance the timestamp"));
}

}  // namespace
}  // namespace tidemark::loop_test
