// SPDX-License-Identifier: MIT
//
// The rows of `tidemark bench`: the engine beside a hand-written program that does the same job.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace tidemark::bench {

/// What was measured did not do its job, so that its time means nothing.
class WrongResult : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void check(bool holds, const char* promise) {
  if (!holds) throw WrongResult(std::string("wrong result: ") + promise);
}

/// Runs that many rounds, checks the result, and returns the nanoseconds per unit of work. Throws
/// WrongResult.
using Measure = std::function<double(std::uint64_t rounds)>;

/// One line of the table.
struct Row {
  std::string name;
  std::uint32_t workers = 1;
  std::string per;       ///< the unit of work
  std::string baseline;  ///< what was written by hand
  std::uint64_t quick_rounds = 1;
  std::uint64_t full_rounds = 1;
  Measure ours;
  Measure by_hand;
};

using Rows = std::vector<Row>;

// One per file.
void add_barrier_rows(Rows& rows);
void add_chain_rows(Rows& rows);
void add_exchange_rows(Rows& rows);
void add_idle_rows(Rows& rows);
void add_keyed_count_rows(Rows& rows);
void add_tracker_rows(Rows& rows);

/// Measures from its making on.
class Stopwatch {
 public:
  double ns() const {
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start_)
        .count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tidemark::bench
