// SPDX-License-Identifier: MIT
//
// The operator that HACKING.md shows: its code, what it does, and what is said when it is stuck.
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/operators/loops/enter.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/progress/nested.hpp>

#include <tests/operators/stateful.hpp>
#include <tests/support.hpp>

namespace tidemark::manual_test {
namespace {

// HACKING begin
// Sorts the records of each timestamp and sends them when it is complete.
auto sorted() {
  return []<typename T, typename Item>(Stream<T, Item> input) {
    auto logic = [open = OpenTimes<T, std::vector<Item>>{}](auto& in, auto& out) mutable {
      in.for_each(
          [&](auto& batch) { std::ranges::move(batch, std::back_inserter(open.at(batch, out))); });
      const auto send = [&](const Capability<T>& at, std::vector<Item>& records) {
        std::ranges::sort(records);
        out.at(at).give_all(records);
      };
      open.release(send, in.frontier());
    };
    return unary_due<Item>(input, Pipeline{}, "sorted", "", std::move(logic), Keeps::within_epoch);
  };
}
// HACKING end

using tests::Number;

TEST_CASE("the manual's operator sorts the records of each timestamp", "[manual]") {
  const auto shuffled = [](std::uint32_t worker, Number round) {
    std::vector<Number> records;
    for (Number i = 0; i != 11; ++i) records.push_back((i * 7 + worker + round) % 11);
    return records;
  };
  tests::for_each_configuration([&](const Config& config) {
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      tests::collect(tests::rounds(scope, 5, shuffled) | sorted(), Pipeline{}, arrivals);
    });
    CHECK(arrivals.sorted() == tests::sent_by(config, 5, shuffled));
    CHECK(arrivals.complaints().empty());
    std::map<std::pair<std::uint32_t, Number>, std::vector<Number>> by_worker_and_epoch;
    for (const auto& [epoch, n, worker] : arrivals.all())
      by_worker_and_epoch[{worker, epoch}].push_back(n);
    for (const auto& [place, records] : by_worker_and_epoch) CHECK(std::ranges::is_sorted(records));
  });
}

TEST_CASE("the manual's operator works in a loop", "[manual]") {
  std::string seen;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    auto input = worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
      auto [handle, numbers] = new_input<Number>(scope);
      numbers | enter(scope.add_loop("loop")) | sorted() |
          inspect_epoch(
              [&](const auto& time, Number n) { seen += to_text(n) + "@" + to_text(time) + " "; });
      return std::move(handle);
    });
    for (const Number n : {3, 1, 2}) input.send(n);
  });
  CHECK(seen == "1@(0,0) 2@(0,0) 3@(0,0) ");
}

TEST_CASE("why the manual's operator is stuck is said with step, timestamp and holder",
          "[manual]") {
  // Worker 1 forgets to advance its input, so that nobody's numbers can be sorted.
  for (Number seed = 0; seed != 20; ++seed) {
    std::string error = "it ran";
    try {
      execute({.workers = 2, .executor = ExecutorKind::deterministic, .seed = seed},
              [](Worker& worker) {
                auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
                  auto [handle, numbers] = new_input<int>(scope, "numbers");
                  return std::pair{std::move(handle), tidemark::probe(numbers | sorted())};
                });
                input.send(7);
                if (worker.index() == 0) input.advance_to(1);
                worker.step_while([&] { return probe.less_than(1); });
              });
    } catch (const StuckError& stuck) {
      error = stuck.what();
    }
    CHECK(
        error ==
        "the run is stuck: nothing is left to run and no timer is set\n"
        "probe on 'sorted': 0 can still appear at sorted.out0, because\n"
        "  numbers.out0 holds 1 capability at 0 (worker 1), 2 hops away: 0 at numbers.out0 -> 0 at "
        "sorted.in0 -> 0 at sorted.out0; nothing comes before it: it is to be advanced or dropped\n"
        "  sorted.out0 holds 1 capability at 0 (worker 0) and 1 capability at 0 (worker 1), right "
        "there; it waits for what can still arrive");
  }
}

}  // namespace
}  // namespace tidemark::manual_test
