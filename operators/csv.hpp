// SPDX-License-Identifier: MIT
//
// Rows of CSV, as RFC 4180 has it.
#pragma once

#include <map>
#include <string>

namespace tidemark {

/// What separates and encloses fields.
struct CsvFormat {
  char delimiter = ',';
  char quote = '"';
};

/// The fields of a row by the names of their columns.
using CsvRow = std::map<std::string, std::string>;

}  // namespace tidemark
