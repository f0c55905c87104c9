// SPDX-License-Identifier: MIT
//
// count: exact for each epoch, and not before the epoch is complete.
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include <tests/operators/flow.hpp>
#include <tests/operators/stateful.hpp>
#include <tests/support.hpp>

namespace tidemark::count_test {
namespace {

using tests::InEpoch;
using tests::Log;
using Counted = std::pair<int, std::uint64_t>;

TEST_CASE("count tells how often each record occurs in each epoch", "[count]") {
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<std::pair<std::string, std::uint64_t>>> log;
    Dataflow flow;
    tests::log_output(
        input(flow, "words",
              tests::PartsInput<std::string>({{{"a", "b", "a"}, {"a"}}, {{"a", "c"}, {}, {"b"}}}),
              tests::epoch_per_poll()) |
            count("count"),
        log);
    cluster_main(flow, config);
    CHECK(log.sorted() ==
          std::vector<InEpoch<std::pair<std::string, std::uint64_t>>>{
              {1, {"a", 3}}, {1, {"b", 1}}, {1, {"c", 1}}, {2, {"a", 1}}, {2, {"b", 1}}});
  });
}

TEST_CASE("count agrees with a table under every schedule", "[count]") {
  using Number = std::uint64_t;
  const auto few = [](std::uint32_t worker, Number round) {
    std::vector<Number> records;
    for (Number i = 0; i != 12; ++i) records.push_back((round + worker + i * i) % 7);
    return records;
  };
  tests::for_each_configuration([&](const Config& config) {
    std::map<std::pair<Number, Number>, Number> table;
    for (const auto& entry : tests::sent_by(config, 8, few)) ++table[entry];
    tests::AtEpochs<std::pair<Number, Number>> expected;
    for (const auto& [entry, times] : table)
      expected.push_back({entry.first, {entry.second, times}});
    REQUIRE(tests::results_of<std::pair<Number, Number>>(config, [&](Scope<Epoch>& scope) {
              return tests::rounds(scope, 8, few) | count();
            }) == expected);
  });
}

TEST_CASE("count of no records is no records", "[count]") {
  Log<InEpoch<Counted>> log;
  Dataflow flow;
  tests::log_output(input(flow, "none", TestingInput(std::vector<int>{})) | count(), log);
  cluster_main(flow, tests::deterministic(3, 0));
  CHECK(log.entries().empty());
}

TEST_CASE("count waits until its epoch is complete at all workers", "[count]") {
  tests::for_each_schedule([](const Config& config) {
    // What went in is logged as (epoch, -1), what came out as (epoch, count).
    Log<std::pair<std::uint64_t, std::int64_t>> log;
    std::vector<std::vector<int>> polls(12, {1, 2, 3, 4, 5});
    Dataflow flow;
    input(flow, "items", tests::PartsInput<int>({polls, polls, polls}), tests::epoch_per_poll()) |
        redistribute() | inspect_epoch([&log](const Epoch& epoch, int) {
          log.add({epoch.value, -1});
        }) |
        count() | inspect_epoch([&log](const Epoch& epoch, const Counted& counted) {
          log.add({epoch.value, static_cast<std::int64_t>(counted.second)});
        }) |
        output("out", tests::Discard{});
    cluster_main(flow, config);
    std::set<std::uint64_t> complete;
    std::uint64_t results = 0;
    for (const auto& [epoch, count] : log.entries()) {
      if (count < 0) {
        REQUIRE_FALSE(complete.contains(epoch));
      } else {
        REQUIRE(count == 3);
        complete.insert(epoch);
        ++results;
      }
    }
    CHECK(results == 12 * 5);
  });
}

TEST_CASE("count agrees with a table of all records", "[count]") {
  tests::check_property(150, [] {
    tests::Tape tape = tests::draw_tape("records", 200);
    const std::uint32_t workers = 1 + tape.below(8);
    const std::uint64_t seed = tape.below(256);
    std::vector<std::vector<std::vector<int>>> polls(1 + tape.below(4));
    while (!tape.at_end()) {
      auto& part = polls[tape.below(polls.size())];
      if (part.empty() || tape.below(3) == 0) part.emplace_back();
      part.back().push_back(static_cast<int>(tape.below(6)));
    }
    std::map<InEpoch<int>, std::uint64_t> expected;
    for (const auto& part : polls)
      for (std::size_t e = 0; e != part.size(); ++e)
        for (const int n : part[e]) ++expected[{e + 1, n}];

    Log<InEpoch<Counted>> log;
    Dataflow flow;
    tests::log_output(
        input(flow, "in", tests::PartsInput<int>(polls), tests::epoch_per_poll()) | count(), log);
    cluster_main(flow, tests::deterministic(workers, seed));
    std::map<InEpoch<int>, std::uint64_t> counted;
    for (const auto& [epoch, record] : log.entries())
      RC_ASSERT(counted.emplace(InEpoch<int>{epoch, record.first}, record.second).second);
    RC_ASSERT(counted == expected);
  });
}

TEST_CASE("count takes pairs for records", "[count]") {
  using Pair = std::pair<std::string, int>;
  Log<InEpoch<std::pair<Pair, std::uint64_t>>> log;
  Dataflow flow;
  tests::log_output(
      input(flow, "in", TestingInput(std::vector<Pair>{{"a", 1}, {"a", 1}, {"a", 2}}, 3)) | count(),
      log);
  cluster_main(flow, tests::deterministic(2, 0));
  CHECK(log.sorted() == std::vector<InEpoch<std::pair<Pair, std::uint64_t>>>{{1, {{"a", 1}, 2}},
                                                                             {1, {{"a", 2}, 1}}});
}

}  // namespace
}  // namespace tidemark::count_test
