// SPDX-License-Identifier: MIT
//
// to_stream and empty: streams that begin in the program. map_in_place and inspect_batch on them.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/operators/ends/to_stream.hpp>
#include <tidemark/operators/loops/leave.hpp>
#include <tidemark/operators/routing/concat.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/stateless/map_in_place.hpp>
#include <tidemark/progress/nested.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <ranges>

namespace tidemark::to_stream_test {
namespace {

using Number = std::uint64_t;
using Records = std::vector<std::pair<std::uint64_t, Number>>;  // with their epochs

TEST_CASE("to_stream sends a worker's range at the least timestamp", "[to_stream]") {
  tests::for_each_configuration([](const Config& config) {
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const Number first = scope.worker().index() * 5000;
      tests::collect(to_stream(scope, std::views::iota(first, first + 3000)), tests::by_hash(),
                     arrivals);
    });
    Records expected;
    for (Number worker = 0; worker != config.workers; ++worker)
      for (Number n = 0; n != 3000; ++n) expected.emplace_back(0, worker * 5000 + n);
    CHECK((arrivals.sorted() == expected));
    CHECK(arrivals.complaints().empty());
  });
}

TEST_CASE("to_stream keeps the range and its order, and takes what can only be read once",
          "[to_stream]") {
  std::vector<std::string> words;
  std::vector<int> numbers;
  std::istringstream text("3 1 2");
  tests::run_to_end({.executor = ExecutorKind::deterministic}, [&](Scope<Epoch>& scope) {
    to_stream(scope, std::vector<std::string>{"a", "b", "c"}) |
        inspect([&](const std::string& word) { words.push_back(word); });
    to_stream(scope, std::views::istream<int>(text)) |
        inspect([&](int n) { numbers.push_back(n); });
  });
  CHECK(words == std::vector<std::string>{"a", "b", "c"});
  CHECK(numbers == std::vector{3, 1, 2});
}

TEST_CASE("a long range goes in pieces, and other operators run between them", "[to_stream]") {
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    Number before = 0, largest = 0, all = 0;
    bool seen = false;
    worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      const auto stream = to_stream(scope, std::views::iota(Number{0}, Number{100'000})) |
                          inspect_batch([&](Epoch, const std::vector<Number>& records) {
                            largest = std::max<Number>(largest, records.size());
                            all += records.size();
                          });
      OperatorBuilder<Epoch> op(scope, "other");
      auto& in = op.input(stream, Pipeline{});
      op.build([&] {
        in.for_each([&](auto&) {
          if (!std::exchange(seen, true)) before = all;
        });
      });
    });
    while (worker.step()) {
    }
    CHECK(all == 100'000);
    CHECK(largest == batch_capacity<Number>);
    CHECK(before == batch_capacity<Number>);
  });
}

TEST_CASE("an empty range and an empty stream end at once", "[to_stream][empty]") {
  execute({.executor = ExecutorKind::deterministic}, [](Worker& worker) {
    auto [none, nothing] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      return std::pair(tidemark::probe(to_stream(scope, std::vector<int>{})),
                       tidemark::probe(empty<int>(scope)));
    });
    CHECK(nothing.done());
    CHECK_FALSE(none.done());
    worker.step();
    CHECK(none.done());
  });
}

TEST_CASE("an empty stream keeps no frontier back, at any depth", "[empty]") {
  using Time = Nested<Epoch, 1>;
  tests::for_each_configuration([](const Config& config) {
    tests::Log<Number> log;
    execute(config, [&](Worker& worker) {
      auto [input, probe] = worker.dataflow<Time>([&](auto& scope) {
        auto [handle, numbers] = new_input<Number>(scope);
        auto& loop = scope.add_loop("loop");
        auto inside = concat(std::vector{
            empty<Number>(loop), to_stream(loop, std::array{Number{5}}), empty<Number>(loop)});
        auto outside = concat(std::vector{numbers, inside | leave(), empty<Number>(scope)}) |
                       inspect([&](Number n) { log.add(n); });
        return std::pair(std::move(handle), tidemark::probe(outside));
      });
      input.send(7);
      input.advance_to(1);
      worker.step_while([&] { return probe.less_than(1); });
    });
    std::vector<Number> expected(config.workers, 5);
    expected.resize(2 * config.workers, 7);
    CHECK(log.sorted() == expected);
  });
}

TEST_CASE("a blueprint sends a range once, however many workers there are", "[to_stream][empty]") {
  tests::for_each_schedule([](const Config& config) {
    tests::Log<tests::InEpoch<int>> log;
    Dataflow flow;
    const auto numbers = to_stream(flow, std::vector{4, 5, 6}, "numbers");
    tests::log_output(concat(std::vector{numbers, empty<int>(flow)}), log);
    cluster_main(flow, config);
    CHECK(log.sorted() == std::vector<tests::InEpoch<int>>{{0, 4}, {0, 5}, {0, 6}});
  });
}

TEST_CASE("map_in_place changes every record where it is", "[map_in_place]") {
  tests::for_each_configuration([](const Config& config) {
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      tests::collect(
          tests::rounds(scope, 3, tests::numbers(10)) | map_in_place([](Number& n) { n *= 3; }),
          tests::by_hash(), arrivals);
    });
    Records expected;
    for (std::uint32_t worker = 0; worker != config.workers; ++worker)
      for (std::uint64_t epoch = 0; epoch != 3; ++epoch)
        for (const Number n : tests::numbers(10)(worker, epoch))
          expected.emplace_back(epoch, 3 * n);
    std::ranges::sort(expected);
    CHECK(arrivals.sorted() == expected);
    CHECK(arrivals.complaints().empty());
  });
}

TEST_CASE("map_in_place changes this use of a stream alone", "[map_in_place]") {
  tests::Arrivals<std::string> changed, unchanged;
  tests::run_to_end(tests::deterministic(1, 0), [&](Scope<Epoch>& scope) {
    const auto words = to_stream(scope, std::vector<std::string>{"a", "b"});
    tests::collect(words | map_in_place("loud", [](std::string& word) { word += '!'; }), Pipeline{},
                   changed);
    tests::collect(words, Pipeline{}, unchanged);
  });
  using Words = std::vector<std::pair<std::uint64_t, std::string>>;
  CHECK(changed.sorted() == Words{{0, "a!"}, {0, "b!"}});
  CHECK(unchanged.sorted() == Words{{0, "a"}, {0, "b"}});
}

TEST_CASE("inspect_batch sees every record once, with its epoch, and changes nothing",
          "[inspect]") {
  tests::for_each_configuration([](const Config& config) {
    tests::Log<std::pair<std::uint64_t, Number>> log;
    tests::Arrivals<Number> arrivals;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const auto stream = tests::rounds(scope, 3, tests::numbers(10)) |
                          inspect_batch([&](Epoch epoch, const std::vector<Number>& records) {
                            for (const Number n : records) log.add({epoch.value, n});
                          });
      tests::collect(stream, tests::by_hash(), arrivals);
    });
    CHECK(arrivals.all().size() == 30 * config.workers);
    CHECK(log.sorted() == arrivals.sorted());
    CHECK(arrivals.complaints().empty());
  });
}

}  // namespace
}  // namespace tidemark::to_stream_test
