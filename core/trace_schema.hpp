// SPDX-License-Identifier: MIT
//
// The schema of a trace: which kinds of events it has, and which columns each of them.
#pragma once

#include <tidemark/core/trace_event.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tidemark {

/// A member of an event that is written, and its name in files.
struct TraceField {
  /// Where it stands in an event, by its type.
  using Member = std::variant<std::uint32_t TraceEvent::*, std::uint64_t TraceEvent::*,
                              Coordinates TraceEvent::*, std::vector<Coordinates> TraceEvent::*,
                              std::vector<TraceEvent::Change> TraceEvent::*,
                              std::vector<std::uint64_t> TraceEvent::*>;
  std::string_view name;  ///< such as `channel`: a member means something else in each kind
  Member member;          ///< what is written
};

/// A kind of events: its name in files, and what is written of it.
struct TraceKind {
  std::string_view name;           ///< such as `send`
  std::vector<TraceField> fields;  ///< besides `common_fields`
};

/// All kinds, by their numbers. What files are written by, and read by if they are not older.
std::span<const TraceKind> trace_kinds();

/// What is written of every event besides its kind.
std::span<const TraceField> common_fields();

/// A column of a file: numbers of one meaning, in the order of the events that have them.
struct TraceColumn {
  /// How its numbers are written.
  enum class Type {
    number,  ///< as the difference to the number before it in the column
    time,    ///< so many numbers as the dataflow's timestamps have, each as the difference to its
             ///< own before it
  };
  std::string name;          ///< such as `send.time`, or `batch.changes.diff`
  Type type = Type::number;  ///< how they are written
  friend bool operator==(const TraceColumn&, const TraceColumn&) = default;
};

/// The columns of one field: a number or a time is one; a list begins with how many there are.
std::vector<TraceColumn> columns_of(std::string_view kind, const TraceField& field);

}  // namespace tidemark
