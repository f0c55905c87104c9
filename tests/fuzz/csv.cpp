// SPDX-License-Identifier: MIT
//
// Any text as CSV: the same records wherever blocks end, or an error that names a line and a column
// which are there.
#include <tidemark/operators/sources/csv_reader.hpp>

#include <tests/fuzz/require.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tidemark;
using fuzz::require;

struct Outcome {
  std::deque<CsvRecord> records;
  std::string error;
};

/// What comes of `text` in blocks as long as `next_size` says.
Outcome read(std::string_view text, const std::function<std::size_t()>& next_size) {
  Outcome outcome;
  CsvReader reader;
  try {
    while (!text.empty()) {
      const std::size_t size = std::min(text.size(), next_size());
      reader.read(text.substr(0, size), outcome.records);
      text.remove_prefix(size);
    }
    reader.finish(outcome.records);
  } catch (const CsvError& error) {
    outcome.error = error.what();
    require(!outcome.error.empty(), "an error says something");
  }
  return outcome;
}

void require_same(const Outcome& a, const Outcome& b) {
  require(a.error == b.error, "the error is the same");
  const auto same = [](const CsvRecord& x, const CsvRecord& y) {
    return x.fields == y.fields && x.line == y.line;
  };
  require(std::ranges::equal(a.records, b.records, same), "the records are the same");
}

std::size_t lines_of(std::string_view text) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

void require_place(std::string_view text, const std::string& error) {
  std::size_t line = 0;
  std::size_t column = 0;
  const int numbers = std::sscanf(error.c_str(), "line %zu, column %zu: ", &line, &column);
  require(numbers == 2, "an error begins with line and column");
  require(line >= 1 && line <= lines_of(text), "the line is in the file");
  for (; line != 1; --line) text.remove_prefix(text.find('\n') + 1);
  const std::size_t length = std::min(text.find('\n'), text.size());
  require(column >= 1 && column <= length + 1, "the column is in the line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Outcome whole = read(text, [&] { return text.size(); });
  std::size_t drawn = std::hash<std::string_view>()(text);
  const std::size_t longest = (drawn & 1U) != 0 ? 1 : 16;
  require_same(whole, read(text, [&] {
                 drawn = drawn * 6364136223846793005U + 1442695040888963407U;
                 return 1 + (drawn >> 32U) % longest;
               }));
  if (!whole.error.empty()) require_place(text, whole.error);

  std::uint64_t line = 0;
  for (const CsvRecord& record : whole.records) {
    require(!record.fields.empty(), "a record has a field");
    require(record.line > line && record.line <= lines_of(text), "records follow each other");
    line = record.line;
  }
  return 0;
}
