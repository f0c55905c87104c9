// SPDX-License-Identifier: MIT
//
// Fields as CSV, so that a CsvReader reads the same.
#pragma once

#include <tidemark/operators/csv.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// Appends records to a text, each a line that ends with LF. A field is quoted where it has to be,
/// and so is an empty one that is alone in its record: an empty line would be no record. Thread:
/// one at a time.
class CsvWriter {
 public:
  /// Throws ConfigError if quote and delimiter are the same, or a line break.
  explicit CsvWriter(CsvFormat format = {});

  /// Appends the names of columns, which stand at the beginning of a file: what could be taken
  /// there for a byte order mark, or for a file of another kind, is quoted.
  void header(std::string& to, const std::vector<std::string>& columns);
  /// Appends the next field of a record.
  void field(std::string& to, std::string_view text);
  /// The same, in quotes.
  void quoted_field(std::string& to, std::string_view text);
  /// Ends the record. Requires: it has a field.
  void end_record(std::string& to);

 private:
  void add(std::string& to, std::string_view text, bool quoted);

  CsvFormat format_;
  std::string special_;     // what is quoted
  std::size_t fields_ = 0;  // of the record
  bool last_is_empty_ = false;
};

}  // namespace tidemark
