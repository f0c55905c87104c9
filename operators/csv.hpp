// SPDX-License-Identifier: MIT
//
// Rows of CSV, as RFC 4180 has it.
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace tidemark {

/// What separates and encloses fields, and how many bytes a quoted one that is read may have, so
/// that a quote that nothing closes does not swallow all that follows.
struct CsvFormat {
  char delimiter = ',';                               ///< stands between fields
  char quote = '"';                                   ///< encloses a field, and is doubled in it
  std::size_t longest_field = std::size_t{64} << 20;  ///< bytes; a longer one is no CSV
};

/// Throws ConfigError unless delimiter and quote differ from each other and from line breaks.
void require_format(const CsvFormat& format);

/// The fields of a row by the names of their columns.
using CsvRow = std::map<std::string, std::string>;

/// The field in a column. Throws std::out_of_range, with the columns that there are, if there is no
/// such column.
const std::string& field_of(const CsvRow& row, const std::string& column);

}  // namespace tidemark
