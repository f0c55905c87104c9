// SPDX-License-Identifier: MIT
//
// join: every pair of values of a key, at the least upper bound of their timestamps; or a row for
// each key, by mode.
#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/unordered_input.hpp>
#include <tidemark/operators/keyed/join.hpp>
#include <tidemark/operators/keyed/join_sides.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/filter_map.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/operators/flow.hpp>
#include <tests/operators/stateful.hpp>
#include <tests/support.hpp>

namespace tidemark::join_test {
namespace {

using tests::AtEpochs;
using tests::Number;
using Keyed = std::pair<Number, Number>;
using Joined = std::pair<Number, std::pair<Number, Number>>;

std::vector<Keyed> others(std::uint32_t worker, Number round) {
  std::vector<Keyed> records;
  for (Number key = 0; key != 5; ++key)
    if ((key + round + worker) % 3 == 0) records.emplace_back(key, 1000 * round + worker);
  return records;
}

TEST_CASE("join sends each pair of values of a key once, at the later of their timestamps",
          "[join]") {
  tests::for_each_configuration([](const Config& config) {
    AtEpochs<Joined> expected;
    for (const auto& [at, left] : tests::sent_by(config, 6, tests::keyed_numbers))
      for (const auto& [then, right] : tests::sent_by(config, 4, others))
        if (left.first == right.first)
          expected.push_back({std::max(at, then), {left.first, {left.second, right.second}}});
    std::ranges::sort(expected);
    REQUIRE_FALSE(expected.empty());
    REQUIRE(tests::results_of<Joined>(config, [](Scope<Epoch>& scope) {
              return join("pairs", tests::rounds(scope, 6, tests::keyed_numbers, "left"),
                          tests::rounds(scope, 4, others, "right"));
            }) == expected);
  });
}

TEST_CASE("join of incomparable timestamps sends at their least upper bound", "[join]") {
  using Pair = Product<Epoch, Epoch>;
  for (Number seed = 0; seed != 20; ++seed)
    for (const std::uint32_t workers : {1u, 2u, 7u}) {
      std::multiset<std::string> seen;
      execute(
          {.workers = workers,
           .executor = ExecutorKind::deterministic,
           .seed = seed,
           .check = true},
          [&](Worker& worker) {
            auto [left, right, at_left, at_right] = worker.dataflow<Pair>([&](Scope<Pair>& scope) {
              auto [left_input, left_at, lefts] = new_unordered_input<std::pair<int, int>>(scope);
              auto [right_input, right_at, rights] =
                  new_unordered_input<std::pair<int, int>>(scope);
              join("", lefts, rights) | inspect_epoch([&](const Pair& time, const auto& joined) {
                seen.insert(to_text(time) + to_text(joined.second.first) +
                            to_text(joined.second.second));
              });
              return std::tuple(left_input, right_input, std::move(left_at), std::move(right_at));
            });
            if (worker.index() + 1 != workers) return;
            left.send(at_left.delayed({5, 1}), {7, 1});
            worker.step();
            right.send(at_right.delayed({2, 3}), {7, 2});
            worker.step();
            right.send(at_right.delayed({9, 0}), {7, 3});
            left.send(at_left.delayed({0, 3}), {7, 4});
            left.send(at_left.delayed({0, 3}), {8, 5});
          });
      CHECK(seen == std::multiset<std::string>{"(5,3)12", "(9,1)13", "(2,3)42", "(9,3)43"});
    }
}

TEST_CASE("join works in a loop, where each round meets all rounds before", "[join]") {
  std::multiset<std::string> seen;
  execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
    worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
      auto& loop = scope.add_loop("loop");
      using Time = Nested<Epoch, 1, 1>;
      auto entered = source<std::pair<int, int>>(loop, "", [](Capability<Time> start, Activator) {
        return [start = std::optional(std::move(start))](auto& out) mutable {
          if (!start) return;
          out.at(*start, Time{3, 0}).give({1, 0});
          out.at(*start, Time{0, 2}).give({1, 2});
          start.reset();
        };
      });
      join("", entered, entered) | inspect_epoch([&](const Time& time, const auto& joined) {
        seen.insert(to_text(time) + to_text(joined.second.first) + to_text(joined.second.second));
      });
    });
  });
  CHECK(seen == std::multiset<std::string>{"(3,0)00", "(0,2)22", "(3,2)02", "(3,2)20"});
}

TEST_CASE("join joins two streams of a blueprint", "[join]") {
  using Ages = std::vector<std::pair<std::string, int>>;
  tests::Log<tests::InEpoch<std::pair<std::string, std::pair<int, int>>>> log;
  Dataflow flow;
  auto left = input(flow, "left", TestingInput(Ages{{"a", 1}, {"b", 2}}));
  auto right = input(flow, "right", TestingInput(Ages{{"b", 3}, {"c", 4}}));
  tests::log_output(join("pairs", left, right), log);
  cluster_main(flow, tests::deterministic(2, 0));
  REQUIRE(log.entries().size() == 1);
  CHECK(log.entries().front().second == std::pair(std::string("b"), std::pair(2, 3)));
}

using Row = std::pair<std::string, std::tuple<std::optional<int>, std::optional<char>>>;

/// The rows of a join of (a: 1 in epoch 1, 2 in epoch 2, c: 5 in epoch 3) and (a: x in epoch 2
/// after 2, y in epoch 3, b: z in epoch 4), in the order of keys; those of a key as they came.
std::vector<Row> rows(JoinMode mode) {
  using Side = std::pair<bool, std::pair<std::string, int>>;
  std::optional<std::vector<Row>> first;
  tests::for_each_schedule([&](const Config& config) {
    tests::Log<tests::InEpoch<Row>> log;
    Dataflow flow;
    const auto sides = input(flow, "in",
                             TestingInput(std::vector<Side>{{true, {"a", 1}},
                                                            {true, {"a", 2}},
                                                            {false, {"a", 'x'}},
                                                            {false, {"a", 'y'}},
                                                            {true, {"c", 5}},
                                                            {false, {"b", 'z'}}}),
                             tests::epoch_per_poll());
    const auto left = sides | filter_map([](const Side& side) {
                        return side.first ? std::optional(side.second) : std::nullopt;
                      });
    const auto right = sides | filter_map([](const Side& side) {
                         using Right = std::pair<std::string, char>;
                         return side.first
                                    ? std::nullopt
                                    : std::optional<Right>({side.second.first,
                                                            static_cast<char>(side.second.second)});
                       });
    tests::log_output(join("rows", mode, left, right), log);
    cluster_main(flow, config);
    auto entries = log.entries();
    std::ranges::stable_sort(entries, {},
                             [](const tests::InEpoch<Row>& entry) { return entry.second.first; });
    std::vector<Row> all;
    for (const auto& [epoch, row] : entries) all.push_back(row);
    if (!first) first = all;
    REQUIRE(all == *first);
  });
  return *first;
}

TEST_CASE("join sends a complete row once and forgets it, or every row at the end", "[join]") {
  constexpr std::nullopt_t none = std::nullopt;
  using enum JoinInsert;
  using enum JoinEmit;
  CHECK(rows({}) == std::vector<Row>{{"a", {2, 'x'}}});
  CHECK(rows({.insert = JoinInsert::first}) == std::vector<Row>{{"a", {1, 'x'}}});
  CHECK(rows({.insert = product}) == std::vector<Row>{{"a", {1, 'x'}}, {"a", {2, 'x'}}});
  CHECK(rows({.emit = JoinEmit::final}) ==
        std::vector<Row>{{"a", {2, 'y'}}, {"b", {none, 'z'}}, {"c", {5, none}}});
  CHECK(rows({.insert = JoinInsert::first, .emit = JoinEmit::final}) ==
        std::vector<Row>{{"a", {1, 'x'}}, {"b", {none, 'z'}}, {"c", {5, none}}});
  CHECK(rows({.insert = product, .emit = JoinEmit::final}) == std::vector<Row>{{"a", {1, 'x'}},
                                                                               {"a", {1, 'y'}},
                                                                               {"a", {2, 'x'}},
                                                                               {"a", {2, 'y'}},
                                                                               {"b", {none, 'z'}},
                                                                               {"c", {5, none}}});
}

TEST_CASE("a running join sends the row whenever it changes", "[join]") {
  constexpr std::nullopt_t none = std::nullopt;
  CHECK(rows({.emit = JoinEmit::running}) == std::vector<Row>{{"a", {1, none}},
                                                              {"a", {2, none}},
                                                              {"a", {2, 'x'}},
                                                              {"a", {2, 'y'}},
                                                              {"b", {none, 'z'}},
                                                              {"c", {5, none}}});
  CHECK(rows({.insert = JoinInsert::first, .emit = JoinEmit::running}) ==
        std::vector<Row>{{"a", {1, none}}, {"a", {1, 'x'}}, {"b", {none, 'z'}}, {"c", {5, none}}});
}

}  // namespace
}  // namespace tidemark::join_test
