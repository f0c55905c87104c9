// SPDX-License-Identifier: MIT
//
// map, filter, filter_map, flat_map, inspect and its like: steps that look at one record at a time.
#include <tidemark/operators/sinks/testing_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/filter_map.hpp>
#include <tidemark/operators/stateless/flat_map.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <numeric>
#include <ranges>
#include <span>
#include <string_view>

namespace tidemark::stateless_test {
namespace {

using tests::Discard;
using tests::epoch_per_poll;
using tests::InEpoch;
using tests::Log;

std::vector<int> numbers_to(int end) {
  std::vector<int> numbers(static_cast<std::size_t>(end));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

/// What comes out when `items` go through `steps`, in order; the same under every schedule.
template <typename Out, typename In, typename Steps>
std::vector<Out> through(std::vector<In> items, Steps steps, std::size_t batch_size = 3) {
  std::optional<std::vector<Out>> first;
  tests::for_each_schedule([&](const Config& config) {
    std::vector<Out> results;
    Dataflow flow;
    input(flow, "items", TestingInput<In>(items, batch_size), {.epoch_items = 10}) | steps |
        output("out", TestingOutput(results));
    cluster_main(flow, config);
    if (!first) first = results;
    REQUIRE(results == *first);
  });
  return *first;
}

TEST_CASE("map sends what its function returns, in order", "[map]") {
  int calls = 0;
  const auto squares = through<int>(numbers_to(50), map([&calls](int n) {
                                      ++calls;
                                      return n * n;
                                    }));
  REQUIRE(squares.size() == 50);
  for (int n = 0; n != 50; ++n) CHECK(squares[static_cast<std::size_t>(n)] == n * n);
  CHECK(calls % 50 == 0);
}

TEST_CASE("map changes the type of a stream", "[map]") {
  CHECK(through<std::string>(std::vector{1, 20, 3}, map([](int n) { return std::to_string(n); })) ==
        std::vector<std::string>{"1", "20", "3"});
}

TEST_CASE("map with a function that returns its argument keeps the records", "[map]") {
  const std::vector<std::vector<int>> items{{1, 2}, {}, {3}};
  CHECK(through<std::vector<int>>(items, map(std::identity{})) == items);
}

TEST_CASE("map takes a pointer to a member", "[map]") {
  const std::vector<std::pair<int, std::string>> items{{1, "a"}, {2, "b"}};
  CHECK(through<std::string>(items, map(&std::pair<int, std::string>::second)) ==
        std::vector<std::string>{"a", "b"});
}

TEST_CASE("filter keeps the records for which the predicate is true, in order", "[filter]") {
  CHECK(through<int>(numbers_to(9), filter([](int n) { return n % 2 == 0; })) ==
        std::vector{0, 2, 4, 6, 8});
}

TEST_CASE("a filter that keeps nothing lets the run end", "[filter]") {
  CHECK(through<int>(numbers_to(100), filter([](int) { return false; })).empty());
}

TEST_CASE("filter_map keeps the results that are there", "[filter_map]") {
  CHECK(through<std::string>(numbers_to(7), filter_map([](int n) -> std::optional<std::string> {
                               if (n % 3 != 0) return std::nullopt;
                               return std::to_string(n);
                             })) == std::vector<std::string>{"0", "3", "6"});
}

TEST_CASE("flat_map sends the elements of each result in order", "[flat_map]") {
  CHECK(through<int>(numbers_to(5), flat_map([](int n) {
                       return std::vector(static_cast<std::size_t>(n), n);
                     })) == std::vector{1, 2, 2, 3, 3, 3, 4, 4, 4, 4});
}

TEST_CASE("flat_map sends the characters of a string", "[flat_map]") {
  CHECK(through<char>(std::vector<std::string>{"ab", "", "c"}, flat_map([](std::string text) {
                        return text;
                      })) == std::vector{'a', 'b', 'c'});
}

TEST_CASE("flat_map leaves alone what a view only refers to", "[flat_map]") {
  std::vector<std::string> shared{"a long enough text to live on the heap", "b"};
  const auto twice =
      through<std::string>(numbers_to(2), flat_map([&shared](int) { return std::span(shared); }));
  CHECK(twice == std::vector{shared[0], shared[1], shared[0], shared[1]});
  CHECK(shared[0] == "a long enough text to live on the heap");
}

TEST_CASE("a flat_map to many records keeps their order over many batches", "[flat_map]") {
  const auto copies =
      through<int>(std::vector{1, 2}, flat_map([](int n) { return std::vector<int>(5000, n); }));
  CHECK(copies.size() == 10000);
  CHECK(std::ranges::is_sorted(copies));
}

TEST_CASE("inspect sees every record once, in order, and passes it on", "[inspect]") {
  std::vector<int> seen;
  const auto passed =
      through<int>(numbers_to(20), inspect([&seen](const int& n) { seen.push_back(n); }));
  CHECK(passed == numbers_to(20));
  REQUIRE(seen.size() % 20 == 0);
  for (std::size_t i = 0; i != seen.size(); ++i) REQUIRE(seen[i] == static_cast<int>(i % 20));
}

TEST_CASE("stateless steps keep the epoch of a record", "[inspect]") {
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<std::string>> log;
    Dataflow flow;
    tests::log_output(input(flow, "items", TestingInput(numbers_to(6)), epoch_per_poll()) |
                          map([](int n) { return n + 1; }) | filter([](int n) { return n != 2; }) |
                          flat_map([](int n) {
                            return std::vector{n, -n};
                          }) |
                          filter_map([](int n) -> std::optional<std::string> {
                            if (n == -1) return std::nullopt;
                            return std::to_string(n);
                          }),
                      log);
    cluster_main(flow, config);
    CHECK(log.entries() == std::vector<InEpoch<std::string>>{{1, "1"},
                                                             {3, "3"},
                                                             {3, "-3"},
                                                             {4, "4"},
                                                             {4, "-4"},
                                                             {5, "5"},
                                                             {5, "-5"},
                                                             {6, "6"},
                                                             {6, "-6"}});
  });
}

TEST_CASE("inspect_worker tells the worker that has the record", "[inspect]") {
  tests::for_each_schedule([](const Config& config) {
    Log<std::pair<int, std::uint32_t>> log;
    Dataflow flow;
    input(flow, "parts", tests::PartsInput<int>({{{0}}, {{1}}, {{2}}, {{3}}})) |
        inspect_worker([&log](int part, std::uint32_t worker) {
          log.add({part, worker});
        }) |
        output("out", Discard{});
    cluster_main(flow, config);
    const auto seen = log.sorted();
    REQUIRE(seen.size() == 4);
    for (const auto& [part, worker] : seen)
      CHECK(worker == static_cast<std::uint32_t>(part) % config.workers);
  });
}

TEST_CASE("every worker has its own copy of a step's function", "[map]") {
  std::vector<int> results;
  Dataflow flow;
  input(flow, "parts", tests::PartsInput<int>({{{7, 7}}, {{7, 7}}, {{7, 7}}})) |
      map([calls = 0](int) mutable { return ++calls; }) | output("out", TestingOutput(results));
  for (int run = 0; run != 2; ++run) {  // a blueprint does not change when it is run
    results.clear();
    cluster_main(flow, tests::deterministic(3, 5));
    std::ranges::sort(results);
    CHECK(results == std::vector{1, 1, 1, 2, 2, 2});
  }
}

TEST_CASE("hundreds of stateless steps in a row work", "[map]") {
  std::vector<int> results;
  Dataflow flow;
  auto stream = input(flow, "items", TestingInput(numbers_to(3)));
  for (int i = 0; i != 300; ++i) stream = stream | map([](int n) { return n + 1; });
  stream | output("out", TestingOutput(results));
  cluster_main(flow, tests::deterministic(2, 0));
  CHECK(results == std::vector{300, 301, 302});
}

/// The error when a step throws at the record 4 of epoch 5.
template <typename MakeStep>
void check_error(MakeStep make_step) {
  const auto fail = [](int n) {
    if (n == 4) throw std::out_of_range("four is too many");
    return true;
  };
  tests::for_each_schedule([&](const Config& config) {
    Dataflow flow;
    input(flow, "items", TestingInput(numbers_to(9)), epoch_per_poll()) | make_step(fail) |
        output("out", Discard{});
    try {
      cluster_main(flow, config);
      FAIL("the run has not failed");
    } catch (const StepError& error) {
      CHECK(error.step() == "failing");
      CHECK(error.worker() == 0);
      CHECK(error.time() == "5");
      CHECK(error.what() ==
            std::string("step 'failing' failed on worker 0 at timestamp 5: four is too many"));
      CHECK_THROWS_AS(std::rethrow_if_nested(error), std::out_of_range);
    }
  });
}

TEST_CASE("what a stateless step throws ends the run with step, worker and epoch", "[error]") {
  check_error([](auto fail) { return map("failing", [fail](int n) { return fail(n) ? n : 0; }); });
  check_error([](auto fail) {
    return map("failing", [fail](int n) { return fail(n) ? "" : std::string(); });
  });
  check_error([](auto fail) { return filter("failing", fail); });
  check_error([](auto fail) {
    return filter_map("failing", [fail](int n) { return std::optional(fail(n) ? n : 0); });
  });
  check_error([](auto fail) {
    return flat_map("failing", [fail](int n) { return std::vector<int>(fail(n) ? 1 : 0); });
  });
  check_error([](auto fail) { return inspect("failing", fail); });
  check_error(
      [](auto fail) { return inspect_epoch("failing", [fail](const Epoch&, int n) { fail(n); }); });
  check_error([](auto fail) {
    return inspect_worker("failing", [fail](int n, std::uint32_t) { fail(n); });
  });
}

TEST_CASE("flat_map reads a view element by element, and what that throws names the step",
          "[flat_map][error]") {
  int made = 0, seen = 0;
  const auto triple = [&made](int n) {
    return std::views::iota(3 * n, 3 * n + 3) | std::views::transform([&made](int m) {
             if (++made == 8) throw std::runtime_error("no eighth");
             return m;
           });
  };
  Dataflow flow;
  input(flow, "items", TestingInput(numbers_to(9)), epoch_per_poll()) |
      flat_map("failing", triple) | inspect([&seen](int n) { CHECK(n == seen++); }) |
      output("out", Discard{});
  CHECK(tests::error_of(flow, tests::deterministic(1, 0)) ==
        "step 'failing' failed on worker 0 at timestamp 3: no eighth");
  CHECK(made == 8);
  CHECK(seen >= 6);
}

}  // namespace
}  // namespace tidemark::stateless_test
