// SPDX-License-Identifier: MIT
//
// What was measured, as a table and as JSON.
#pragma once

#include "bench.hpp"
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
  std::vector<Sample> samples;
  std::string error;  // if not empty, what was wrong; then the samples mean nothing
};

/// One line per row: medians, the median of the ratios within each repetition, and their quartiles.
void print_table(std::FILE* out, const std::vector<Result>& results);

/// The same as a list of objects, each with the machine and what others took of it.
std::string to_json(const std::vector<Result>& results, const std::string& machine,
                    double cores_taken);

}  // namespace tidemark::bench
