// SPDX-License-Identifier: MIT
#include <tidemark/operators/sinks/csv_writer.hpp>

#include <algorithm>
#include <utility>

namespace tidemark {
namespace {

/// Whether a file that begins with this name and a usual delimiter is taken for nothing but text.
bool is_plain(std::string_view name, char delimiter) {
  static constexpr std::string_view others = " _-.", usual = ",;|\t";
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return usual.find(delimiter) != std::string_view::npos && std::ranges::all_of(name, [&](char c) {
           return is_letter(c) || others.find(c) != std::string_view::npos;
         });
}

}  // namespace

CsvWriter::CsvWriter(CsvFormat format)
    : format_(format),
      special_{format.delimiter, format.quote, '\r', '\n'} {
  require_format(format);
}

void CsvWriter::header(std::string& to, const std::vector<std::string>& columns) {
  for (const std::string& column : columns)
    add(to, column, fields_ == 0 && !is_plain(column, format_.delimiter));
  end_record(to);
}

void CsvWriter::field(std::string& to, std::string_view text) {
  add(to, text, false);
}

void CsvWriter::quoted_field(std::string& to, std::string_view text) {
  add(to, text, true);
}

void CsvWriter::add(std::string& to, std::string_view text, bool quoted) {
  if (fields_++ != 0) to += format_.delimiter;
  last_is_empty_ = text.empty() && !quoted;
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
