// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/csv.hpp>

namespace tidemark {

void require_format(const CsvFormat& format) {
  const auto is_break = [](char c) { return c == '\r' || c == '\n'; };
  if (format.delimiter == format.quote || is_break(format.delimiter) || is_break(format.quote))
    throw ConfigError(
        "CSV wants a delimiter and a quote that differ from each other and from line breaks, such "
        "as ',' and '\"'");
}

const std::string& field_of(const CsvRow& row, const std::string& column) {
  if (const auto found = row.find(column); found != row.end()) return found->second;
  std::string columns;
  for (const auto& [name, field] : row) columns += (columns.empty() ? "'" : ", '") + name + "'";
  throw std::out_of_range("there is no column '" + column + "'; the file has " + columns);
}

}  // namespace tidemark
