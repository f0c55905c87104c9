// SPDX-License-Identifier: MIT
//
// The rows of `tidemark bench`: the engine beside a hand-written program that does the same job.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
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

/// The most that the engine may take: `times` the baseline and `plus` more.
struct Bar {
  double times = 0;
  double plus = 0;
  /// `times` is not of the baseline but of the ratio in the row of the same name with 1
  /// worker: 1.25 asks for 0.8 of the speed-up of what was written by hand.
  bool of_one_worker = false;
};

/// What "the cost of" something may come to: two runs of one program differ by as much.
inline constexpr Bar same_cost{.times = 1.05};

/// What the work of 2 workers may cost when more of them share it on the same cores.
inline constexpr Bar crowded{.times = 2};

/// One line of the table.
struct Row {
  std::string name;
  std::uint32_t workers = 1;
  std::string per;       ///< the unit of work
  std::string baseline;  ///< what was written by hand, or a smaller job for the engine
  std::uint64_t quick_rounds = 1;
  std::uint64_t full_rounds = 1;
  int full_repetitions = 7;  ///< fewer where one takes seconds
  Measure ours;
  Measure by_hand;
  std::optional<Bar> bar{};
  std::string
      series{};     ///< rows of one series do the same at different sizes: its growth is fitted
  double size = 0;  ///< in its series
};

using Rows = std::vector<Row>;

/// The same with so many workers, who share the rounds. Throws WrongResult.
using MeasureWorkers = std::function<double(std::uint32_t workers, std::uint64_t rounds)>;

/// Adds the job of `row` with 8, 64 and 512 workers, on whatever cores there are, beside 2 of them.
inline void add_crowds(Rows& rows, Row row, const MeasureWorkers& ours) {
  row.baseline = "2 of our workers";
  row.by_hand = [=](std::uint64_t rounds) { return ours(2, rounds); };
  for (const std::uint32_t workers : {8u, 64u, 512u}) {
    row.workers = workers;
    row.ours = [=](std::uint64_t rounds) { return ours(workers, rounds); };
    rows.push_back(row);
  }
}

// One per file.
void add_barrier_loop_rows(Rows& rows);
void add_barrier_rows(Rows& rows);
void add_bfs_rows(Rows& rows);
void add_chain_rows(Rows& rows);
void add_event_driven_rows(Rows& rows);
void add_exchange_rows(Rows& rows);
void add_fan_rows(Rows& rows);
void add_footprint_rows(Rows& rows);
void add_hash_join_rows(Rows& rows);
void add_held_times_rows(Rows& rows);
void add_idle_rows(Rows& rows);
void add_keyed_count_rows(Rows& rows);
void add_loop_rows(Rows& rows);
void add_open_loop_rows(Rows& rows);
void add_open_times_rows(Rows& rows);
void add_pagerank_rows(Rows& rows);
void add_tracker_rows(Rows& rows);
void add_union_find_rows(Rows& rows);
void add_window_memory_rows(Rows& rows);
void add_window_step_rows(Rows& rows);
void add_silent_source_rows(Rows& rows);
void add_window_sum_rows(Rows& rows);

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
