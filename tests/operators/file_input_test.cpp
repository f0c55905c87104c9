// SPDX-License-Identifier: MIT
//
// What is read from files: lines as std::getline has them, byte for byte; CSV; JSON lines.
#include <tidemark/core/random.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/operators/reading.hpp>
#include <tests/support.hpp>

#include <unistd.h>

namespace tidemark::file_input_test {
namespace {

using tests::error_of_reading;
using tests::read_all;
using Lines = std::vector<std::string>;

/// The lines that a dataflow reads from a file, in order.
Lines lines_of(const std::string& path, std::size_t batch_size = 1000, std::uint32_t workers = 1) {
  Lines lines;
  Dataflow flow;
  input(flow, "lines", FileInput(path, batch_size)) |
      inspect([&lines](const std::string& line) { lines.push_back(line); }) |
      output("out", tests::Discard{});
  cluster_main(flow, tests::deterministic(workers, 3));
  return lines;
}

Lines lines_in(const std::string& text) {
  const tests::Directory directory;
  return lines_of(directory.write("text", text));
}

TEST_CASE("each line of a file is a record without its newline", "[file_input]") {
  CHECK(lines_in("one\ntwo\nthree\n") == Lines{"one", "two", "three"});
}

TEST_CASE("a last line without a newline counts", "[file_input]") {
  CHECK(lines_in("one\ntwo") == Lines{"one", "two"});
  CHECK(lines_in("x") == Lines{"x"});
}

TEST_CASE("blank lines are records", "[file_input]") {
  CHECK(lines_in("\n") == Lines{""});
  CHECK(lines_in("\n\n\n") == Lines{"", "", ""});
  CHECK(lines_in("\na\n\nb\n\n") == Lines{"", "a", "", "b", ""});
}

TEST_CASE("an empty file has no lines", "[file_input]") {
  CHECK(lines_in("").empty());
}

TEST_CASE("only newlines are taken off, and no byte is changed", "[file_input]") {
  CHECK(lines_in("dos\r\n\r\nmac\rline\r") == Lines{"dos\r", "\r", "mac\rline\r"});
  const std::string bytes("\xFF\xC3\xFE\x28\0\x80 ok", 9);
  CHECK(lines_in(bytes + "\n" + bytes) == Lines{bytes, bytes});
}

TEST_CASE("one worker reads a file, whatever their number", "[file_input]") {
  const tests::Directory directory;
  const std::string path = directory.write("text", "a\nb\nc\n");
  for (const std::uint32_t workers : {1u, 2u, 7u})
    CHECK(lines_of(path, 2, workers) == Lines{"a", "b", "c"});
}

TEST_CASE("a poll of a file gives at most a batch of lines", "[file_input]") {
  const tests::Directory directory;
  const std::string path = directory.write("text", "a\nb\nc\nd\ne");
  for (const std::size_t batch_size : {0u, 1u, 2u, 3u}) {
    std::map<std::uint64_t, std::size_t> lines;
    Dataflow flow;
    input(flow, "lines", FileInput(path, batch_size), tests::epoch_per_poll()) |
        inspect_epoch([&lines](const Epoch& epoch, const std::string&) { ++lines[epoch.value]; }) |
        output("out", tests::Discard{});
    cluster_main(flow, tests::deterministic(1, 0));
    for (const auto& [epoch, count] : lines) CHECK(count <= std::max<std::size_t>(1, batch_size));
  }
}

TEST_CASE("lines of any length agree with std::getline", "[file_input]") {
  const tests::Directory directory;
  tests::check_property(40, [&] {
    // Lengths around nothing, around the blocks of 256 KiB that are read, and between.
    tests::Tape tape = tests::draw_tape("lengths", 40);
    constexpr std::size_t block = 256 * 1024;
    std::string text;
    while (!tape.at_end()) {
      const std::size_t about = std::vector<std::size_t>{0, 90, block, block / 2}[tape.below(4)];
      std::size_t length = about + tape.below(6);
      if (about != 0) length -= 3;
      for (std::size_t i = 0; i != length; ++i)
        text += static_cast<char>('!' + (text.size() * 7 + i / 64) % 90);
      if (!tape.at_end() || tape.below(2) != 0) text += '\n';
    }
    const std::string path = directory.write("text", text);
    Lines expected;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) expected.push_back(line);
    const bool agrees = lines_of(path, 1 + tape.below(5)) == expected;
    RC_ASSERT(agrees);
  });
}

TEST_CASE("a very long line is one record", "[file_input]") {
  const std::string line(20'000'000, 'x');
  const bool whole = lines_in(line + "\ny") == Lines{line, "y"};  // and not all of it on the screen
  CHECK(whole);
}

TEST_CASE("a file that cannot be read is an error that names it and the step", "[file_input]") {
  const tests::Directory directory;
  const auto error_of_reading = [](const std::string& path) {
    Dataflow flow;
    input(flow, "lines", FileInput(path)) | output("out", tests::Discard{});
    try {
      cluster_main(flow, tests::deterministic(2, 0));
    } catch (const StepError& error) {
      CHECK(error.step() == "lines");
      CHECK_THROWS_AS(std::rethrow_if_nested(error), FileError);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK(error_of_reading(directory / "missing") ==
        "step 'lines' failed on worker 0: cannot read '" + (directory / "missing") +
            "': No such file or directory");
  CHECK(error_of_reading(directory / "") ==
        "step 'lines' failed on worker 0: cannot read '" + (directory / "") + "': Is a directory");
  if (::geteuid() != 0) {
    const std::string secret = directory.write("secret", "x\n");
    std::filesystem::permissions(secret, std::filesystem::perms::none);
    CHECK_THAT(error_of_reading(secret), Catch::EndsWith("': Permission denied"));
  }
}

std::vector<CsvRow> rows_of(const std::string& text, CsvFormat format = {}) {
  const tests::Directory directory;
  return read_all(CSVInput(directory.write("csv", text), 2, format));
}

TEST_CASE("CSV has a header, and rows of as many fields", "[csv]") {
  CHECK(rows_of("a,b\n1,2\n3,4\n") ==
        std::vector<CsvRow>{{{"a", "1"}, {"b", "2"}}, {{"a", "3"}, {"b", "4"}}});
  CHECK(rows_of("").empty());
  CHECK(rows_of("a,b").empty());
}

TEST_CASE("quoted CSV fields hold delimiters, line breaks and doubled quotes", "[csv]") {
  CHECK(
      rows_of("a,\"b \"\"B\"\"\"\r\n\"1,\r\n2\",\"\"\r\n\"\"\"\",x y\r\n") ==
      std::vector<CsvRow>{{{"a", "1,\r\n2"}, {"b \"B\"", ""}}, {{"a", "\""}, {"b \"B\"", "x y"}}});
}

TEST_CASE("CSV lines end with CR LF or LF, the last need not, and empty ones are passed over",
          "[csv]") {
  const std::vector<CsvRow> rows{{{"a", "1"}}, {{"a", ""}}, {{"a", "2"}}};
  for (const std::string text :
       {"a\n1\n\"\"\n2", "a\r\n1\r\n\"\"\r\n2\r\n", "\n\na\n\n1\r\n\"\"\n\n2\n\n",
        "\xEF\xBB\xBF"
        "a\n1\n\"\"\n2\n"})
    CHECK(rows_of(text) == rows);
  CHECK(rows_of("a,b\n,\n") == std::vector<CsvRow>{{{"a", ""}, {"b", ""}}});
}

TEST_CASE("CSV may have another delimiter and quote", "[csv]") {
  CHECK(rows_of("a;b\n'1;''2';3\n", {.delimiter = ';', .quote = '\''}) ==
        std::vector<CsvRow>{{{"a", "1;'2"}, {"b", "3"}}});
  for (const CsvFormat& format :
       {CsvFormat{.delimiter = '"'}, CsvFormat{.delimiter = '\n'}, CsvFormat{.quote = '\r'}})
    CHECK_THROWS_WITH(CSVInput("file", 1, format), Catch::StartsWith("CSV wants a delimiter"));
}

TEST_CASE("a mistake in CSV is told by line and column, when the rows before it have been given",
          "[csv][error]") {
  const auto error_with = [](const std::string& text) {
    const tests::Directory directory;
    return error_of_reading(CSVInput(directory.write("csv", text)));
  };
  using Error = std::pair<std::string, std::size_t>;
  CHECK(error_with("a,b\n1,2\n3,x\"y\n") ==
        Error{"cannot read 'FILE': line 3, column 4: a quote inside a field that is not quoted; "
              "quote the field, and double the quote",
              1});
  CHECK(error_with("a,b\n\"\xC3\xA4\n\"x,2\n") ==
        Error{"cannot read 'FILE': line 3, column 2: 'x' after the quote that ends a field; a "
              "delimiter or the end of the line must follow it",
              0});
  CHECK(error_with("a,b\n1,2\n\xC3\xA4,\"x\n\n") ==
        Error{"cannot read 'FILE': line 3, column 3: a quote opens a field here, and no quote ends "
              "it before the end of the file",
              1});
  CHECK(error_with("a,b\n1,2\n3\r4,5\n") ==
        Error{"cannot read 'FILE': line 3, column 3: a carriage return that no line feed follows; "
              "quote the field",
              1});
  CHECK(
      error_with("a,b\n1,2\n\n\"3\n\"\n5,6\n") ==
      Error{"cannot read 'FILE': line 4: the row has 1 fields, and the first line names 2 columns",
            1});
  CHECK(error_with("a,b,a\n") ==
        Error{"cannot read 'FILE': line 1: two columns have the name 'a'; every column needs its "
              "own",
              0});
}

TEST_CASE("CSV is cut the same way wherever its blocks end", "[csv]") {
  const std::string text = "a,\"b\nc\"\r\n\"\"\"1\"\"\",\r\n\r\n2,\"3,\"\n\"\",4";
  std::vector<std::vector<std::string>> whole;
  for (std::size_t size = text.size(); size != 0; --size) {
    CsvReader reader;
    std::deque<CsvRecord> records;
    for (std::size_t at = 0; at < text.size(); at += size)
      reader.read(std::string_view(text).substr(at, size), records);
    reader.finish(records);
    std::vector<std::vector<std::string>> fields;
    for (const CsvRecord& record : records) fields.push_back(record.fields);
    if (whole.empty()) whole = fields;
    REQUIRE(fields == whole);
    CHECK(records.back().line == 6);
  }
  CHECK(whole == std::vector<std::vector<std::string>>{
                     {"a", "b\nc"}, {"\"1\"", ""}, {"2", "3,"}, {"", "4"}});
}

TEST_CASE("what was written as CSV is read again", "[csv]") {
  tests::check_property(200, [] {
    tests::Tape tape = tests::draw_tape("text", 120);
    const std::string letters = "a,\"\r\n \xC3\xA4";
    const std::size_t columns = 1 + tape.below(3);
    std::vector<std::vector<std::string>> rows(1);
    for (std::size_t c = 0; c != columns; ++c) rows[0].push_back("column " + std::to_string(c));
    while (!tape.at_end()) {
      std::vector<std::string> row(columns);
      for (std::string& field : row)
        for (std::size_t n = tape.below(5); n != 0; --n) field += letters[tape.below(7)];
      rows.push_back(row);
    }
    std::string text;
    for (const auto& row : rows) {
      for (std::size_t c = 0; c != columns; ++c) {
        text += c == 0 ? "\"" : ",\"";
        for (const char letter : row[c]) text += letter == '"' ? "\"\"" : std::string(1, letter);
        text += '"';
      }
      text += tape.below(2) == 0 ? "\n" : "\r\n";
    }
    const std::vector<CsvRow> read = rows_of(text);
    RC_ASSERT(read.size() + 1 == rows.size());
    for (std::size_t r = 0; r != read.size(); ++r)
      for (std::size_t c = 0; c != columns; ++c)
        RC_ASSERT(read[r].at(rows[0][c]) == rows[r + 1][c]);
  });
}

TEST_CASE("JSON lines are values, and blank lines nothing", "[json]") {
  const tests::Directory directory;
  const auto values = read_all(
      JSONLinesInput(directory.write("json", "{\"a\": [1, null]}\n\n  \t\r\n\"x\"\r\n17"), 2));
  REQUIRE(values.size() == 3);
  CHECK(values[0]["a"][0] == 1);
  CHECK(values[1] == "x");
  CHECK(values[2] == 17);
}

TEST_CASE("a line that is no JSON is told by line and column, when those before it have been given",
          "[json][error]") {
  const tests::Directory directory;
  const auto [error, count] =
      error_of_reading(JSONLinesInput(directory.write("json", "1\n\n{\"a\": }\n2\n")));
  CHECK_THAT(error, Catch::StartsWith("cannot read 'FILE' as JSON lines: line 3, column 7: "
                                      "syntax error while parsing value"));
  CHECK(count == 1);
  CHECK_THAT(error_of_reading(JSONLinesInput(directory.write("cut", "{\"a\": \"\xC3"))).first,
             Catch::Contains("line 1, column 9"));
}

}  // namespace
}  // namespace tidemark::file_input_test
