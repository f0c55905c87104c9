// SPDX-License-Identifier: MIT
//
// CSV as RFC 4180 has it, read from blocks that end anywhere.
#pragma once

#include <tidemark/operators/csv.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// Text that is no CSV; the message begins with line and column, both counted from 1, the column in
/// characters of UTF-8.
class CsvError : public std::runtime_error {
 public:
  /// `reason` is what follows the place in the message.
  CsvError(std::uint64_t line, std::uint64_t column, const std::string& reason)
      : std::runtime_error("line " + std::to_string(line) + ", column " + std::to_string(column) +
                           ": " + reason),
        line_(line),
        column_(column),
        reason_(reason) {}

  std::uint64_t line() const { return line_; }           ///< from 1
  std::uint64_t column() const { return column_; }       ///< from 1, in characters
  const std::string& reason() const { return reason_; }  ///< without the place

 private:
  std::uint64_t line_;
  std::uint64_t column_;
  std::string reason_;
};

/// A record, and where it stands.
struct CsvRecord {
  std::vector<std::string> fields;  ///< without their quotes; at least one
  std::uint64_t line = 0;           ///< on which it begins
};

/// Cuts text into records. Fields may be quoted, and then hold delimiters, line breaks and doubled
/// quotes. Lines end with CR LF or LF; empty ones are passed over. Cost: linear, however long a
/// record is. Thread: one at a time.
class CsvReader {
 public:
  /// Begins at the beginning of `line`.
  explicit CsvReader(CsvFormat format = {}, std::uint64_t line = 1);

  /// Takes a block; complete records are appended to `records`. Throws CsvError; the records before
  /// the mistake have been appended, and the reader can read no more.
  void read(std::string_view block, std::deque<CsvRecord>& records);

  /// Says that the text ends here; a last line need not end. Throws CsvError.
  void finish(std::deque<CsvRecord>& records);

  /// Whether it is between two records.
  bool between_records() const { return state_ == State::record; }

 private:
  enum class State { record, field, plain, quoted, quote, carriage_return };
  struct Place {
    std::uint64_t line;
    std::uint64_t column;
  };

  const char* read_quoted(const char* at, const char* end);
  const char* read_plain(const char* at, const char* end);
  void take(const char* at, std::deque<CsvRecord>& records);
  void pass_line_break(const char* at);
  Place place_of(const char* at);
  void end_field();
  void end_record(std::deque<CsvRecord>& records);
  [[noreturn]] static void fail(Place place, const std::string& what);

  CsvFormat format_;
  std::array<bool, 256> ends_plain_{};  // what ends a run of plain characters
  State state_ = State::record;
  Place at_;                       // of the character at `counted_`
  const char* counted_ = nullptr;  // in the block
  Place opened_{};                 // of the quote that has opened the field
  std::string field_;
  CsvRecord record_;
  std::size_t last_size_ = 0;  // fields of the last record
};

}  // namespace tidemark
