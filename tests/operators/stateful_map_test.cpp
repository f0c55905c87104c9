// SPDX-License-Identifier: MIT
//
// stateful_map: a state for each key, and exactly one result for each value.
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/sources/testing_input.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

namespace tidemark::stateful_map_test {
namespace {

using tests::epoch_per_poll;
using tests::InEpoch;
using tests::Log;
using Keyed = std::pair<std::string, int>;

TEST_CASE("stateful_map sends one result for each value, in the value's epoch", "[stateful_map]") {
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<Keyed>> log;
    Dataflow flow;
    tests::log_output(
        input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}, {"b", 5}, {"a", 2}, {"a", 0}}),
              epoch_per_poll()) |
            stateful_map(
                "running sum", [] { return 100; },
                [](int sum, int value) { return std::pair(sum + value, sum + value); }),
        log);
    cluster_main(flow, config);
    CHECK(log.sorted() == std::vector<InEpoch<Keyed>>{
                              {1, {"a", 101}}, {2, {"b", 105}}, {3, {"a", 103}}, {4, {"a", 103}}});
  });
}

TEST_CASE("stateful_map passes the key to a builder that takes it", "[stateful_map]") {
  tests::for_each_schedule([](const Config& config) {
    Log<std::string> built;
    Log<InEpoch<std::pair<std::string, std::string>>> log;
    Dataflow flow;
    tests::log_output(
        input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}, {"b", 2}, {"a", 3}}, 3)) |
            stateful_map(
                "trail",
                [&built](const std::string& key) {
                  built.add(key);
                  return key + ":";
                },
                [](std::string trail, int value) {
                  trail += std::to_string(value);
                  return std::pair(trail, trail);
                }),
        log);
    cluster_main(flow, config);
    CHECK(built.sorted() == std::vector<std::string>{"a", "b"});
    CHECK(log.sorted() == std::vector<InEpoch<std::pair<std::string, std::string>>>{
                              {1, {"a", "a:1"}}, {1, {"a", "a:13"}}, {1, {"b", "b:2"}}});
  });
}

TEST_CASE("stateful_map forgets a key whose new state is nullopt, within an epoch, too",
          "[stateful_map]") {
  for (const std::size_t batch : {1u, 3u, 100u})
    tests::for_each_schedule([&](const Config& config) {
      Log<std::string> built;
      std::vector<int> results;
      std::vector<Keyed> ones(7, {"k", 1});
      Dataflow flow;
      input(flow, "in", TestingInput(ones, batch), epoch_per_poll()) |
          stateful_map(
              "to three",
              [&built] {
                built.add("");
                return 0;
              },
              [](int count, int) {
                ++count;
                return std::pair(count == 3 ? std::nullopt : std::optional(count), count);
              }) |
          inspect([&results](const Keyed& result) { results.push_back(result.second); }) |
          output("out", tests::Discard{});
      cluster_main(flow, config);
      CHECK(results == std::vector{1, 2, 3, 1, 2, 3, 1});
      CHECK(built.entries().size() == 3);
    });
}

TEST_CASE("stateful_map may forget every key every time", "[stateful_map]") {
  std::vector<int> results;
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}, {"a", 2}})) |
      stateful_map(
          "no memory", [] { return 10; },
          [](int state, int value) { return std::pair(std::nullopt, state + value); }) |
      inspect([&results](const Keyed& result) { results.push_back(result.second); }) |
      output("out", tests::Discard{});
  cluster_main(flow, tests::deterministic(2, 0));
  CHECK(results == std::vector{11, 12});
}

TEST_CASE("a state that is an optional may be empty without being forgotten", "[stateful_map]") {
  std::vector<bool> was_empty;
  int built = 0;
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}, {"a", 2}, {"a", 3}})) |
      stateful_map(
          "perhaps",
          [&built] {
            ++built;
            return std::optional<int>();
          },
          [&was_empty](std::optional<int> state, int value) {
            was_empty.push_back(!state);
            return std::pair(value == 2 ? std::optional(2) : std::optional<int>(), value);
          }) |
      output("out", tests::Discard{});
  cluster_main(flow, tests::deterministic(1, 0));
  CHECK(was_empty == std::vector{true, true, false});
  CHECK(built == 1);
}

TEST_CASE("stateful_map sends nothing at the end", "[stateful_map]") {
  Log<InEpoch<Keyed>> log;
  Dataflow flow;
  tests::log_output(input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}, {"b", 2}}, 2)) |
                        stateful_map(
                            "kept", [] { return 0; },
                            [](int state, int value) { return std::pair(state, value); }),
                    log);
  cluster_main(flow, tests::deterministic(3, 0));
  CHECK(log.sorted() == std::vector<InEpoch<Keyed>>{{1, {"a", 1}}, {1, {"b", 2}}});
}

TEST_CASE("what a mapper or a builder throws names the step and the epoch",
          "[stateful_map][error]") {
  const auto error_with = [](auto builder) {
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}, {"a", 2}}), epoch_per_poll()) |
        stateful_map("state", builder,
                     [](int state, int value) {
                       if (value == 2) throw std::runtime_error("not two");
                       return std::pair(state, value);
                     }) |
        output("out", tests::Discard{});
    return tests::error_of(flow, tests::deterministic(1, 0));
  };
  CHECK(error_with([] { return 0; }) == "step 'state' failed on worker 0 at timestamp 2: not two");
  CHECK(error_with([]() -> int { throw std::runtime_error("no state"); }) ==
        "step 'state' failed on worker 0 at timestamp 1: no state");
}

TEST_CASE("stateful_map agrees with a loop over each key's values", "[stateful_map]") {
  tests::check_property(150, [] {
    tests::Tape tape = tests::draw_tape("values", 150);
    const std::uint32_t workers = 1 + tape.below(8);
    const std::uint64_t seed = tape.below(256);
    const std::size_t batch = 1 + tape.below(4);
    std::vector<Keyed> items;
    while (!tape.at_end())
      items.push_back({std::string(1, static_cast<char>('a' + tape.below(4))),
                       static_cast<int>(tape.below(5))});

    const auto step = [](int state, int value) {
      const int next = 3 * state + value;  // so that the order matters
      return std::pair(next % 7 == 6 ? std::nullopt : std::optional(next % 1000), next);
    };
    std::map<std::string, std::vector<InEpoch<int>>> expected;
    std::map<std::string, int> states;
    for (std::size_t i = 0; i != items.size(); ++i) {
      const auto& [key, value] = items[i];
      const auto [next, result] = step(states.try_emplace(key, 1).first->second, value);
      expected[key].push_back({i / batch + 1, result});
      if (next) {
        states[key] = *next;
      } else {
        states.erase(key);
      }
    }

    Log<InEpoch<Keyed>> log;
    Dataflow flow;
    tests::log_output(input(flow, "in", TestingInput(items, batch), epoch_per_poll()) |
                          stateful_map(
                              "map", [] { return 1; }, step),
                      log);
    cluster_main(flow, tests::deterministic(workers, seed));
    std::map<std::string, std::vector<InEpoch<int>>> results;
    for (const auto& [epoch, result] : log.entries())
      results[result.first].push_back({epoch, result.second});
    RC_ASSERT(results == expected);
  });
}

}  // namespace
}  // namespace tidemark::stateful_map_test
