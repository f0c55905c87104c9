// SPDX-License-Identifier: MIT
//
// tidemark run: the main job. Counts the words of a text and draws the dataflow that did it.
#include <tidemark/core/error.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>
#include <tidemark/operators/sinks/file_writer.hpp>
#include <tidemark/viz/dot.hpp>
#include <tidemark/viz/flow_json.hpp>
#include <tidemark/viz/layout.hpp>
#include <tidemark/viz/mermaid.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "word_count.hpp"
#include "write_file.hpp"
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace tidemark {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
  std::string file;
  std::uint32_t workers = 4;
  std::uint32_t threads = 0;
  std::size_t epoch_lines = 2000;
  std::size_t top = 10;
  std::string counts;
  std::string json;
  std::string out = "out";
  std::string describe;
  ExecutorKind executor = ExecutorKind::tbb;
  double explain_after = 0;
  bool check = checked_by_default;
};

void print(const std::string& text) {
  write_all(STDOUT_FILENO, text, "standard output");
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

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

std::string as_json(const RunOptions& options, const WordCountResult& result,
                    const std::vector<std::string>& pictures) {
  nlohmann::ordered_json json{
      {"file", options.file},
      {"workers", options.workers},
      {"words", result.words},
      {"distinct", result.counts.size()},
      {"epochs", result.epochs},
      {"interrupted", result.interrupted},
      {"seconds", result.seconds},
      {"words_per_second", static_cast<double>(result.words) / result.seconds},
      {"pictures", pictures}};
  json["top"] = nlohmann::ordered_json::array();
  for (const auto& [word, count] : most_frequent(result, options.top))
    json["top"].push_back({{"word", word}, {"count", count}});
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
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
std::vector<FileClaim> claim_files(const RunOptions& options) {
  std::vector<FileClaim> claims;
  const auto claim = [&](const std::string& user, const std::string& path) {
    if (!path.empty()) claims.push_back(FileClaim::of_user(&options, user, path));
  };
  if (options.file != "-") claim("FILE", options.file);
  claim("--counts", options.counts);
  claim("--json", options.json);
  for (const std::string& path : picture_paths(options.out)) claim("a picture", path);
  return claims;
}

/// The dataflow that would run, in a format of --describe.
std::string description(const RunOptions& options) {
  const FlowGraph graph = describe_word_count({.path = options.file});
  if (options.describe == "json") return to_json(graph);
  return options.describe == "dot" ? to_dot(graph, View::logical) : to_mermaid(graph);
}

void run(RunOptions options) {
  if (!options.describe.empty()) return print(description(options));
  make_directory(options.out);
  if (options.file.empty()) options.file = default_text(options.out);
  const std::vector<FileClaim> claims = claim_files(options);
  require_writable(options.counts);
  require_writable(options.json);

  print(fmt::format("counting the words of {} with {} workers\n\n", options.file, options.workers));
  const WordCountResult result = count_words(
      {.path = options.file,
       .epoch_lines = options.epoch_lines,
       .config = {.workers = options.workers,
                  .threads = options.threads,
                  .executor = options.executor,
                  .explain = {.after = milliseconds(options.explain_after), .on_quit_signal = true},
                  .progress = ::isatty(STDOUT_FILENO) == 0,
                  .stop_on_interrupt = true,
                  .check = options.check},
       .counts = options.counts});

  std::string report = fmt::format("\n{:>12}  {}\n", "count", "word");
  for (const auto& [word, count] : most_frequent(result, options.top))
    report += fmt::format("{:>12}  {}\n", count, word);
  report += fmt::format("\n{} words, {} distinct, in {} epochs\n", result.words,
                        result.counts.size(), result.epochs);
  report += fmt::format("{:.3f} s, {:.0f} words per second\n", result.seconds,
                        static_cast<double>(result.words) / result.seconds);
  const ProgressSnapshot& last = result.states.back().second;
  report += fmt::format("{:.1f} locations visited for each of the first {} progress batches\n\n",
                        static_cast<double>(last.visits) / static_cast<double>(last.sequence),
                        last.sequence);
  print(report);

  if (!options.counts.empty()) print(fmt::format("counts    {}\n", options.counts));
  const std::vector<std::string> pictures = draw(options.out, result);
  for (const std::string& picture : pictures) print(fmt::format("picture   {}\n", picture));
  if (!options.json.empty()) {
    write_file(options.json, as_json(options, result, pictures));
    print(fmt::format("summary   {}\n", options.json));
  }
  if (result.interrupted) throw Interrupted(result.signal);
}

}  // namespace

void add_run_command(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand(
      "run",
      "Count the words of a text with several workers, print a result per epoch and the most "
      "frequent words, and draw the dataflow and its progress");
  command->add_option("FILE", options->file,
                      "Text to read; - is standard input. Default: the King James Bible (4.4 MB), "
                      "which Debian's package bible-kjv installs");
  command->add_option("-w,--workers", options->workers, "Number of workers")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command->add_option("-t,--threads", options->threads, "Threads to run them; 0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command
      ->add_option("--executor", options->executor,
                   "What runs the workers: tbb (default) or threads")
      ->transform(CLI::CheckedTransformer(std::map<std::string, ExecutorKind>{
          {"tbb", ExecutorKind::tbb}, {"threads", ExecutorKind::threads}}))
      ->option_text("tbb|threads");
  command
      ->add_option(
          "--epoch-lines", options->epoch_lines,
          "Lines after which an epoch ends, with the block that was read (it ends after 1 s, too)")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 40))
      ->capture_default_str();
  command->add_option("--top", options->top, "How many of the most frequent words to print")
      ->capture_default_str();
  command->add_option("--counts", options->counts,
                      "Write word<TAB>count to this file, sorted by word");
  command->add_option("--json", options->json, "Write a summary of the run to this file");
  command
      ->add_option(
          "--explain-after", options->explain_after,
          "Say on standard error, after this time (10s, 500ms), what each unfinished end of "
          "the dataflow waits for, and why; SIGQUIT (Ctrl-\\) asks at any time")
      ->transform(
          CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"ms", 0.001}, {"min", 60}},
                                CLI::AsNumberWithUnit::CASE_INSENSITIVE, "TIME"))
      ->check(CLI::NonNegativeNumber)
      ->option_text("TIME");
  command->add_flag("--check", options->check,
                    "Check that what each operator sends and keeps could result from what it held "
                    "or consumed");
  command
      ->add_option("--describe", options->describe,
                   "Do not run: print the dataflow as json, mermaid or dot")
      ->check(CLI::IsMember({"json", "mermaid", "dot"}))
      ->option_text("json|mermaid|dot");
  command->add_option("--out", options->out, "Directory for the pictures")->capture_default_str();
  command->callback([options] { run(*options); });
}

}  // namespace tidemark
