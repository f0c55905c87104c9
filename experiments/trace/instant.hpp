// SPDX-License-Identifier: MIT
//
// The instant of a trace that a command is asked about.
#pragma once

#include <tidemark/core/trace_file.hpp>
#include <tidemark/core/trace_state.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace tidemark {

/// What the commands that look at one instant have in common.
struct InstantOptions {
  std::string path;
  std::optional<std::uint64_t> at;  ///< nullopt: the end
  std::uint32_t dataflow = 0;
  std::uint32_t ledger = 0;
  bool json = false;
};

/// TRACE, --at, --dataflow, --ledger, --json.
void add_instant_options(CLI::App& command, InstantOptions& options);

/// A trace, and its state at the instant. What is damaged of it is told on standard error.
class Instant {
 public:
  /// Throws BadTrace, and DataflowError for what is not in the trace, with what there is.
  explicit Instant(const InstantOptions& options);

  const TraceFile& file() const { return file_; }
  const TracedDataflow& dataflow() const { return file_.dataflows()[options_.dataflow]; }
  TraceState& state() { return state_; }
  const TraceState& state() const { return state_; }
  std::uint64_t at() const { return state_.at(); }
  /// "after event 184 of 412, 1.204 ms after the run began".
  std::string text() const;
  /// The clock of event `number`, in nanoseconds; 0 for none.
  std::uint64_t clock(std::uint64_t number) const;

  /// The location of a port by its name, such as `count.in0`. Throws DataflowError, with the names
  /// that are nearest to it.
  LocationId port(const std::string& name) const;

 private:
  InstantOptions options_;
  TraceFile file_;
  TraceState state_;
};

/// Opens it, and says on standard error what is damaged.
TraceFile open_trace(const std::string& path);

/// "1.204 ms".
std::string duration_text(std::uint64_t nanoseconds);

}  // namespace tidemark
