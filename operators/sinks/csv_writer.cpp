// SPDX-License-Identifier: MIT
#include <tidemark/operators/sinks/csv_writer.hpp>

#include <utility>

namespace tidemark {

CsvWriter::CsvWriter(CsvFormat format)
    : format_(format),
      special_{format.delimiter, format.quote, '\r', '\n'} {
  require_format(format);
}

void CsvWriter::header(std::string& to, const std::vector<std::string>& columns) {
  for (const std::string& column : columns) {
    const bool is_plain = column.empty() || (column[0] >= ' ' && column[0] <= '~');
    add(to, column, fields_ == 0 && !is_plain);
  }
  end_record(to);
}

void CsvWriter::field(std::string& to, std::string_view text) {
  add(to, text, false);
}

void CsvWriter::add(std::string& to, std::string_view text, bool quoted) {
  if (fields_++ != 0) to += format_.delimiter;
  last_is_empty_ = text.empty();
  if (!quoted && text.find_first_of(special_) == std::string_view::npos) {
    to += text;
    return;
  }
  to += format_.quote;
  for (const char c : text) {
    if (c == format_.quote) to += c;
    to += c;
  }
  to += format_.quote;
}

void CsvWriter::end_record(std::string& to) {
  if (std::exchange(fields_, 0) == 1 && last_is_empty_) to.append(2, format_.quote);
  to += '\n';
}

}  // namespace tidemark
