// SPDX-License-Identifier: MIT
//
// reclock: each record at the first tick that covers it.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/timestamps/reclock.hpp>

#include <tests/operators/flow.hpp>
#include <tests/operators/stateful.hpp>
#include <tests/support.hpp>

namespace tidemark::reclock_test {
namespace {

using tests::AtEpochs;
using tests::Number;
using Keyed = std::pair<Number, Number>;

TEST_CASE("reclock sends each record at the first tick at or after its timestamp", "[reclock]") {
  const auto ticks = [](std::uint32_t, Number round) {
    return std::vector<char>(round % 3 == 1 ? 2 : 0);
  };
  tests::for_each_configuration([&](const Config& config) {
    AtEpochs<Keyed> expected;  // the last tick is at 7, so what comes at 8 or later is dropped
    for (const auto& [round, record] : tests::sent_by(config, 10, tests::keyed_numbers))
      if (round <= 7) expected.emplace_back(round <= 1 ? 1 : round <= 4 ? 4 : 7, record);
    std::ranges::sort(expected);
    REQUIRE_FALSE(expected.empty());
    REQUIRE(tests::results_of<Keyed>(config, [&](Scope<Epoch>& scope) {
              return tests::rounds(scope, 10, tests::keyed_numbers, "records") | redistribute() |
                     reclock(tests::rounds(scope, 10, ticks, "clock"));
            }) == expected);
  });
}

TEST_CASE("reclock waits until a tick's timestamp is complete on both streams", "[reclock]") {
  std::string seen;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    auto [records, clock] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [record_handle, numbers] = new_input<int>(scope, "records");
      auto [clock_handle, seconds] = new_input<char>(scope, "clock");
      numbers | reclock(seconds) |
          inspect_epoch([&](Epoch time, int n) { seen += to_text(n) + "@" + to_text(time) + ' '; });
      return std::pair(std::move(record_handle), std::move(clock_handle));
    });
    const auto settle = [&] {
      for (int i = 0; i != 10; ++i) worker.step();
    };
    records.send(1);
    clock.advance_to(5);
    clock.send('x');
    clock.advance_to(9);
    settle();
    CHECK(seen == "");  // more can come at 5
    records.advance_to(5);
    records.send(2);
    settle();
    CHECK(seen == "");
    records.advance_to(6);
    settle();
    CHECK(seen == "1@5 2@5 ");
    records.send(3);
    records.close();
    clock.send('x');
    clock.flush();
    settle();
    CHECK(seen == "1@5 2@5 ");  // the clock may still tick earlier than it ticks elsewhere
  });
  CHECK(seen == "1@5 2@5 3@9 ");
}

TEST_CASE("a blueprint is reclocked, too", "[reclock]") {
  tests::Log<tests::InEpoch<int>> log;
  Dataflow flow;
  const auto numbers =
      input(flow, "numbers", TestingInput(std::vector{1, 2, 3, 4}, 1), tests::epoch_per_poll());
  const auto clock = numbers | filter([](int n) { return n == 3; });
  tests::log_output(numbers | reclock(clock, "ticks"), log);
  cluster_main(flow, tests::deterministic(1, 0));
  CHECK(log.sorted() == std::vector<tests::InEpoch<int>>{{3, 1}, {3, 2}, {3, 3}});
}

}  // namespace
}  // namespace tidemark::reclock_test
