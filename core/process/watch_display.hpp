// SPDX-License-Identifier: MIT
//
// The watch display: what a run is doing, on a person's terminal or as lines.
#pragma once

#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/process/input_progress.hpp>
#include <tidemark/core/timers.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// What is shown of a run at one moment.
struct Watched {
  struct Dataflow {
    std::string name;
    std::vector<StepActivity> steps;
    ProgressSnapshot progress;
  };
  std::vector<InputProgress> inputs;
  std::vector<Dataflow> dataflows;
  std::string held;  ///< what is held back and by whom: a sentence, or empty

  std::chrono::duration<double> elapsed{0};  ///< since the run began
};

/// As lines of at most `width` characters, and no more than `height`: how far the inputs are, and
/// of each step how often it runs and how many records reach it from other workers in a second,
/// what can still appear at its first port, and what waits or is held there.
std::vector<std::string> watch_lines(const Watched& before, const Watched& now, std::size_t width,
                                     std::size_t height);

/// The same in one line, for what is no terminal.
std::string watch_line(const Watched& before, const Watched& now);

/// Shows a run twice a second, in place, as long as it lives, and then clears that; or prints a
/// line every five seconds where `out` is no terminal.
class WatchDisplay {
 public:
  using Dataflows = std::function<std::vector<std::shared_ptr<DataflowView>>()>;

  /// `dataflows` gives those that have not ended. Requires: all outlive this.
  WatchDisplay(Executor& executor, const InputProgressBook& inputs, Dataflows dataflows,
               std::FILE* out);
  WatchDisplay(const WatchDisplay&) = delete;
  WatchDisplay& operator=(const WatchDisplay&) = delete;
  ~WatchDisplay();

 private:
  void show();
  void draw(const std::vector<std::string>& lines);
  Watched look();

  const InputProgressBook* inputs_;
  Dataflows dataflows_;
  std::FILE* out_;
  bool is_terminal_;
  Clock::time_point began_;
  Watched before_;
  std::vector<std::shared_ptr<Question>> questions_;
  std::string held_;
  std::size_t drawn_ = 0;  // lines
  Timers timers_;          // goes first: its actions use the rest
};

}  // namespace tidemark
