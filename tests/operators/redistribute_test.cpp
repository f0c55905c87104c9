// SPDX-License-Identifier: MIT
//
// redistribute and exchange: records at other workers, none lost and none twice.
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/steps.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

namespace tidemark::redistribute_test {
namespace {

using tests::Discard;
using tests::InEpoch;
using tests::Log;

std::vector<int> thousand() {
  std::vector<int> numbers(1000);
  for (int n = 0; n != 1000; ++n) numbers[static_cast<std::size_t>(n)] = n;
  return numbers;
}

/// Which worker each record is at after `step`, sorted.
template <typename Step>
std::vector<std::pair<int, std::uint32_t>> places(const Config& config, Step step) {
  Log<std::pair<int, std::uint32_t>> log;
  Dataflow flow;
  input(flow, "items", TestingInput(thousand(), 10)) | step |
      inspect_worker([&log](int n, std::uint32_t worker) {
        log.add({n, worker});
      }) |
      output("out", Discard{});
  cluster_main(flow, config);
  return log.sorted();
}

TEST_CASE("redistribute keeps every record and has all workers take part", "[redistribute]") {
  tests::for_each_schedule([](const Config& config) {
    const auto seen = places(config, redistribute());
    REQUIRE(seen.size() == 1000);
    std::map<std::uint32_t, int> records;
    for (int n = 0; n != 1000; ++n) {
      REQUIRE(seen[static_cast<std::size_t>(n)].first == n);
      ++records[seen[static_cast<std::size_t>(n)].second];
    }
    REQUIRE(records.size() == config.workers);
    const int share = 1000 / static_cast<int>(config.workers);
    for (const auto& [worker, count] : records) CHECK(count > share * 3 / 4);
  });
}

TEST_CASE("redistribute draws the same way in each run", "[redistribute]") {
  const auto first = places(tests::deterministic(7, 1), redistribute());
  CHECK(places(tests::deterministic(7, 2), redistribute()) == first);
}

TEST_CASE("redistributed records keep their epochs", "[redistribute]") {
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<int>> log;
    Dataflow flow;
    tests::log_output(input(flow, "items", TestingInput(thousand(), 10), tests::epoch_per_poll()) |
                          redistribute("shuffle"),
                      log);
    cluster_main(flow, config);
    const auto seen = log.sorted();
    REQUIRE(seen.size() == 1000);
    for (int n = 0; n != 1000; ++n)
      REQUIRE(seen[static_cast<std::size_t>(n)] ==
              InEpoch<int>{static_cast<std::uint64_t>(n / 10 + 1), n});
  });
}

TEST_CASE("exchange and redistribute keep every record in its epoch, whatever the schedule",
          "[redistribute][exchange]") {
  using Number = std::uint64_t;
  tests::for_each_configuration([](const Config& config) {
    tests::Arrivals<Number> by_key, at_random;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const auto numbers = tests::rounds(scope, 5, tests::numbers(6));
      tests::collect(numbers | exchange([](Number n) { return n % 10; }), Pipeline{}, by_key);
      tests::collect(numbers | redistribute(), Pipeline{}, at_random);
    });
    std::map<Number, std::set<std::uint32_t>> homes;
    for (const auto& arrival : by_key.all()) homes[arrival.item % 10].insert(arrival.worker);
    for (const auto& [key, workers] : homes) CHECK(workers.size() == 1);
    std::vector<std::pair<Number, Number>> expected;
    for (Number epoch = 0; epoch != 5; ++epoch)
      for (std::uint32_t worker = 0; worker != config.workers; ++worker)
        for (const Number n : tests::numbers(6)(worker, epoch)) expected.emplace_back(epoch, n);
    std::ranges::sort(expected);
    CHECK(by_key.sorted() == expected);
    CHECK(at_random.sorted() == expected);
    CHECK(by_key.complaints().empty());
    CHECK(at_random.complaints().empty());
  });
}

TEST_CASE("exchange brings equal keys to one worker, the same in each run", "[exchange]") {
  std::map<std::uint32_t, std::map<int, std::uint32_t>> home;  // by number of workers
  tests::for_each_schedule([&](const Config& config) {
    const auto seen = places(config, exchange([](int n) { return n % 40; }));
    REQUIRE(seen.size() == 1000);
    std::set<std::uint32_t> used;
    for (const auto& [n, worker] : seen) {
      const auto at = home[config.workers].emplace(n % 40, worker).first;
      REQUIRE(at->second == worker);
      used.insert(worker);
    }
    CHECK(used.size() == config.workers);
  });
}

TEST_CASE("what an exchange's key throws names the step", "[exchange][error]") {
  Dataflow flow;
  input(flow, "items", TestingInput(thousand(), 10), tests::epoch_per_poll()) |
      exchange("by digit",
               [](int n) {
                 if (n == 15) throw std::runtime_error("no digit");
                 return n % 10;
               }) |
      output("out", Discard{});
  const std::string error = tests::error_of(flow, tests::deterministic(2, 0));
  CHECK_THAT(error, Catch::EndsWith("no digit"));
  CHECK_THAT(error, Catch::StartsWith("step 'by digit' failed on worker "));
  CHECK_THAT(error, Catch::Contains("at timestamp 2"));
}

TEST_CASE("records keep their number on threads that really run at once", "[redistribute]") {
  for (const ExecutorKind executor : tests::real_executors()) {
    const auto seen = places({.workers = 8, .threads = 2, .executor = executor}, [](auto numbers) {
      return numbers | redistribute() | exchange([](int n) { return n / 2; }) | redistribute();
    });
    REQUIRE(seen.size() == 1000);
    for (int n = 0; n != 1000; ++n) REQUIRE(seen[static_cast<std::size_t>(n)].first == n);
  }
}

}  // namespace
}  // namespace tidemark::redistribute_test
