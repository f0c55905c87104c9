// SPDX-License-Identifier: MIT
//
// What every command line may say about a run: each option once.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tidemark {

struct FlowGraph;

/// A run that can begin: its trace is open, and its replay read.
struct PreparedRun {
  Config config;
  std::unique_ptr<Replay> replay;         ///< null: none
  std::unique_ptr<Trace> trace;           ///< null: it is not recorded
  std::optional<FileClaim> trace_file{};  ///< so that no sink writes there
};

/// The options of a run. What they do not say is as in the Config that is given; but a signal ends
/// the run (Config::stop_on_interrupt), SIGQUIT has it explained, and where standard output is no
/// terminal, standard error shows how far it is. Thread: one at a time.
class RunOptions {
 public:
  explicit RunOptions(Config defaults);

  /// Adds all but --describe. Requires: this outlives the reading of the command line.
  void add_to(CLI::App& app);
  /// Adds --describe, for a program whose dataflow is known before it runs. Requires: the same.
  void add_describe(CLI::App& app);

  /// A description is asked for, and no run.
  bool describes() const { return !format_.empty(); }
  /// Prints it. Throws FileError.
  void describe(const FlowGraph& graph) const;

  /// Claims the files that the options name among those of `command`, known by its address, so that
  /// one which would lose a file is refused. Throws DataflowError, naming both users.
  std::vector<FileClaim> claims(const void* command) const;
  /// Throws BadTrace and ReplayError, of --replay, and TraceError. Once.
  PreparedRun prepare() const;

  const std::string& trace() const { return trace_; }  ///< the file; empty: none

 private:
  void add_workers(CLI::App& app);
  void add_order(CLI::App& app);
  void add_schedule(CLI::App& app);
  void add_progress(CLI::App& app);
  void add_looks(CLI::App& app);
  void add_trace(CLI::App& app);

  Config config_;
  std::string format_;  // of the description; empty: none is asked for
  std::string trace_;
  TraceOptions trace_options_;
  std::string replay_;
  std::string scheduler_;  // empty: as in the Config
};

}  // namespace tidemark
