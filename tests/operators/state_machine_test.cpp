// SPDX-License-Identifier: MIT
//
// state_machine: the values of a key in the order of timestamps, and a state that can be dropped.
#include <tidemark/operators/keyed/state_machine.hpp>

#include <tests/operators/stateful.hpp>
#include <tests/support.hpp>

#include <ranges>

namespace tidemark::state_machine_test {
namespace {

using tests::AtEpochs;
using tests::Number;
using Keyed = std::pair<Number, Number>;

/// Each of 5 keys once a round, at a worker that changes from round to round.
auto each_key_once(std::uint32_t workers) {
  return [workers](std::uint32_t worker, Number round) {
    std::vector<Keyed> records;
    for (Number key = 0; key != 5; ++key)
      if ((key + round) % workers == worker) records.emplace_back(key, round);
    return records;
  };
}

struct Visits {
  Number count = 0;
  Number last = 0;
};

/// Sends (key, state) as often as it has been visited; after three visits it begins anew.
auto visits() {
  return state_machine<Visits>("visits", [](Number key, Number value, Visits& state) {
    ++state.count;
    state.last = state.last * 100 + value;
    return std::pair(state.count == 3, std::vector<Keyed>(state.count, {key, state.last}));
  });
}

TEST_CASE("state_machine drives a key's state by its values in the order of their timestamps",
          "[state_machine]") {
  tests::for_each_configuration([](const Config& config) {
    AtEpochs<Keyed> expected;
    for (Number key = 0; key != 5; ++key)
      for (Number round = 0, count = 1, last = 0; round != 10; ++round, ++count) {
        last = last * 100 + round;
        for (Number i = 0; i != count; ++i) expected.push_back({round, {key, last}});
        if (count == 3) count = last = 0;
      }
    std::ranges::sort(expected);
    REQUIRE(tests::results_of<Keyed>(config, [&](Scope<Epoch>& scope) {
              return tests::rounds(scope, 10, each_key_once(config.workers)) | visits();
            }) == expected);
  });
}

TEST_CASE("state_machine sends a range that looks into the state before the state is dropped",
          "[state_machine]") {
  const auto results = tests::results_of<std::string>(
      {.executor = ExecutorKind::deterministic}, [](Scope<Epoch>& scope) {
        return tests::rounds(scope, 4,
                             [](std::uint32_t, Number round) {
                               return std::vector{std::pair(1, std::to_string(round))};
                             }) |
               state_machine<std::vector<std::string>>(
                   "history", [](int, std::string value, std::vector<std::string>& history) {
                     history.push_back("a long text about " + value);
                     return std::pair(history.size() == 2, std::views::all(history));
                   });
      });
  const auto text = [](int n) { return "a long text about " + std::to_string(n); };
  CHECK(results ==
        AtEpochs<std::string>{
            {0, text(0)}, {1, text(0)}, {1, text(1)}, {2, text(2)}, {3, text(2)}, {3, text(3)}});
}

}  // namespace
}  // namespace tidemark::state_machine_test
