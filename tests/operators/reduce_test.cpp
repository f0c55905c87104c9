// SPDX-License-Identifier: MIT
//
// reduce: which of its functions is called when, and what is sent.
#include <tidemark/operators/keyed/reduce.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

namespace tidemark::reduce_test {
namespace {

using tests::InEpoch;
using tests::Log;
using Keyed = std::pair<std::string, int>;

TEST_CASE("reduce asks is_complete after every value, and calls the reducer from the second on",
          "[reduce]") {
  tests::for_each_schedule([](const Config& config) {
    Log<std::string> calls;
    Log<InEpoch<Keyed>> log;
    Dataflow flow;
    tests::log_output(
        input(flow, "in", TestingInput(std::vector<Keyed>{{"k", 1}, {"k", 2}, {"k", 3}, {"k", 9}}),
              tests::epoch_per_poll()) |
            reduce(
                "sum",
                [&calls](int a, int b) {
                  calls.add("reduce " + std::to_string(a) + " " + std::to_string(b));
                  return a + b;
                },
                [&calls](const int& sum) {
                  calls.add("ask " + std::to_string(sum));
                  return sum >= 6;
                }),
        log);
    cluster_main(flow, config);
    CHECK(calls.entries() ==
          std::vector<std::string>{"ask 1", "reduce 1 2", "ask 3", "reduce 3 3", "ask 6", "ask 9"});
    CHECK(log.entries() == std::vector<InEpoch<Keyed>>{{3, {"k", 6}}, {4, {"k", 9}}});
  });
}

TEST_CASE("reduce sends nothing for what is incomplete at the end", "[reduce]") {
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<Keyed>> log;
    Dataflow flow;
    tests::log_output(input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}, {"b", 1}})) |
                          reduce("never", std::plus<>(), [](int) { return false; }),
                      log);
    cluster_main(flow, config);
    CHECK(log.entries().empty());
  });
}

TEST_CASE("reduce forgets a key that is complete", "[reduce]") {
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<Keyed>> log;
    std::vector<Keyed> ones(7, {"a", 1});
    Dataflow flow;
    tests::log_output(input(flow, "in", TestingInput(ones), tests::epoch_per_poll()) |
                          reduce("threes", std::plus<>(), [](int sum) { return sum == 3; }),
                      log);
    cluster_main(flow, config);
    CHECK(log.entries() == std::vector<InEpoch<Keyed>>{{3, {"a", 3}}, {6, {"a", 3}}});
  });
}

TEST_CASE("reduce keeps a key's values apart from those of others, whatever the key's type",
          "[reduce]") {
  using Key = std::pair<int, std::string>;
  using Item = std::pair<Key, std::vector<int>>;
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<Item>> log;
    std::vector<Item> items;
    for (int n = 0; n != 40; ++n) items.push_back({{n % 4, std::to_string(n % 5)}, {n}});
    Dataflow flow;
    tests::log_output(input(flow, "in", TestingInput(items, 7)) |
                          reduce(
                              "pairs",
                              [](std::vector<int> all, std::vector<int> more) {
                                all.insert(all.end(), more.begin(), more.end());
                                return all;
                              },
                              [](const std::vector<int>& all) { return all.size() == 2; }),
                      log);
    cluster_main(flow, config);
    std::vector<InEpoch<Item>> expected;
    for (int n = 0; n != 20; ++n)
      expected.push_back({1, {{n % 4, std::to_string(n % 5)}, {n, n + 20}}});
    std::ranges::sort(expected);
    CHECK(log.sorted() == expected);
  });
}

TEST_CASE("what a reducer throws names the step, and the epoch of the value", "[reduce][error]") {
  for (const int first_part : {1, 2})  // applied at once, and held back first
    tests::for_each_schedule([&](const Config& config) {
      Dataflow flow;
      std::vector<std::vector<Keyed>> fast{{{"k", 0}}, {{"k", 1}}, {{"k", 2}}, {{"k", -5}}};
      std::vector<std::vector<Keyed>> slow{{{"j", 0}}, {{"j", 0}}, {{"j", 0}}, {{"j", 0}}};
      std::vector<std::vector<std::vector<Keyed>>> parts{fast, slow};
      if (first_part == 2) std::swap(parts[0], parts[1]);
      input(flow, "in", tests::PartsInput<Keyed>(parts), tests::epoch_per_poll()) |
          reduce(
              "sum",
              [](int a, int b) {
                if (b < 0) throw std::domain_error("less than nothing");
                return a + b;
              },
              [](int) { return false; }) |
          output("out", tests::Discard{});
      const std::string error = tests::error_of(flow, config);
      CHECK_THAT(error, Catch::StartsWith("step 'sum' failed on worker "));
      CHECK_THAT(error, Catch::EndsWith(" at timestamp 4: less than nothing"));
    });
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<Keyed>{{"k", 1}, {"k", 2}}), tests::epoch_per_poll()) |
      reduce("sum", std::plus<>(),
             [](int sum) {
               if (sum == 3) throw std::domain_error("cannot say");
               return false;
             }) |
      output("out", tests::Discard{});
  CHECK(tests::error_of(flow, tests::deterministic(1, 0)) ==
        "step 'sum' failed on worker 0 at timestamp 2: cannot say");
}

TEST_CASE("reduce agrees with a loop over each key's values", "[reduce]") {
  tests::check_property(150, [] {
    tests::Tape tape = tests::draw_tape("values", 150);
    const std::uint32_t workers = 1 + tape.below(8);
    const std::uint64_t seed = tape.below(256);
    const std::size_t batch = 1 + tape.below(4);
    std::vector<Keyed> items;
    while (!tape.at_end())
      items.push_back({std::string(1, static_cast<char>('a' + tape.below(4))),
                       static_cast<int>(tape.below(5))});

    std::map<std::string, std::vector<InEpoch<int>>> expected;
    std::map<std::string, int> sums;
    for (std::size_t i = 0; i != items.size(); ++i) {
      const auto& [key, value] = items[i];
      int& sum = sums.try_emplace(key, 0).first->second;
      sum = 3 * sum + value;  // so that the order matters
      if (sum % 4 != 3) continue;
      expected[key].push_back({i / batch + 1, sum});
      sums.erase(key);
    }

    Log<InEpoch<Keyed>> log;
    Dataflow flow;
    tests::log_output(input(flow, "in", TestingInput(items, batch), tests::epoch_per_poll()) |
                          reduce(
                              "reduce", [](int a, int b) { return 3 * a + b; },
                              [](const int& sum) { return sum % 4 == 3; }),
                      log);
    cluster_main(flow, tests::deterministic(workers, seed));
    std::map<std::string, std::vector<InEpoch<int>>> results;
    for (const auto& [epoch, result] : log.entries())
      results[result.first].push_back({epoch, result.second});
    RC_ASSERT(results == expected);
  });
}

}  // namespace
}  // namespace tidemark::reduce_test
