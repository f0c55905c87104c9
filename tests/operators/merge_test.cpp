// SPDX-License-Identifier: MIT
//
// merge, and its counterpart: a stream that is used more than once.
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sinks/testing_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

namespace tidemark::merge_test {
namespace {

using tests::epoch_per_poll;
using tests::InEpoch;
using tests::Log;

TEST_CASE("merge sends every record of every stream, in its epoch", "[merge]") {
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<int>> log;
    Dataflow flow;
    const auto a = input(flow, "a", TestingInput(std::vector{1, 2, 3}), epoch_per_poll());
    const auto b =
        input(flow, "b", tests::PartsInput<int>({{{10}, {20}}, {{11}}}), epoch_per_poll());
    const auto c = input(flow, "c", TestingInput(std::vector<int>{}));
    tests::log_output(merge(a, b | redistribute(), c), log);
    cluster_main(flow, config);
    CHECK(log.sorted() ==
          std::vector<InEpoch<int>>{{1, 1}, {1, 10}, {1, 11}, {2, 2}, {2, 20}, {3, 3}});
  });
}

TEST_CASE("merge keeps the order within each stream", "[merge]") {
  tests::for_each_schedule([](const Config& config) {
    std::vector<int> results;
    std::vector<int> odd, even;
    for (int n = 0; n != 60; n += 2) even.push_back(n), odd.push_back(n + 1);
    Dataflow flow;
    merge(input(flow, "odd", TestingInput(odd, 4)), input(flow, "even", TestingInput(even, 3))) |
        output("out", TestingOutput(results));
    cluster_main(flow, config);
    const auto middle = std::ranges::stable_partition(results, [](int n) { return n % 2 != 0; });
    CHECK(std::vector(results.begin(), middle.begin()) == odd);
    CHECK(std::vector(middle.begin(), middle.end()) == even);
  });
}

TEST_CASE("merge of one stream is that stream", "[merge]") {
  std::vector<int> results;
  Dataflow flow;
  merge(input(flow, "in", TestingInput(std::vector{1, 2}))) | output("out", TestingOutput(results));
  cluster_main(flow, tests::deterministic(1, 0));
  CHECK(results == std::vector{1, 2});
}

TEST_CASE("a stream merged with itself comes twice", "[merge]") {
  tests::for_each_schedule([](const Config& config) {
    std::vector<int> results;
    Dataflow flow;
    const auto numbers = input(flow, "in", TestingInput(std::vector{1, 2, 3}, 2));
    merge(numbers, numbers) | output("out", TestingOutput(results));
    cluster_main(flow, config);
    std::ranges::sort(results);
    CHECK(results == std::vector{1, 1, 2, 2, 3, 3});
  });
}

TEST_CASE("an epoch is not complete behind a merge before all its streams have left it",
          "[merge]") {
  tests::for_each_schedule([](const Config& config) {
    Log<InEpoch<std::pair<int, std::uint64_t>>> log;
    Dataflow flow;
    const auto fast = input(flow, "fast", TestingInput(std::vector(6, 7)), epoch_per_poll());
    const auto slow = input(flow, "slow", TestingInput(std::vector(6, 7)), {.epoch_items = 3});
    tests::log_output(merge(fast, slow) | count(), log);
    cluster_main(flow, config);
    CHECK(log.sorted() ==
          std::vector<InEpoch<std::pair<int, std::uint64_t>>>{
              {1, {7, 4}}, {2, {7, 4}}, {3, {7, 1}}, {4, {7, 1}}, {5, {7, 1}}, {6, {7, 1}}});
  });
}

TEST_CASE("each use of a stream gets every record, whatever the others do to it", "[branch]") {
  tests::for_each_schedule([](const Config& config) {
    std::vector<std::string> upper, whole, once_more;
    Dataflow flow;
    const auto words = input(flow, "in", TestingInput(std::vector<std::string>{"a", "b", "c"}, 2));
    words | map([](std::string word) { return word += "!"; }) |
        output("first", TestingOutput(upper));
    words | filter([](const std::string& word) { return word == "b"; }) |
        output("second", TestingOutput(once_more));
    words | output("third", TestingOutput(whole));
    cluster_main(flow, config);
    CHECK(upper == std::vector<std::string>{"a!", "b!", "c!"});
    CHECK(once_more == std::vector<std::string>{"b"});
    CHECK(whole == std::vector<std::string>{"a", "b", "c"});
  });
}

TEST_CASE("a fused stream branches, too, and its branches meet again", "[branch][merge]") {
  tests::for_each_schedule([](const Config& config) {
    std::vector<int> results;
    Dataflow flow;
    const auto doubled =
        input(flow, "in", TestingInput(std::vector{1, 2, 3}, 3)) | map([](int n) { return 2 * n; });
    merge(doubled | map([](int n) { return n + 100; }), doubled,
          doubled | redistribute() | map([](int n) { return -n; })) |
        output("out", TestingOutput(results));
    cluster_main(flow, config);
    std::ranges::sort(results);
    CHECK(results == std::vector{-6, -4, -2, 2, 4, 6, 102, 104, 106});
  });
}

}  // namespace
}  // namespace tidemark::merge_test
