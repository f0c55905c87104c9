// SPDX-License-Identifier: MIT
//
// Trace files: what a run has left, to be asked.
#pragma once

#include <tidemark/core/named_events.hpp>
#include <tidemark/core/trace/block.hpp>
#include <tidemark/core/trace/columns.hpp>
#include <tidemark/core/trace_event.hpp>
#include <tidemark/core/traced_dataflow.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// How a run was run, as it says itself.
struct TracedRun {
  std::string program;                ///< its name, by which it was called
  std::uint32_t workers = 1;          ///< Config::workers
  std::uint32_t processes = 1;        ///< Config::processes
  std::string executor;               ///< "tbb", "threads" or "deterministic"
  std::uint64_t seed = 0;             ///< Config::seed
  std::string policy;                 ///< its name; "direct" if there was none
  bool has_virtual_time = false;      ///< Executor::has_virtual_time
  std::string began;                  ///< by the wall clock, in ISO 8601; empty with virtual time
  std::uint64_t from = 0;             ///< nanoseconds of the run of which only the counts are known
  std::vector<std::string> only;      ///< the steps of which all is recorded; empty: all
  bool tells_outside = false;         ///< it can be replayed (replay.hpp)
  bool shares_batches = false;        ///< the workers on a thread filled batches together
  bool saves_states = false;          ///< in a StateStore
  std::string scheduler;              ///< its name; empty: none
  std::uint32_t batch_records = 0;    ///< Tuning::batch_records
  std::uint32_t steps_per_turn = 32;  ///< Tuning::steps_per_turn
  std::uint32_t open_steps = 8;       ///< Tuning::open_steps

  friend bool operator==(const TracedRun&, const TracedRun&) = default;
};

/// A trace that has been written, or what is left of one. Events are numbered from 1 in one order
/// over the whole run, of which any prefix is a consistent cut. Thread: any.
class TraceFile {
 public:
  /// Throws BadTrace, with the path, for what cannot be read or is no trace. O(bytes).
  static TraceFile open(const std::string& path);
  /// The same for bytes in memory.
  explicit TraceFile(std::string bytes);

  /// How the run was run.
  const TracedRun& run() const { return run_; }
  /// In the order in which they were built, by the numbers that events name.
  const std::vector<TracedDataflow>& dataflows() const { return dataflows_; }
  /// What operators have told, by the numbers that such events have as `peer`.
  const std::vector<NamedEvents>& named_events() const { return named_; }
  /// The number of the first event: 1, or more if this is a part of a trace.
  std::uint64_t first() const { return first_; }
  /// That of the last event that can be read.
  std::uint64_t events() const { return events_; }
  /// Why what follows cannot be read; empty if the trace is whole, or its run has been killed.
  const std::string& damage() const { return damage_; }
  /// How the run has ended: "ended", or an error; nullopt if the trace does not say.
  const std::optional<std::string>& outcome() const { return outcome_; }

  /// Calls `take(number, event)` for the events from `first` to `last`, both included, in order; of
  /// those whose kind is not known `event` is null. Stops when it gives false. Throws BadTrace for
  /// a block that is damaged though its checksum is right. O(events of the blocks).
  void for_each(std::uint64_t first, std::uint64_t last,
                const std::function<bool(std::uint64_t, const TraceEvent*)>& take) const;

  /// Calls `take(event)` for batches that bring the counts from the initial capabilities to where
  /// they were before the first event, and for the births of capabilities that were there; for none
  /// if this is a whole trace. Throws as `for_each`.
  void for_base(const std::function<void(const TraceEvent&)>& take) const;

  /// Calls `take(tag, bytes)` for all blocks but those of events and the end.
  void for_each_description(
      const std::function<void(std::string_view, std::string_view)>& take) const;

  /// The timestamp of an event of that dataflow as it is printed at a location.
  std::string text(const TracedDataflow& dataflow, const Coordinates& time,
                   LocationId location) const;

  /// The text of that number; "?" if there is none.
  const std::string& text(std::uint64_t number) const;

  /// How large the file is.
  std::size_t bytes() const { return bytes_.size(); }

 private:
  struct Block {
    BlockHeader header;
    std::size_t at = 0;  // of what is stored
  };

  void read_blocks();
  void read_run(std::string_view json);
  void read_block(const Block& block);
  std::uint32_t coordinates_of_dataflow(std::uint32_t dataflow) const;
  std::string_view stored(const Block& block) const {
    return std::string_view(bytes_).substr(block.at, block.header.stored);
  }

  std::string bytes_;
  TracedRun run_;
  std::optional<EventReader> reader_;
  std::vector<TracedDataflow> dataflows_;
  std::vector<std::string> texts_;
  std::vector<NamedEvents> named_;
  std::vector<Block> blocks_;  // those with events
  std::vector<Block> descriptions_;
  std::optional<Block> base_;
  std::uint64_t first_ = 1;
  std::uint64_t events_ = 0;
  std::string damage_;
  std::optional<std::string> outcome_;
};

}  // namespace tidemark
