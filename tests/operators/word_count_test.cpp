// SPDX-License-Identifier: MIT
//
// The word count: all the steps of a small program at once, against a table.
#include <tidemark/operators/keyed/reduce.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/flat_map.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

namespace tidemark::word_count_test {
namespace {

using tests::Log;
using Counts = std::map<std::string, std::uint64_t>;
using Counted = std::pair<std::string, std::uint64_t>;

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

Counts expected_counts(const std::vector<std::string>& lines) {
  Counts counts;
  for (const std::string& line : lines)
    for (const std::string& word : split(line)) ++counts[word];
  return counts;
}

/// Counts words in three ways: counts of epochs added up, a running total, and once redistributed.
std::vector<Counts> count_words(FlowStream<std::string> lines, const Config& config) {
  Log<Counted> by_epoch, by_total, shuffled;
  const auto total = [] {
    return stateful_map(
        "total", [] { return std::uint64_t{0}; },
        [](std::uint64_t sum, std::uint64_t n) { return std::pair(sum + n, sum + n); });
  };
  const auto words = lines | flat_map("split", split);
  words | count("count") | inspect([&](const Counted& c) { by_epoch.add(c); }) |
      output("by epoch", tests::Discard{});
  words | map([](std::string word) { return Counted(std::move(word), 1); }) | total() |
      inspect([&](const Counted& c) { by_total.add(c); }) | output("by total", tests::Discard{});
  lines | redistribute() | flat_map(split) | count("again") |
      inspect([&](const Counted& c) { shuffled.add(c); }) | output("shuffled", tests::Discard{});
  cluster_main(*lines.flow, config);

  std::vector<Counts> results(3);
  for (const auto& [word, n] : by_epoch.entries()) results[0][word] += n;
  for (const auto& [word, n] : by_total.entries()) {
    std::uint64_t& last = results[1][word];
    if (n == last + 1) last = n;  // one by one, or not at all
  }
  for (const auto& [word, n] : shuffled.entries()) results[2][word] += n;
  return results;
}

TEST_CASE("the word count agrees with a table, for any text, workers, epochs and seed",
          "[word_count]") {
  tests::check_property(120, [] {
    tests::Tape tape = tests::draw_tape("text", 200);
    const Config config = tests::deterministic(1 + tape.below(8), tape.below(256));
    const std::size_t batch = 1 + tape.below(5);
    InputOptions options = tests::epoch_per_poll();
    if (tape.below(2) != 0) options = {.epoch_items = 1 + tape.below(9)};
    options.epochs_ahead = 1 + tape.below(4);
    std::vector<std::string> lines;
    while (!tape.at_end()) {
      if (lines.empty() || tape.below(3) == 0) lines.emplace_back();
      lines.back() += std::string(1 + tape.below(2), static_cast<char>('a' + tape.below(5))) + " ";
    }
    Dataflow flow;
    const auto results =
        count_words(input(flow, "lines", TestingInput(lines, batch), options), config);
    RC_ASSERT(results == std::vector(3, expected_counts(lines)));
  });
}

/// A text of some thousand words, most of them rare.
std::vector<std::string> some_text() {
  std::vector<std::string> lines(3000);
  Random random(1);
  for (std::string& line : lines)
    for (std::uint64_t words = random.below(8); words != 0; --words)
      line += "w" + std::to_string(random.below(1 + random.below(500))) + " ";
  return lines;
}

TEST_CASE("the word count is right on threads that really run at once", "[word_count]") {
  const std::vector<std::string> lines = some_text();
  for (const ExecutorKind executor : tests::real_executors())
    for (const InputOptions& options :
         {InputOptions{.epoch_items = 1}, InputOptions{.epoch_items = 100}, InputOptions{}}) {
      Dataflow flow;
      CHECK(count_words(input(flow, "lines", TestingInput(lines), options),
                        {.workers = 8, .threads = 2, .executor = executor}) ==
            std::vector(3, expected_counts(lines)));
    }
}

TEST_CASE("the word count of a file is right", "[word_count]") {
  const std::vector<std::string> lines = some_text();
  const tests::Directory directory;
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  const std::string path = directory.write("text", text);
  std::vector<Config> configs{tests::deterministic(4, 1)};
  for (const ExecutorKind executor : tests::real_executors())
    configs.push_back({.workers = 4, .threads = 2, .executor = executor});
  for (const Config& config : configs) {
    Dataflow flow;
    CHECK(count_words(input(flow, "lines", FileInput(path, 100), tests::epoch_per_poll()),
                      config) == std::vector(3, expected_counts(lines)));
  }
}

}  // namespace
}  // namespace tidemark::word_count_test
