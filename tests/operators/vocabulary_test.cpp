// SPDX-License-Identifier: MIT
//
// The examples printed on the page that the vocabulary comes from, and the steps without state that
// its later versions have.
#include <tidemark/operators/keyed/reduce.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/routing/branch.hpp>
#include <tidemark/operators/routing/composite.hpp>
#include <tidemark/operators/routing/merge.hpp>
#include <tidemark/operators/sinks/testing_output.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/enrich_cached.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/filter_map.hpp>
#include <tidemark/operators/stateless/flat_map.hpp>
#include <tidemark/operators/stateless/flat_map_batch.hpp>
#include <tidemark/operators/stateless/flatten.hpp>
#include <tidemark/operators/stateless/key_on.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/stateless/map_value.hpp>
#include <tidemark/operators/stateless/raises.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

namespace tidemark::vocabulary_test {
namespace {

using tests::InEpoch;
using tests::Log;
using Texts = std::vector<std::string>;

std::vector<std::string> split(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::string> all;
  for (std::string word; words >> word;) all.push_back(word);
  return all;
}

/// What `step` makes of `items`, with 1, 2 and 7 workers; sorted, since workers share the work.
template <typename Out, typename Item, typename Step>
std::vector<Out> made_of(std::vector<Item> items, Step step) {
  std::optional<std::vector<Out>> first;
  tests::for_each_schedule([&](const Config& config) {
    Log<Out> log;
    Dataflow flow;
    input(flow, "inp", TestingInput(items, 2)) | step |
        inspect([&log](const Out& item) { log.add(item); }) | output("out", tests::Discard{});
    cluster_main(flow, config);
    if (!first) first = log.sorted();
    REQUIRE(log.sorted() == *first);
  });
  return *first;
}

/// Runs the flow with one worker, as the page does.
template <typename Out>
std::vector<Out> printed(Dataflow& flow, FlowStream<Out> last) {
  std::vector<Out> out;
  last | output("out", TestingOutput(out));
  run_main(flow);
  return out;
}

TEST_CASE("the page's example of filter prints 1 3", "[vocabulary][page]") {
  Dataflow flow;
  CHECK(printed(flow, input(flow, "inp", TestingInput(std::vector{0, 1, 2, 3})) |
                          filter([](int n) { return n % 2 != 0; })) == std::vector{1, 3});
}

TEST_CASE("the page's example of flat_map prints hello world", "[vocabulary][page]") {
  Dataflow flow;
  CHECK(printed(flow, input(flow, "inp", TestingInput(Texts{"hello world"})) | flat_map(split)) ==
        Texts{"hello", "world"});
}

TEST_CASE("the page's example of filter_map keeps what has a key", "[vocabulary][page]") {
  using Entry = std::map<std::string, int>;
  Dataflow flow;
  const auto validate = [](Entry data) -> std::optional<std::pair<int, Entry>> {
    const auto at = data.find("key");
    if (at == data.end()) return std::nullopt;
    return std::pair(at->second, data);
  };
  CHECK(printed(flow,
                input(flow, "inp", TestingInput(std::vector<Entry>{{{"key", 7}}, {{"x", 1}}})) |
                    filter_map(validate)) == std::vector<std::pair<int, Entry>>{{7, {{"key", 7}}}});
}

TEST_CASE("the page's example of inspect sees 0, 1 and 2, and passes them on",
          "[vocabulary][page]") {
  Dataflow flow;
  Texts seen;
  CHECK(printed(flow, input(flow, "inp", TestingInput(std::vector{0, 1, 2})) | inspect([&](int n) {
                        seen.push_back("Saw " + std::to_string(n));
                      })) == std::vector{0, 1, 2});
  CHECK(seen == Texts{"Saw 0", "Saw 1", "Saw 2"});
}

TEST_CASE("the page's example of inspect_epoch sees 0 @ 1, 1 @ 2 and 2 @ 3", "[vocabulary][page]") {
  Dataflow flow;
  Texts seen;
  printed(flow,
          input(flow, "inp", TestingInput(std::vector{0, 1, 2}), tests::epoch_per_poll()) |
              inspect_epoch([&](Epoch epoch, int n) {
                seen.push_back("Saw " + std::to_string(n) + " @ " + std::to_string(epoch.value));
              }));
  CHECK(seen == Texts{"Saw 0 @ 1", "Saw 1 @ 2", "Saw 2 @ 3"});
}

TEST_CASE("the page's example of map prints 10 11 12", "[vocabulary][page]") {
  Dataflow flow;
  CHECK(printed(flow, input(flow, "inp", TestingInput(std::vector{0, 1, 2})) |
                          map([](int n) { return n + 10; })) == std::vector{10, 11, 12});
}

TEST_CASE("the page's example of reduce prints b's session, then a's", "[vocabulary][page]") {
  using Event = std::pair<std::string, std::string>;
  using Session = std::pair<std::string, Texts>;
  Dataflow flow;
  const std::vector<Event> events{
      {"a", "login"}, {"a", "post"}, {"b", "login"}, {"b", "logout"}, {"a", "logout"}};
  CHECK(printed(flow, input(flow, "inp", TestingInput(events)) |
                          map([](const Event& e) { return Session(e.first, {e.second}); }) |
                          reduce(
                              "sessionizer",
                              [](Texts session, const Texts& more) {
                                session.insert(session.end(), more.begin(), more.end());
                                return session;
                              },
                              [](const Texts& session) {
                                return std::ranges::count(session, "logout") > 0;
                              })) ==
        std::vector<Session>{{"b", {"login", "logout"}}, {"a", {"login", "post", "logout"}}});
}

TEST_CASE("the page's example of stateful_map prints a b", "[vocabulary][page]") {
  Dataflow flow;
  using Seen = std::pair<std::string, std::optional<std::string>>;
  CHECK(printed(flow, input(flow, "inp", TestingInput(Texts{"a", "a", "a", "a", "b"})) |
                          map([](const std::string& item) { return std::pair(item, item); }) |
                          stateful_map(
                              "remove_duplicates", [] { return 0; },
                              [](int count, std::string item) {
                                ++count;
                                return std::pair(count,
                                                 count == 1 ? std::optional(item) : std::nullopt);
                              }) |
                          flat_map([](const Seen& seen) {
                            return seen.second ? Texts{*seen.second} : Texts{};
                          })) == Texts{"a", "b"});
}

/// A sentence that can be split by itself.
struct Sentence {
  std::string text;
  Texts words() const { return split(text); }
};

TEST_CASE("the documentation's flat_map takes a function, a lambda or a member of the record",
          "[vocabulary][page]") {
  const auto printed_by = [](auto step) {
    Dataflow flow;
    return printed(flow,
                   input(flow, "inp", TestingInput(std::vector<Sentence>{{"hello world"}})) | step);
  };
  const auto words_of = [](const Sentence& sentence) { return split(sentence.text); };
  Texts (*const named)(const Sentence&) = words_of;
  CHECK(printed_by(flat_map(named)) == Texts{"hello", "world"});
  CHECK(printed_by(flat_map(words_of)) == Texts{"hello", "world"});
  CHECK(printed_by(flat_map(&Sentence::words)) == Texts{"hello", "world"});
}

TEST_CASE("flatten sends the elements of each record in order", "[vocabulary]") {
  Dataflow flow;
  using Lists = std::vector<std::vector<int>>;
  CHECK(printed(flow, input(flow, "in", TestingInput(Lists{{1, 2}, {}, {3}})) | flatten()) ==
        std::vector{1, 2, 3});
}

TEST_CASE("flat_map_batch is given whole batches of one epoch", "[vocabulary]") {
  Dataflow flow;
  CHECK(printed(flow, input(flow, "in", TestingInput(std::vector{1, 2, 3, 4, 5}, 3)) |
                          flat_map_batch([](std::vector<int> all) {
                            return std::vector{all.size(), std::size_t{0}};
                          })) == std::vector<std::size_t>{3, 0, 2, 0});
}

TEST_CASE("key_on makes pairs of key and record, and key_rm drops the keys", "[vocabulary]") {
  using Keyed = std::pair<std::size_t, std::string>;
  CHECK(made_of<Keyed>(Texts{"a", "bb", "c"}, key_on(&std::string::size)) ==
        std::vector<Keyed>{{1, "a"}, {1, "c"}, {2, "bb"}});
  CHECK(made_of<std::string>(std::vector<Keyed>{{1, "a"}, {2, "b"}}, key_rm()) == Texts{"a", "b"});
}

TEST_CASE("steps on values leave the keys as they are", "[vocabulary]") {
  using Keyed = std::pair<std::string, int>;
  using Keyeds = std::vector<Keyed>;
  const Keyeds items{{"a", 1}, {"b", 2}, {"c", 3}};
  CHECK(made_of<Keyed>(items, map_value([](int n) { return n * 10; })) ==
        Keyeds{{"a", 10}, {"b", 20}, {"c", 30}});
  CHECK(made_of<Keyed>(items, filter_value([](int n) { return n != 2; })) ==
        Keyeds{{"a", 1}, {"c", 3}});
  CHECK(made_of<Keyed>(items, flat_map_value([](int n) { return std::vector<int>(n - 1, n); })) ==
        Keyeds{{"b", 2}, {"c", 3}, {"c", 3}});
  CHECK(made_of<Keyed>(items, filter_map_value([](int n) {
                         return n == 1 ? std::nullopt : std::optional(-n);
                       })) == Keyeds{{"b", -2}, {"c", -3}});
}

TEST_CASE("branch takes a predicate of the record, or of its timestamp and it", "[vocabulary]") {
  const auto [odd, even] = [] {
    std::pair<std::vector<int>, std::vector<int>> sides;
    Dataflow flow;
    const auto [yes, no] = input(flow, "in", TestingInput(std::vector{1, 2, 3})) |
                           branch([](int n) { return n % 2 == 1; });
    yes | output("yes", TestingOutput(sides.first));
    no | output("no", TestingOutput(sides.second));
    run_main(flow);
    return sides;
  }();
  CHECK(odd == std::vector{1, 3});
  CHECK(even == std::vector{2});
}

TEST_CASE("raises lets a stream be empty, and ends the run with the first record of another",
          "[vocabulary][error]") {
  const auto error_with = [](std::vector<int> items) {
    Dataflow flow;
    input(flow, "in", TestingInput(std::move(items)), tests::epoch_per_poll()) |
        filter([](int n) { return n < 0; }) | raises("none") | output("out", tests::Discard{});
    return tests::error_of(flow, tests::deterministic(1, 0));
  };
  CHECK(error_with({1, 2}) == "");
  CHECK(error_with({1, -2}) ==
        "step 'none' failed on worker 0 at timestamp 2: a record has come where none may come: -2");
}

TEST_CASE("enrich_cached asks once for each key, and again when the answer is as old as it may be",
          "[vocabulary]") {
  int asked = 0;
  const auto run = [&](std::chrono::nanoseconds ttl) {
    asked = 0;
    Dataflow flow;
    return printed(flow, input(flow, "in", TestingInput(std::vector{1, 2, 1, 1, 2})) |
                             enrich_cached<int>(
                                 "lookup", [&asked](int key) { return 100 * key + asked++; },
                                 [](auto& cache, int key) { return cache.get(key); }, ttl));
  };
  CHECK(run(std::chrono::nanoseconds::max()) == std::vector{100, 201, 100, 100, 201});
  CHECK(asked == 2);
  CHECK(run(std::chrono::nanoseconds(0)) == std::vector{100, 201, 102, 103, 204});
  CHECK(asked == 5);
}

TEST_CASE("a stream may be used several times, and each use gets every record", "[vocabulary]") {
  std::vector<int> all;
  Dataflow flow;
  const auto numbers = input(flow, "in", TestingInput(std::vector{1, 2}));
  merge(numbers, numbers | map([](int n) { return -n; }), numbers) |
      output("out", TestingOutput(all));
  run_main(flow);
  std::ranges::sort(all);
  CHECK(all == std::vector{-2, -1, 1, 1, 2, 2});
}

TEST_CASE("a composite step does what its steps do, and has a scope of its own in the graph",
          "[vocabulary][composite]") {
  const auto twice_odd = [](auto numbers) {
    return numbers | filter("odd", [](int n) { return n % 2 == 1; }) |
           composite("doubled",
                     [](auto odd) { return odd | map("double", [](int n) { return 2 * n; }); });
  };
  std::vector<int> results;
  Dataflow flow("flow");
  auto numbers = input(flow, "in", TestingInput(std::vector{1, 2, 3}));
  composite(
      "both", [&](auto a, auto b) { return merge(a | composite("left", twice_odd), b); }, numbers,
      numbers) |
      output("out", TestingOutput(results));
  const FlowGraph graph = flow.describe();
  std::vector<std::string> paths;
  for (const FlowNode& node : graph.nodes) {
    std::string path = node.label();
    for (std::uint32_t s = node.scope; s != 0; s = graph.scopes[s].parent)
      path = graph.scopes[s].name + "/" + path;
    paths.push_back(path);
  }
  CHECK(paths == Texts{"in", "both/left/odd", "both/left/doubled/double", "both/merge", "out"});
  for (std::size_t s = 1; s != graph.scopes.size(); ++s)
    CHECK(graph.scopes[s].kind == FlowScope::Kind::composite);
  run_main(flow);
  std::ranges::sort(results);
  CHECK(results == std::vector{1, 2, 2, 3, 6});
}

}  // namespace
}  // namespace tidemark::vocabulary_test
