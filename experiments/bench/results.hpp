// SPDX-License-Identifier: MIT
//
// What was measured, as a table and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench.hpp"
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace tidemark::bench {

/// One repetition: the engine and the baseline, one right after the other.
struct Sample {
  double ours_ns = 0;
  double baseline_ns = 0;
};

/// All repetitions of one row.
struct Result {
  const Row* row = nullptr;
  std::uint64_t rounds = 1;  ///< of each repetition
  std::vector<Sample> samples;
  std::string error;  // if not empty, what was wrong; then the samples mean nothing
};

/// One line per row: medians, their ratio, the ratios within each repetition, and the bar.
void print_table(std::FILE* out, const std::vector<Result>& results);

/// One line per series of rows: the exponent with which the engine's time grows with the size.
void print_growth(std::FILE* out, const std::vector<Result>& results);

/// The same and each repetition: "rows" and "growth"; null where there is no time, or no bar.
nlohmann::ordered_json figures(const std::vector<Result>& results);

/// Name and workers of each row above its bar.
std::vector<std::string> missed_bars(const std::vector<Result>& results);

}  // namespace tidemark::bench
