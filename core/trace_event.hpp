// SPDX-License-Identifier: MIT
//
// Trace events: what happened in a run, as plain data.
#pragma once

#include <tidemark/progress/coordinates.hpp>

#include <cstdint>
#include <vector>

namespace tidemark {

/// Something that happened in a run. Timestamps are coordinates; of a type of a program's own the
/// first coordinate is the number of the text that it prints (TraceFile::text).
struct TraceEvent {
  /// What has happened; TRACE.md says what is known of each.
  enum class Kind : std::uint8_t {
    batch,      ///< a ledger has applied a worker's report, or those of several, added up
    frontier,   ///< a ledger has published one
    start,      ///< an operator is run
    stop,       ///< it has returned
    send,       ///< records of one timestamp leave for another worker, or the same
    receive,    ///< they are taken in
    depart,     ///< a report leaves a station for another
    arrive,     ///< it is there
    mint,       ///< a capability comes into the world
    downgrade,  ///< it gives up the right to send before a timestamp
    drop,       ///< it goes
    wake,       ///< something from outside has asked that an operator be run
    note,       ///< an operator tells something in columns of its own (named_events.hpp)
  };
  /// For `worker`: nobody's in particular, such as a report that adds up those of several.
  static constexpr std::uint32_t several_workers = ~std::uint32_t{0};

  /// By how much the count of one pointstamp changes.
  struct Change {
    std::uint32_t location = 0;  ///< LocationId::value
    Coordinates time;            ///< as the ledger has it
    std::int64_t diff = 0;       ///< what is added
    friend bool operator==(const Change&, const Change&) = default;
  };

  Kind kind{};                   ///< which of the other members have a meaning
  std::uint32_t dataflow = 0;    ///< its place in TraceFile::dataflows
  std::uint64_t clock = 0;       ///< nanoseconds since the run began, by the executor's clock
  std::uint32_t worker = 0;      ///< at which it happened, or whose report it is
  std::uint32_t ledger = 0;      ///< batch, frontier
  std::uint32_t subject = 0;     ///< location, operator, channel or station, by kind
  std::uint32_t peer = 0;        ///< the other worker, or station
  std::uint64_t records = 0;     ///< send, receive; of a report: its changes
  std::uint64_t capability = 0;  ///< its number, of one that is minted, downgraded or dropped
  std::uint64_t parent = 0;  ///< mint: that of which it was made; 0: of a batch in hand, or none
  Coordinates time{};        ///< send, receive, mint, downgrade
  std::vector<std::uint64_t> values{};  ///< note: by column; send: texts of its first records
  std::vector<Coordinates> frontier{};  ///< frontier: its timestamps; none: nothing can come
  std::vector<Change> changes{};        ///< batch

  friend bool operator==(const TraceEvent&, const TraceEvent&) = default;
};

}  // namespace tidemark
