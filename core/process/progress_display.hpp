// SPDX-License-Identifier: MIT
//
// The progress display: how far the inputs of a run have come, on a person's terminal.
#pragma once

#include <tidemark/core/process/input_progress.hpp>
#include <tidemark/core/timers.hpp>

#include <cstdio>
#include <vector>

namespace tidemark {

/// Shows the progress line on a terminal five times a second, as long as it lives, and then clears
/// it.
class ProgressDisplay {
 public:
  /// Requires: all three outlive this.
  ProgressDisplay(Executor& executor, const InputProgressBook& inputs, std::FILE* terminal);
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;
  ~ProgressDisplay();

 private:
  void show(const std::vector<InputProgress>& before, Clock::time_point since);

  const InputProgressBook* inputs_;
  std::FILE* terminal_;
  Timers timers_;
};

}  // namespace tidemark
