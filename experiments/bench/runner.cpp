// SPDX-License-Identifier: MIT
#include "runner.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <unistd.h>

namespace tidemark::bench {
namespace {

constexpr int quick_repetitions = 5;

/// One line on the terminal that says how far the run is.
class ProgressLine {
 public:
  explicit ProgressLine(std::size_t total) : total_(total) {}
  ~ProgressLine() { show(""); }

  void next(const Row& row) {
    show(fmt::format("[{}/{}] {}, {} worker(s)", ++done_, total_, row.name, row.workers));
  }

 private:
  void show(const std::string& text) const {
    if (isatty(STDERR_FILENO)) fmt::print(stderr, "\r\x1b[K{}", text);
  }

  std::size_t total_;
  std::size_t done_ = 0;
};

/// The samples stand in the results; Google Benchmark has nothing to print.
class Silence final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

/// Engine and baseline, one right after the other.
Sample measure(const Row& row, std::uint64_t rounds, bool ours_first) {
  Sample sample;
  if (ours_first) sample.ours_ns = row.ours(rounds);
  sample.baseline_ns = row.by_hand(rounds);
  if (!ours_first) sample.ours_ns = row.ours(rounds);
  return sample;
}

/// One repetition. After an error the row is not measured again.
void repeat(benchmark::State& state, Result& result) {
  const Row& row = *result.row;
  for ([[maybe_unused]] auto _ : state) {
    if (!result.error.empty()) continue;
    try {
      result.samples.push_back(measure(row, result.rounds, result.samples.size() % 2 == 0));
    } catch (const std::exception& error) {
      result.error = error.what();
    }
  }
  if (result.error.empty())
    state.SetIterationTime((result.samples.back().ours_ns + result.samples.back().baseline_ns) *
                           1e-9);
}

}  // namespace

std::vector<Result> run(const Rows& rows, bool quick) {
  std::vector<Result> results;
  for (const Row& row : rows)
    results.push_back({.row = &row, .rounds = quick ? row.quick_rounds : row.full_rounds});
  const auto repetitions = [quick](const Row& row) {
    return quick ? quick_repetitions : row.full_repetitions;
  };
  std::size_t total = 0;
  for (const Row& row : rows) total += static_cast<std::size_t>(repetitions(row));
  ProgressLine progress(total);
  for (Result& result : results) {
    const std::string name = fmt::format("{}/{}", result.row->name, result.row->workers);
    benchmark::RegisterBenchmark(name.c_str(),
                                 [&](benchmark::State& state) {
                                   progress.next(*result.row);
                                   repeat(state, result);
                                 })
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(repetitions(*result.row));
  }
  std::string program = "tidemark";
  std::string interleave = "--benchmark_enable_random_interleaving=true";
  char* arguments[] = {program.data(), interleave.data(), nullptr};
  int count = 2;
  benchmark::Initialize(&count, arguments);
  Silence silence;
  benchmark::RunSpecifiedBenchmarks(&silence, ".");
  return results;
}

}  // namespace tidemark::bench
