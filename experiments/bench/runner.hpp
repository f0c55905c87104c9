// SPDX-License-Identifier: MIT
//
// Runs rows on Google Benchmark, their repetitions interleaved.
//
// One repetition of a row measures the engine and the baseline back to back, in alternating order;
// Google Benchmark interleaves the repetitions of all rows at random. So what else the machine does
// hits both sides of a ratio, and all rows, alike.
#pragma once

#include "bench.hpp"
#include "results.hpp"
#include <vector>

namespace tidemark::bench {

/// One result per row, in their order; the rows outlive them. Shows its progress where standard
/// error is a terminal. Thread: the main one, once in a process.
std::vector<Result> run(const Rows& rows, bool quick);

}  // namespace tidemark::bench
