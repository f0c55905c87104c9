// SPDX-License-Identifier: MIT
//
// aggregate and accumulate: one result for each key, or each worker, when a timestamp is complete.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/timestamps/accumulate.hpp>
#include <tidemark/operators/timestamps/aggregate.hpp>

#include <tests/operators/stateful.hpp>
#include <tests/support.hpp>

namespace tidemark::aggregate_test {
namespace {

using tests::AtEpochs;
using tests::Number;
using Sum = std::pair<Number, Number>;

auto sums() {
  return aggregate<Number>(
      "sums", [](Number, Number value, Number& sum) { sum += value; },
      [](Number key, Number sum) { return Sum(key, sum); });
}

TEST_CASE("aggregate sends one result for each key of a timestamp, the same as a table's",
          "[aggregate]") {
  tests::for_each_configuration([](const Config& config) {
    std::map<std::pair<Number, Number>, Number> table;
    for (const auto& [round, record] : tests::sent_by(config, 8, tests::keyed_numbers))
      table[{round, record.first}] += record.second;
    AtEpochs<Sum> expected;
    for (const auto& [at, sum] : table) expected.push_back({at.first, {at.second, sum}});
    REQUIRE_FALSE(expected.empty());
    REQUIRE(tests::results_of<Sum>(config, [](Scope<Epoch>& scope) {
              return tests::rounds(scope, 8, tests::keyed_numbers) | sums();
            }) == expected);
  });
}

TEST_CASE("aggregate makes records of another type, of accumulators that cannot be copied",
          "[aggregate]") {
  const auto results = tests::results_of<std::string>(
      {.executor = ExecutorKind::deterministic}, [](Scope<Epoch>& scope) {
        return tests::rounds(scope, 1,
                             [](std::uint32_t, Number) {
                               return std::vector<std::pair<std::string, int>>{{"a", 2}, {"a", 3}};
                             }) |
               aggregate<std::unique_ptr<int>>(
                   "",
                   [](const std::string&, int value, std::unique_ptr<int>& product) {
                     product = std::make_unique<int>(product ? *product * value : value);
                   },
                   [](const std::string& key, std::unique_ptr<int> product) {
                     return key + std::to_string(*product);
                   });
      });
  CHECK(results == AtEpochs<std::string>{{0, "a6"}});
}

TEST_CASE("accumulate sends one result for each timestamp and worker that has records",
          "[accumulate]") {
  tests::for_each_configuration([](const Config& config) {
    AtEpochs<Number> expected;
    for (Number round = 0; round != 8; ++round)
      for (std::uint32_t worker = 0; worker != config.workers; ++worker) {
        const auto records = tests::keyed_numbers(worker, round);
        Number sum = 100;
        for (const auto& [key, value] : records) sum += value;
        if (!records.empty()) expected.emplace_back(round, sum);
      }
    std::ranges::sort(expected);
    REQUIRE_FALSE(expected.empty());
    REQUIRE(tests::results_of<Number>(config, [](Scope<Epoch>& scope) {
              return tests::rounds(scope, 8, tests::keyed_numbers) |
                     accumulate("sum", Number{100},
                                [](Number& sum, const Sum& record) { sum += record.second; });
            }) == expected);
  });
}

TEST_CASE("aggregate and accumulate send nothing before their timestamp is complete",
          "[aggregate][accumulate]") {
  std::string seen;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, numbers] = new_input<Sum>(scope);
      numbers | sums() | inspect([&](const Sum& sum) { seen += to_text(sum.second) + ' '; });
      numbers | accumulate("count", 0, [](int& count, const Sum&) { ++count; }) |
          inspect([&](int count) { seen += "count " + to_text(count) + ' '; });
      return std::move(handle);
    });
    const auto settle = [&] {
      for (int i = 0; i != 10; ++i) worker.step();
    };
    input.send({1, 10});
    input.flush();
    settle();
    input.send({1, 5});
    input.flush();
    settle();
    CHECK(seen == "");
    input.advance_to(1);
    settle();
    CHECK_THAT(seen, Catch::Contains("15 ") && Catch::Contains("count 2 "));
    input.advance_to(7);
  });
  CHECK(seen.size() == std::string("15 count 2 ").size());
}

}  // namespace
}  // namespace tidemark::aggregate_test
