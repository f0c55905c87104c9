// SPDX-License-Identifier: MIT
//
// tidemark bench: how far is the engine from a program written by hand for the one job?
#include <tidemark/operators/file_error.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "../commands.hpp"
#include "../manifest/manifest.hpp"
#include "../program/arguments.hpp"
#include "../write_file.hpp"
#include "bench.hpp"
#include "graphs.hpp"
#include "results.hpp"
#include "runner.hpp"
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

using namespace bench;

struct Options {
  bool quick = false;
  bool list = false;
  bool check = false;
  std::vector<std::string> only;
  std::string json;
  std::optional<std::uint64_t> once;  // rounds
  bool baseline = false;
};

Rows all_rows() {
  Rows rows;
  add_barrier_loop_rows(rows);
  add_barrier_rows(rows);
  add_bfs_rows(rows);
  add_chain_rows(rows);
  add_event_driven_rows(rows);
  add_exchange_rows(rows);
  add_fan_rows(rows);
  add_footprint_rows(rows);
  add_hash_join_rows(rows);
  add_held_times_rows(rows);
  add_idle_rows(rows);
  add_keyed_count_rows(rows);
  add_loop_rows(rows);
  add_open_loop_rows(rows);
  add_open_times_rows(rows);
  add_pagerank_rows(rows);
  add_tracker_rows(rows);
  add_union_find_rows(rows);
  add_window_step_rows(rows);
  add_window_memory_rows(rows);
  add_silent_source_rows(rows);
  add_window_sum_rows(rows);
  return rows;
}

/// The rows that one of `only` names, as NAME or NAME/WORKERS, or whose names begin with it if it
/// names none; all of them if there is nothing in `only`.
Rows select(Rows rows, const std::vector<std::string>& only) {
  if (only.empty()) return rows;
  std::vector<bool> wanted(rows.size());
  for (const std::string& name : only) {
    const auto is_named = [&](const Row& row) {
      return name == row.name || name == fmt::format("{}/{}", row.name, row.workers);
    };
    const bool exact = std::ranges::any_of(rows, is_named);
    bool found = false;
    for (std::size_t i = 0; i != rows.size(); ++i)
      if (exact ? is_named(rows[i]) : rows[i].name.starts_with(name)) wanted[i] = found = true;
    if (!found)
      throw std::invalid_argument("no row's name begins with '" + name +
                                  "'; bench --list names them all");
  }
  Rows selected;
  for (std::size_t i = 0; i != rows.size(); ++i)
    if (wanted[i]) selected.push_back(std::move(rows[i]));
  return selected;
}

void flush_output() {
  if (std::fflush(stdout) != 0) throw_file_error("write", "standard output", errno);
}

/// The machine and the build, in a line.
std::string describe(const Machine& machine, const Build& build) {
  return fmt::format("{} cores, {}; {}, {}", machine.cores,
                     machine.processor.empty() ? "unknown processor" : machine.processor,
                     build.compiler, build.type.empty() ? "no build type" : build.type);
}

void bench_command(const Options& options, CLI::App& command) {
  const Rows rows = select(all_rows(), options.only);
  if (options.list) {
    for (const Row& row : rows)
      fmt::print("{:<22} {:>3} worker(s), per {}; beside: {}\n", row.name, row.workers, row.per,
                 row.baseline);
    flush_output();
    return;
  }
  if (options.once) {
    for (const Row& row : rows) (options.baseline ? row.by_hand : row.ours)(*options.once);
    return;
  }
  require_writable(options.json);
  fmt::print("{}\n", describe(this_machine(), this_build()));
  flush_output();

  Manifest manifest(command);
  manifest.add_seed("graphs", graph_seed);
  const std::vector<Result> results = run(rows, options.quick);
  const std::vector<std::string>& warnings = manifest.finish();
  print_table(stdout, results);
  print_growth(stdout, results);
  flush_output();
  for (const std::string& warning : warnings) fmt::print(stderr, "tidemark bench: {}\n", warning);
  write_file(options.json, manifest.document(figures(results)));
  const auto wrong =
      std::ranges::count_if(results, [](const Result& r) { return !r.error.empty(); });
  if (wrong != 0)
    throw std::runtime_error(fmt::format("{} of {} rows are wrong", wrong, rows.size()));
  if (options.check)
    if (const std::vector<std::string> missed = missed_bars(results); !missed.empty())
      throw std::runtime_error(
          fmt::format("{} of the bars are missed: {}", missed.size(), fmt::join(missed, ", ")));
}

}  // namespace

void add_bench_command(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* const bench =
      app.add_subcommand("bench", "Measures the engine beside hand-written programs.");
  bench->footer(
      "Each row runs the engine and a program written by hand for the same job, one after the\n"
      "other in each repetition; the repetitions of all rows are interleaved at random. `ours`\n"
      "and `baseline` are medians in nanoseconds (in bytes, where the row says so) and `ratio`\n"
      "is the one by the other; `median` and `spread` are median and quartiles of the ratios\n"
      "within each repetition. A ratio above the row's `bar` is missed. A row whose result is\n"
      "wrong has no time, and makes the command fail.\n\n"
      "Without --quick it takes up to twenty minutes on two cores. Leave the machine alone.");
  bench->add_flag("--quick", options->quick,
                  "Smaller rounds and fewer repetitions: within 2 minutes");
  bench
      ->add_option("--only", options->only,
                   "Only rows of that name, with so many workers, or whose names begin with it; "
                   "repeatable")
      ->type_name("NAME[/WORKERS]");
  CLI::Option* const json =
      bench
          ->add_option("--json", options->json,
                       "Write all figures and repetitions, and how they were made, to FILE")
          ->check(file_name())
          ->type_name("FILE");
  CLI::Option* const check = bench->add_flag("--check", options->check, "Fail if a bar is missed");
  CLI::Option* const once =
      bench
          ->add_option(
              "--once", options->once,
              "Run each row's program once, with so many rounds of that row (records, hits, "
              "...; at least some for each worker), and print nothing: for profilers")
          ->option_text("ROUNDS")
          ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
          ->excludes(json)
          ->excludes(check);
  bench->add_flag("--baseline", options->baseline, "With --once: run what stands beside it instead")
      ->needs(once);
  bench->add_flag("--list", options->list, "List the rows and exit");
  bench->callback([options, bench] { bench_command(*options, *bench); });
}

}  // namespace tidemark
