// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/csv_output.hpp>

#include <set>

namespace tidemark {
namespace {

void require_different(const std::string& path, const std::vector<std::string>& columns) {
  std::set<std::string> names;
  for (const std::string& column : columns)
    if (!names.insert(column).second)
      throw ConfigError("CSVOutput '" + path + "' has two columns of the name '" + column +
                        "'; every column needs its own");
}

}  // namespace

CSVOutput::CSVOutput(std::string path, std::vector<std::string> columns, CsvFormat format)
    : path_(std::move(path)),
      columns_(std::move(columns)),
      format_(format) {
  static_cast<void>(CsvWriter(format_));  // refuses what is no format
  require_different(path_, columns_);
}

std::vector<std::string> detail::csv_columns(const std::string& path,
                                             std::vector<std::string> given,
                                             std::vector<std::string> own, std::size_t width) {
  std::vector<std::string> columns = given.empty() ? std::move(own) : std::move(given);
  require_different(path, columns);
  if (columns.empty())
    throw ConfigError("CSVOutput '" + path + "' does not know what its columns are called" +
                      "; name them: CSVOutput(path, {\"word\", \"count\"})");
  if (width != 0 && columns.size() != width)
    throw ConfigError("CSVOutput '" + path + "' has names for " + std::to_string(columns.size()) +
                      " columns, and its records have " + std::to_string(width) + " fields");
  return columns;
}

std::string detail::csv_kind(const std::vector<std::string>& columns, CsvFormat format) {
  std::string kind = "CSV (delimiter ";
  kind += format.delimiter;
  kind += ", quote ";
  kind += format.quote;
  kind += ") with the columns ";
  CsvWriter(format).header(kind, columns);
  kind.pop_back();  // the end of the line
  return kind;
}

void detail::write_csv_row(CsvWriter& writer, std::string& to, const CsvRow& row,
                           const std::vector<std::string>& columns, const std::string& path) {
  const auto refuse = [&](const std::string& what) {
    throw FileError("cannot write '" + path + "' as CSV: " + what);
  };
  for (const std::string& column : columns) {
    const auto found = row.find(column);
    if (found == row.end())
      refuse("a row has no column '" + column + "'" + in_record(row) + "; all need the same");
    writer.field(to, found->second);
  }
  if (row.size() == columns.size()) return;
  const std::set<std::string> known(columns.begin(), columns.end());
  for (const auto& [column, field] : row)
    if (!known.contains(column))
      refuse("a row has a column '" + column + "', which is not among those given" +
             in_record(row));
}

}  // namespace tidemark
