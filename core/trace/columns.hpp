// SPDX-License-Identifier: MIT
//
// Columns: events as bytes, the members of one meaning beside each other, where they are alike.
#pragma once

#include <tidemark/core/trace_event.hpp>
#include <tidemark/core/trace_schema.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark {

/// Events of one block while it is being filled. First come the numbers of their kinds, one by one,
/// then what is written of all of them, then what is written of each kind. O(1) for each number.
/// Thread: one.
class EventColumns {
 public:
  EventColumns();

  /// `coordinates` is how many numbers the timestamps of the event's dataflow have.
  void add(const TraceEvent& event, std::uint32_t coordinates);

  std::size_t events() const { return events_; }
  std::size_t bytes() const { return bytes_; }  ///< about

  /// All columns, each behind its number and length. Leaves this empty.
  std::string take();

 private:
  friend class EventEncoder;
  struct Column {
    std::string bytes;
    std::array<std::uint64_t, max_coordinates> last{};  // of each coordinate
  };
  struct Field {
    TraceField::Member member;
    std::size_t column = 0;  // the first of its columns
  };

  void put(const Field& field, const TraceEvent& event, std::uint32_t coordinates);
  void put_number(std::size_t column, std::uint64_t number);
  void put_time(std::size_t column, const Coordinates& time, std::uint32_t coordinates);

  std::vector<Column> columns_;
  std::vector<Field> common_;
  std::vector<std::vector<Field>> fields_;  // by kind
  std::size_t events_ = 0;
  std::size_t bytes_ = 0;
};

/// The columns of a file as its beginning names them, by number.
struct TraceColumns {
  std::vector<std::string> kinds;  ///< their names, by number
  std::vector<TraceColumn> columns;

  /// Those that EventColumns writes.
  static const TraceColumns& current();
};

/// Reads blocks of a file whose columns are known. What it does not know of a newer file is passed
/// over: columns, and kinds of events, which are counted only.
class EventReader {
 public:
  /// Throws BadTrace if a column that is known by name is of another type there.
  explicit EventReader(const TraceColumns& file);

  /// Calls `take(event)` for each event of a block; null for one of a kind that is not known.
  /// `coordinates(dataflow)` is how many numbers its timestamps have. Returns how many events there
  /// were. Throws BadTrace for bytes that are no such block: what came before has been taken.
  std::size_t read(std::string_view block,
                   const std::function<std::uint32_t(std::uint32_t)>& coordinates,
                   const std::function<void(const TraceEvent*)>& take) const;

 private:
  struct Field {
    TraceField::Member member;
    std::vector<std::uint32_t> columns;  // their numbers in the file
  };
  struct Kind {
    std::optional<TraceEvent::Kind> kind;  // if it is known
    std::vector<Field> fields;
  };
  class Block;

  std::size_t columns_;  // of the file
  std::uint32_t kinds_column_ = 0;
  std::vector<Field> common_;
  std::vector<Kind> kinds_;  // by their numbers in the file
};

}  // namespace tidemark
