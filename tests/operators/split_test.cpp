// SPDX-License-Identifier: MIT
//
// Steps that make several streams of one: branch, branch_when, partition, split_by.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/routing/branch.hpp>
#include <tidemark/operators/routing/concat.hpp>
#include <tidemark/operators/routing/partition.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/routing/split_by.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/progress/nested.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <numeric>

namespace tidemark::split_test {
namespace {

using Number = std::uint64_t;
template <typename Item>
using Records = std::vector<std::pair<std::uint64_t, Item>>;  // with their epochs

constexpr Number epochs = 4;
constexpr Number per_epoch = 30;

/// What all workers send: some numbers in each epoch.
auto numbers(Scope<Epoch>& scope) {
  return tests::rounds(scope, epochs, tests::numbers(per_epoch));
}
Records<Number> sent(const Config& config) {
  Records<Number> all;
  for (std::uint32_t worker = 0; worker != config.workers; ++worker)
    for (Number epoch = 0; epoch != epochs; ++epoch)
      for (const Number n : tests::numbers(per_epoch)(worker, epoch)) all.emplace_back(epoch, n);
  std::ranges::sort(all);
  return all;
}
/// Those of them for which `keep(epoch, number)` is true.
template <typename Keep>
Records<Number> sent(const Config& config, Keep keep) {
  Records<Number> all = sent(config);
  std::erase_if(all, [&](const auto& record) { return !keep(record.first, record.second); });
  return all;
}

TEST_CASE("branch sends each record to the side that its predicate says, in its epoch",
          "[branch]") {
  const auto on_diagonal = [](Epoch epoch, Number n) { return (n + epoch.value) % 3 == 0; };
  tests::for_each_configuration([&](const Config& config) {
    tests::Arrivals<Number> trues, falses;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const auto [yes, no] = numbers(scope) | branch(on_diagonal);
      tests::collect(yes, Pipeline{}, trues);
      tests::collect(no, tests::by_hash(), falses);
    });
    CHECK(trues.sorted() == sent(config, on_diagonal));
    CHECK(falses.sorted() == sent(config, std::not_fn(on_diagonal)));
    CHECK(trues.complaints().empty());
    CHECK(falses.complaints().empty());
  });
}

TEST_CASE("branch_when sends whole epochs to one side", "[branch]") {
  const auto odd = [](Epoch epoch) { return epoch.value % 2 != 0; };
  tests::for_each_configuration([&](const Config& config) {
    tests::Arrivals<Number> trues, falses;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const auto [yes, no] = numbers(scope) | branch_when("parity", odd);
      tests::collect(yes, tests::by_hash(), trues);
      tests::collect(no, Pipeline{}, falses);
    });
    CHECK(trues.sorted() == sent(config, [&](Epoch epoch, Number) { return odd(epoch); }));
    CHECK(falses.sorted() == sent(config, [&](Epoch epoch, Number) { return !odd(epoch); }));
    CHECK(trues.complaints().empty());
    CHECK(falses.complaints().empty());
  });
}

TEST_CASE("partition sends each value to the stream of its index", "[partition]") {
  tests::for_each_configuration([](const Config& config) {
    std::vector<tests::Arrivals<std::string>> arrivals(5);
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const auto streams = numbers(scope) | partition(5, [](Number n) {
                             return std::pair(n % 4, std::to_string(n));
                           });
      REQUIRE(streams.size() == 5);
      for (std::size_t i = 0; i != 5; ++i)
        tests::collect(streams[i], Exchange{[](const std::string& s) { return KeyHash{}(s); }},
                       arrivals[i]);
    });
    for (std::size_t i = 0; i != 5; ++i) {
      Records<std::string> expected;
      for (const auto& [epoch, n] : sent(config))
        if (n % 4 == i) expected.emplace_back(epoch, std::to_string(n));
      std::ranges::sort(expected);
      CHECK(arrivals[i].sorted() == expected);
      CHECK(arrivals[i].complaints().empty());
    }
  });
}

TEST_CASE("split_by sends the alternatives of a variant to streams of their types", "[split_by]") {
  using Either = std::variant<Number, std::string>;
  const auto parse = [](Number n) -> Either {
    if (n % 7 == 0) return "no " + std::to_string(n);
    return n / 2;
  };
  tests::for_each_configuration([&](const Config& config) {
    tests::Arrivals<Number> values;
    tests::Arrivals<std::string> errors;
    tests::run_to_end(config, [&](Scope<Epoch>& scope) {
      const auto [good, bad] = numbers(scope) | split_by(parse);
      tests::collect(good, tests::by_hash(), values);
      tests::collect(bad, Pipeline{}, errors);
    });
    Records<Number> expected;
    Records<std::string> expected_errors;
    for (const auto& [epoch, n] : sent(config)) {
      if (n % 7 == 0) {
        expected_errors.emplace_back(epoch, "no " + std::to_string(n));
      } else {
        expected.emplace_back(epoch, n / 2);
      }
    }
    std::ranges::sort(expected);
    std::ranges::sort(expected_errors);
    CHECK(values.sorted() == expected);
    CHECK(errors.sorted() == expected_errors);
    CHECK(values.complaints().empty());
    CHECK(errors.complaints().empty());
  });
}

TEST_CASE("split_by without a function splits a stream of variants, of one type, too",
          "[split_by]") {
  using Either = std::variant<Number, Number>;
  tests::Arrivals<Number> first, second;
  tests::run_to_end(tests::deterministic(2, 1), [&](Scope<Epoch>& scope) {
    const auto either =
        numbers(scope) | map([](Number n) {
          return n % 2 == 0 ? Either(std::in_place_index<0>, n) : Either(std::in_place_index<1>, n);
        });
    const auto [even, odd] = either | split_by("parity");
    tests::collect(even, Pipeline{}, first);
    tests::collect(odd, Pipeline{}, second);
  });
  const Config config{.workers = 2};
  CHECK(first.sorted() == sent(config, [](Number, Number n) { return n % 2 == 0; }));
  CHECK(second.sorted() == sent(config, [](Number, Number n) { return n % 2 != 0; }));
}

TEST_CASE("a stream of which nobody takes the other side goes on", "[branch]") {
  tests::Arrivals<Number> arrivals;
  tests::run_to_end(tests::deterministic(2, 3), [&](Scope<Epoch>& scope) {
    auto small = (numbers(scope) | branch([](Epoch, Number n) { return n < 40; })).first;
    tests::collect(small, Pipeline{}, arrivals);
  });
  CHECK(arrivals.sorted() == sent({.workers = 2}, [](Number, Number n) { return n < 40; }));
  CHECK(arrivals.complaints().empty());
}

TEST_CASE("a branch after a long chain of fused steps, and one after a branch", "[branch]") {
  const auto bit = [](int of) {
    return branch([of](Epoch, Number n) { return (n >> of & 1) != 0; });
  };
  tests::Arrivals<Number> arrivals;
  tests::run_to_end(tests::deterministic(2, 5), [&](Scope<Epoch>& scope) {
    auto stream = numbers(scope);
    for (int i = 0; i != 100; ++i) stream = stream | map([](Number n) { return n + 1; });
    const auto [odd, even] = stream | bit(0);
    const auto [threes, ones] = odd | bit(1);
    tests::collect(concat(std::vector{threes, even}), Pipeline{}, arrivals);
  });
  Records<Number> expected = sent({.workers = 2});
  for (auto& [epoch, n] : expected) n += 100;
  std::erase_if(expected, [](const auto& record) { return record.second % 4 == 1; });
  CHECK(arrivals.sorted() == expected);
}

TEST_CASE("a route that names a stream which is not there ends the run, named", "[partition]") {
  const auto text = [](auto route) -> std::string {
    try {
      tests::run_to_end(tests::deterministic(1, 0), [&](Scope<Epoch>& scope) {
        tests::rounds(scope, 3, [](std::uint32_t, Number round) {
          return std::vector<Number>(round == 2 ? 1 : 0, 7);
        }) | partition("thirds", 3, route);
      });
    } catch (const StepError& error) {
      return error.what();
    }
    return "it ran";
  };
  CHECK(text([](Number n) { return std::pair(3, n); }) ==
        "step 'thirds' failed on worker 0 at timestamp 2: the route named stream 3 of 3; streams "
        "count from 0");
  CHECK_THAT(text([](Number n) { return std::pair(-1, n); }), Catch::Contains("stream -1 of 3"));
}

TEST_CASE("an error behind one side of a branch names the step in which it was", "[branch]") {
  const auto fail = [](Number n) -> Number { throw std::runtime_error(std::to_string(n)); };
  try {
    tests::run_to_end(tests::deterministic(1, 0), [&](Scope<Epoch>& scope) {
      const auto [five, others] = tests::rounds(scope, 1, tests::numbers(9)) |
                                  branch([](Epoch, Number n) { return n == 5; });
      five | map("bad", fail);
    });
    FAIL("it ran");
  } catch (const StepError& error) {
    CHECK(error.what() == std::string("step 'bad' failed on worker 0 at timestamp 0: 5"));
  }
}

TEST_CASE("a branch is one fused node, whose two streams leave by two ports", "[branch][fused]") {
  Dataflow flow;
  const auto in = input(flow, "in", tests::PartsInput<int>({}));
  const auto [small, large] = in | branch("size", [](Epoch, int n) { return n < 4; });
  small | output("small", tests::Discard{});
  large | output("large", tests::Discard{});
  const FlowGraph graph = flow.describe();
  REQUIRE(graph.nodes.size() == 4);
  CHECK(graph.nodes[1].label() == "size");
  CHECK_FALSE(graph.nodes[1].op);
  CHECK(graph.nodes[1].outputs == 2);
  REQUIRE(graph.edges.size() == 3);
  for (const std::uint32_t port : {0u, 1u}) {
    CHECK(graph.edges[1 + port].from == 1);
    CHECK(graph.edges[1 + port].from_port == port);
    CHECK(graph.edges[1 + port].to == 2 + port);
  }
}

TEST_CASE("a blueprint branches, splits and concatenates, too", "[branch][split_by][concat]") {
  using Either = std::variant<int, std::string>;
  tests::for_each_schedule([](const Config& config) {
    tests::Log<tests::InEpoch<int>> log;
    tests::Log<tests::InEpoch<std::string>> errors;
    Dataflow flow;
    const auto numbers = input(flow, "in", tests::PartsInput<int>({{{1, 2}, {3, 4}}, {{5, 6, 7}}}),
                               tests::epoch_per_poll());
    const auto [good, bad] = numbers | split_by([](int n) -> Either {
                               if (n == 4) return "no four";
                               return n;
                             });
    const auto [small, large] = good | branch([](Epoch, int n) { return n < 4; });
    const auto negative = large | map([](int n) { return -n; });
    tests::log_output(concat(std::vector{small, negative, small}), log);
    bad | tests::log_epochs(errors) | output("errors", tests::Discard{});
    cluster_main(flow, config);
    CHECK(log.sorted() ==
          std::vector<tests::InEpoch<int>>{
              {1, -7}, {1, -6}, {1, -5}, {1, 1}, {1, 1}, {1, 2}, {1, 2}, {2, 3}, {2, 3}});
    CHECK(errors.sorted() == std::vector<tests::InEpoch<std::string>>{{2, "no four"}});
  });
  CHECK_THROWS_AS(concat(std::vector<FlowStream<int>>{}), DataflowError);
}

TEST_CASE("a blueprint is partitioned, too", "[partition]") {
  tests::for_each_schedule([](const Config& config) {
    tests::Log<tests::InEpoch<std::string>> log;
    Dataflow flow;
    auto thirds = input(flow, "in", tests::PartsInput<int>({{{1, 2}, {3, 4}}, {{5, 6, 7}}}),
                        tests::epoch_per_poll()) |
                  partition("thirds", 3, [](int n) { return std::pair(n % 3, to_text(n)); });
    REQUIRE(thirds.size() == 3);
    thirds[2] = thirds[2] | map([](const std::string& n) { return n + "!"; });
    thirds.erase(thirds.begin());
    tests::log_output(concat(thirds), log);
    cluster_main(flow, config);
    CHECK(log.sorted() == std::vector<tests::InEpoch<std::string>>{
                              {1, "1"}, {1, "2!"}, {1, "5!"}, {1, "7"}, {2, "4"}});
  });
}

TEST_CASE("streams branch and meet again in a loop", "[branch][partition][concat]") {
  using Time = Nested<Epoch, 1>;
  const auto collatz = [](Number n) { return n % 2 == 0 ? n / 2 : 3 * n + 1; };
  tests::for_each_configuration([&](const Config& config) {
    tests::Log<Number> log;
    execute(config, [&](Worker& worker) {
      auto input = worker.dataflow<Time>([&](auto& scope) {
        auto [handle, stream] = new_input<Number>(scope);
        iterate(stream, [&](auto again) {
          const auto [done, going] = again | branch([](const auto& time, Number n) {
                                       return n == 1 || time.counters[0] == 6;
                                     });
          const auto parts = going | partition(2, [](Number n) { return std::pair(n % 2, n); });
          return concat(std::vector{parts[0] | map([](Number n) { return n / 2; }),
                                    parts[1] | map([](Number n) { return 3 * n + 1; })}) |
                 exchange([](Number n) { return n; });
        }) | inspect([&](Number n) { log.add(n); });
        return std::move(handle);
      });
      for (Number n = 1; n != 20; ++n) input.send(n);
    });
    std::vector<Number> expected;
    for (std::uint32_t worker = 0; worker != config.workers; ++worker)
      for (Number n = 1; n != 20; ++n) {
        Number x = n;
        for (int round = 0; round != 6 && x != 1; ++round) expected.push_back(x = collatz(x));
      }
    std::ranges::sort(expected);
    CHECK(log.sorted() == expected);
  });
}

}  // namespace
}  // namespace tidemark::split_test
