// SPDX-License-Identifier: MIT
//
// The trace: what happened in a run, in one order. Viewers, replay and tests read it and no more.
//
// Any prefix is a consistent cut. A worker tells what it has done together with the report of its
// step: what it has received and run comes before the batch, what it has sent after it. A step that
// changes nothing is told with the next report. Where reports go by stations (several ledgers, or a
// policy that gathers), a worker tells what it has done when it reports; its batch comes later, at
// each ledger.
//
// A frontier is published if somebody reads it, and after the last of the batches that were applied
// together. All frontiers after any batch follow from the batches (trace_state.hpp).
//
// What is sent in shared batches (records/shared_batches.hpp) a sender tells for each receiver, and
// a receiver for each sender; so there may be more receives than sends, of the same records.
#pragma once

#include <tidemark/core/named_events.hpp>
#include <tidemark/core/trace/columns.hpp>
#include <tidemark/core/trace/counts_before.hpp>
#include <tidemark/core/trace/order.hpp>
#include <tidemark/core/trace/sink.hpp>
#include <tidemark/core/trace_event.hpp>
#include <tidemark/core/trace_file.hpp>
#include <tidemark/core/traced_dataflow.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace tidemark {

/// What of a run is recorded; what is left out is said in the trace.
struct TraceOptions {
  /// What becomes of the run when the trace cannot be written any further.
  WhenTraceFails when_it_fails = WhenTraceFails::go_on;
  /// What happens before this time of the run is not recorded, but for the counts that result.
  std::chrono::nanoseconds from{0};
  /// Of activations, records, capabilities and what operators tell, only those of the steps with
  /// these names; all, if there are none. Batches and frontiers are recorded in any case.
  std::vector<std::string> only{};
  /// Of each batch of records that is sent, the first so many are recorded as text.
  std::uint64_t records = 0;
};

/// Records one run, in memory or in a file (Config::trace). Thread: any, unless noted.
class Trace {
 public:
  /// In memory.
  explicit Trace(TraceOptions options = {});
  /// In a file, written as the run goes on. Throws TraceError if it cannot be opened.
  explicit Trace(const std::string& path, TraceOptions options = {});
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;
  ~Trace();

  /// What has been recorded. Thread: once the run has ended. Throws BadTrace.
  TraceFile read() const;

  /// As it would stand in a file. Requires: it is in memory.
  const std::string& bytes() const { return bytes_; }

  /// Names of steps that were selected, and that no dataflow has had so far. Thread: any.
  std::vector<std::string> not_found() const;

  // What follows is called by the run.
  /// @cond engine

  /// `clock` tells the nanoseconds since the run began. Throws ConfigError if this holds a run.
  void begin(const TracedRun& run, std::function<std::uint64_t()> clock);
  /// Returns the number of the dataflow, for its events.
  std::uint32_t add(const TracedDataflow& dataflow);
  /// Adds an event that happens now. May wait for the disk; throws TraceError if the run is to end
  /// since it is full.
  void record(TraceEvent event);
  /// The same for several; leaves `events` empty.
  void record(std::vector<TraceEvent>& events);
  /// The number of a text, which is written once.
  std::uint64_t number_of(const std::string& text);
  /// The number of a text, which is kept no longer than until it is written. Throws as `record`.
  std::uint64_t add_text(std::string text);
  /// The number of a kind of events, which is written once. Throws DataflowError if another has its
  /// name.
  std::uint32_t number_of(const NamedEvents& kind);
  std::uint64_t records_as_text() const { return options_.records; }
  /// Whether what comes from outside is recorded, so that the run can be replayed: unless a part of
  /// it is left out.
  bool tells_outside() const { return options_.from.count() <= 0 && options_.only.empty(); }
  /// Events that happen now, leaving `events` empty, and what a ledger has done in which they
  /// happened: at one place in the order of both.
  void record(const OrderEntry& entry, std::vector<TraceEvent>& events);
  /// The worker was told this, and does not report for a while.
  void told(std::uint32_t worker, const std::string& told);
  /// `outcome` is "ended", or an error. What comes after it is dropped. Any number of times.
  void end(const std::string& outcome);
  /// @endcond

 private:
  void seal();
  void add(std::vector<TraceEvent>& events);
  void add_told(std::uint32_t worker, const std::string& told);
  void write_told();
  void write_texts();
  void add(TraceEvent& event, std::uint64_t now);
  void put(std::string tag, std::string bytes, std::uint32_t events = 0);
  void select(const TracedDataflow& dataflow);
  bool is_wanted(const TraceEvent& event) const;
  void begin_events();

  /// Which parts of a dataflow are recorded, if not all are.
  struct Selected {
    std::vector<bool> operators, locations, channels;
  };

  TraceOptions options_;
  std::string path_;   // empty: in memory
  std::string bytes_;  // of a trace in memory

  mutable std::mutex mutex_;  // guards what follows
  std::function<std::uint64_t()> clock_;
  EventColumns columns_;
  std::vector<std::uint32_t> coordinates_;  // by dataflow
  std::vector<Selected> selected_;          // by dataflow; none: all
  std::vector<std::string> not_found_;      // of the names that were selected
  std::unordered_map<std::string, std::uint64_t> numbers_;
  std::vector<std::string> new_texts_;
  std::uint64_t texts_ = 0;         // so far
  std::size_t new_text_bytes_ = 0;  // of those that are not written yet
  std::vector<NamedEvents> named_;
  std::string told_;                    // to workers; not written yet, as what follows
  std::string order_;                   // in which ledgers have applied reports
  std::optional<CountsBefore> before_;  // until the first event that is recorded
  std::uint64_t sealed_ = 0;            // events
  bool tells_outside_ = false;
  bool has_virtual_time_ = false;
  bool over_ = false;

  std::unique_ptr<TraceSink> sink_;  // goes first: its thread calls this
};

}  // namespace tidemark
