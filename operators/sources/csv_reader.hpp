// SPDX-License-Identifier: MIT
//
// CSV as RFC 4180 has it, read from blocks that end anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// What separates and encloses fields.
struct CsvFormat {
  char delimiter = ',';
  char quote = '"';
};

/// Text that is no CSV; the message begins with line and column, both counted from 1, the column in
/// characters of UTF-8.
class CsvError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A record, and where it stands.
struct CsvRecord {
  std::vector<std::string> fields;
  std::uint64_t line = 0;  ///< on which it begins
  std::uint64_t end = 0;   ///< the bytes before what follows it
};

/// Cuts text into records. Fields may be quoted, and then hold delimiters, line breaks and doubled
/// quotes. Lines end with CR LF or LF; empty ones are passed over, and so is a byte order mark.
/// Cost: linear, however long a record is. Thread: one at a time.
class CsvReader {
 public:
  /// Begins at byte `offset`, which is in `line`.
  explicit CsvReader(CsvFormat format = {}, std::uint64_t offset = 0, std::uint64_t line = 1)
      : format_(format),
        at_({line, 1}),
        offset_(offset) {}

  /// Takes a block; complete records are appended to `records`. Throws CsvError; the records before
  /// the mistake have been appended.
  void read(std::string_view block, std::deque<CsvRecord>& records);

  /// Says that the text ends here; a last line need not end. Throws CsvError.
  void finish(std::deque<CsvRecord>& records);

  std::uint64_t line() const { return at_.line; }

 private:
  enum class State { record, field, plain, quoted, quote, carriage_return };
  struct Place {
    std::uint64_t line;
    std::uint64_t column;
  };

  void take_all(std::string_view text, std::deque<CsvRecord>& records);
  void take(char c, std::deque<CsvRecord>& records);
  void end_field();
  void end_record(std::deque<CsvRecord>& records);
  [[noreturn]] static void fail(Place place, const std::string& what);

  CsvFormat format_;
  State state_ = State::record;
  Place at_;              // of the next character
  Place opened_{};        // of the quote that has opened the field
  std::uint64_t offset_;  // of the next byte
  std::string head_;      // what may be a byte order mark, of which more is to come
  std::string field_;
  CsvRecord record_;
};

}  // namespace tidemark
