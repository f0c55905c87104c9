// SPDX-License-Identifier: MIT
//
// tidemark run: the main job. Counts the words of a text and draws the dataflow that did it.
#include <tidemark/core/error.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/layout.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "manifest/manifest.hpp"
#include "print.hpp"
#include "program/arguments.hpp"
#include "program/run_options.hpp"
#include "word_count.hpp"
#include "write_file.hpp"
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace tidemark {
namespace {

namespace fs = std::filesystem;

struct CommandOptions {
  std::string file;
  std::size_t epoch_lines = 2000;
  std::size_t top = 10;
  std::string counts;
  std::string json;
  std::string out = "out";
  RunOptions run{{.workers = 4}};
};

void make_directory(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw_file_error("make the directory", path.string(), error.value());
  if (::access(path.c_str(), W_OK) != 0) throw_file_error("write in", path.string(), errno);
}

/// Writes the King James Bible, which Debian's bible-kjv installs packed, to a text file.
std::string default_text(const fs::path& directory) {
  std::string path = (directory / "king-james-bible.txt").string();
  if (fs::exists(path)) return path;
  std::FILE* pipe = ::popen("echo 'gen1:1-rev22:21' | bible -f 2>/dev/null", "r");
  if (pipe == nullptr) throw_file_error("run", "bible -f", errno);
  std::string text;
  char block[65536];
  for (std::size_t got; (got = std::fread(block, 1, sizeof block, pipe)) != 0;)
    text.append(block, got);
  if (::pclose(pipe) != 0 || text.empty())
    throw FileError(
        "cannot get the default text: 'bible -f' failed (Debian's package bible-kjv has "
        "it); name a text of your own instead: tidemark run FILE");
  write_file(path, text);
  return path;
}

std::vector<std::pair<std::string, std::uint64_t>> most_frequent(const WordCountResult& result,
                                                                 std::size_t number) {
  auto words = result.counts;
  std::ranges::stable_sort(words, std::ranges::greater{}, [](const auto& w) { return w.second; });
  words.resize(std::min(number, words.size()));
  return words;
}

nlohmann::ordered_json figures(const CommandOptions& options, std::uint32_t workers,
                               const WordCountResult& result,
                               const std::vector<std::string>& pictures) {
  const ProgressSnapshot& last = result.states.back().second;
  nlohmann::ordered_json json{
      {"file", options.file},
      {"workers", workers},
      {"words", result.words},
      {"distinct", result.counts.size()},
      {"epochs", nlohmann::ordered_json::array()},
      {"interrupted", result.interrupted},
      {"seconds", result.seconds},
      {"words_per_second", static_cast<double>(result.words) / result.seconds},
      {"progress_batches", last.sequence},
      {"locations_visited", last.visits},
      {"pictures", pictures},
      {"top", nlohmann::ordered_json::array()}};
  for (const EpochResult& epoch : result.epochs)
    json["epochs"].push_back(
        {{"epoch", epoch.epoch}, {"words", epoch.words}, {"distinct", epoch.distinct}});
  for (const auto& [word, count] : most_frequent(result, options.top))
    json["top"].push_back({{"word", word}, {"count", count}});
  return json;
}

std::vector<std::string> picture_paths(const fs::path& directory) {
  std::vector<std::string> paths;
  for (const char* view : {"logical", "physical", "progress"})
    paths.push_back((directory / fmt::format("word-count-{}.svg", view)).string());
  return paths;
}

std::vector<std::string> draw(const fs::path& directory, const WordCountResult& result) {
  std::vector<std::string> paths = picture_paths(directory);
  write_picture(paths[0], to_dot(result.graph, View::logical));
  write_picture(paths[1], to_dot(result.graph, View::physical));
  write_picture(paths[2], to_dot(result.graph, result.mid_run()));
  return paths;
}

/// Refuses a command that would lose a file by writing another in its place.
std::vector<FileClaim> claim_files(const CommandOptions& options) {
  std::vector<FileClaim> claims = options.run.claims(&options);
  const auto claim = [&](const std::string& user, const std::string& path) {
    if (!path.empty()) claims.push_back(FileClaim::of_user(&options, user, path));
  };
  if (options.file != "-") claim("FILE", options.file);
  claim("--counts", options.counts);
  claim("--json", options.json);
  for (const std::string& path : picture_paths(options.out)) claim("a picture", path);
  return claims;
}

void run(CommandOptions options, CLI::App& command) {
  if (options.run.describes())
    return options.run.describe(describe_word_count({.path = options.file}));
  make_directory(options.out);
  if (options.file.empty()) options.file = default_text(options.out);
  const std::vector<FileClaim> claims = claim_files(options);
  require_writable(options.counts);
  require_writable(options.json);
  const PreparedRun prepared = options.run.prepare();
  const Config& config = prepared.config;
  Manifest manifest(command);

  print(fmt::format("counting the words of {} with {} workers\n\n", options.file, config.workers));
  const WordCountResult result = count_words({.path = options.file,
                                              .epoch_lines = options.epoch_lines,
                                              .config = config,
                                              .counts = options.counts,
                                              .print_epochs = !config.watch});
  manifest.finish();

  std::string report = fmt::format("\n{:>12}  {}\n", "count", "word");
  for (const auto& [word, count] : most_frequent(result, options.top))
    report += fmt::format("{:>12}  {}\n", count, word);
  report += fmt::format("\n{} words, {} distinct, in {} epochs\n", result.words,
                        result.counts.size(), result.epochs.size());
  report += fmt::format("{:.3f} s, {:.0f} words per second\n", result.seconds,
                        static_cast<double>(result.words) / result.seconds);
  const ProgressSnapshot& last = result.states.back().second;
  report += fmt::format("{:.1f} locations visited for each of the first {} progress batches\n\n",
                        static_cast<double>(last.visits) / static_cast<double>(last.sequence),
                        last.sequence);
  print(report);

  if (!options.counts.empty()) print(fmt::format("counts    {}\n", options.counts));
  if (config.trace != nullptr) print(fmt::format("trace     {}\n", options.run.trace()));
  const std::vector<std::string> pictures = draw(options.out, result);
  for (const std::string& picture : pictures) print(fmt::format("picture   {}\n", picture));
  if (!options.json.empty()) {
    write_file(options.json, manifest.document(figures(options, config.workers, result, pictures)));
    print(fmt::format("summary   {}\n", options.json));
  }
  if (result.interrupted) throw Interrupted(result.signal);
}

}  // namespace

void add_run_command(CLI::App& app) {
  auto options = std::make_shared<CommandOptions>();
  CLI::App* command = app.add_subcommand(
      "run",
      "Count the words of a text with several workers, print a result per epoch and the most "
      "frequent words, and draw the dataflow and its progress");
  command->add_option("FILE", options->file,
                      "Text to read; - is standard input. Default: the King James Bible (4.4 MB), "
                      "which Debian's package bible-kjv installs");
  command
      ->add_option(
          "--epoch-lines", options->epoch_lines,
          "Lines after which an epoch ends, with the block that was read (it ends after 1 s, too)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->capture_default_str();
  command->add_option("--top", options->top, "How many of the most frequent words to print")
      ->check(CLI::Range(0, 1'000'000'000))
      ->capture_default_str();
  command
      ->add_option("--counts", options->counts, "Write word<TAB>count to this file, sorted by word")
      ->check(file_name());
  command
      ->add_option("--json", options->json,
                   "Write all figures of the run, and how it was run, to this file")
      ->check(file_name());
  command->add_option("--out", options->out, "Directory for the pictures")
      ->check(file_name())
      ->capture_default_str();
  options->run.add_to(*command);
  options->run.add_describe(*command);
  command->callback([options, command] { run(*options, *command); });
}

}  // namespace tidemark
