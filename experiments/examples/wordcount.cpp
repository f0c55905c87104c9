// SPDX-License-Identifier: MIT
//
// Which words are the most frequent? An epoch is some lines of each worker's share of the text;
// when it is complete everywhere, its counts are in the totals.
#include <tidemark/operators/stateless/flat_map.hpp>
#include <tidemark/operators/stateless/inspect.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include "example.hpp"
#include <fstream>
#include <sstream>

using namespace tidemark;

std::vector<std::string> split(const std::string& line) {
  std::istringstream words(line);
  return {std::istream_iterator<std::string>(words), {}};
}

int main(int argc, char** argv) {
  Program program("wordcount", "Which words of a text are the most frequent?", {.workers = 2});
  std::string file;
  std::uint64_t epoch_lines = 100, top = 10;
  program.option("FILE", file, "The text, words separated by white space");
  program.option("--epoch-lines", epoch_lines, "Lines of a worker in an epoch", examples::positive);
  program.option("--top", top, "How many words to print");
  return program.run(argc, argv, [&](const Config& config) {
    std::vector<std::map<std::string, std::uint64_t>> totals(config.workers);
    execute(config, [&](Worker& worker) {
      auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, lines] = new_input<std::string>(scope);
        auto counts = lines | flat_map(split) | count() | inspect([&](const auto& word) {
                        totals[worker.index()][word.first] += word.second;
                      });
        return std::pair{std::move(handle), tidemark::probe(counts)};
      });
      std::ifstream text(file);
      if (!text) throw std::runtime_error("cannot read '" + file + "'");
      std::string line;
      for (std::uint64_t number = 0; std::getline(text, line); ++number) {
        if (number % worker.peers() != worker.index()) continue;
        input.send(line);
        if ((number / worker.peers() + 1) % epoch_lines != 0) continue;
        input.advance_to(input.time().value + 1);
        worker.step_while([&] { return probe.less_than(input.time()); });
      }
    });
    std::vector<std::pair<std::uint64_t, std::string>> words;
    for (const auto& share : totals)
      for (const auto& [word, times] : share) words.emplace_back(times, word);
    std::ranges::sort(words, std::greater{});
    words.resize(std::min(words.size(), top));
    for (const auto& [times, word] : words) fmt::print("{:>10}  {}\n", times, word);
  });
}
