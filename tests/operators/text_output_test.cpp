// SPDX-License-Identifier: MIT
//
// CSV and JSON lines: what the outputs write, the inputs read the same.
#include <tidemark/core/read_item.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/csv_output.hpp>
#include <tidemark/operators/sinks/file_output.hpp>
#include <tidemark/operators/sinks/json_lines_output.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/operators/reading.hpp>
#include <tests/support.hpp>

#include <array>
#include <cmath>
#include <limits>

namespace tidemark::text_output_test {
namespace {

/// What a run writes into the one file of the sink.
template <typename Item>
std::string written(const std::vector<Item>& items, const auto& sink) {
  Dataflow flow;
  input(flow, "in", TestingInput(items, 2), tests::epoch_per_poll()) | output("out", sink);
  cluster_main(flow, tests::deterministic(1, 0));
  std::ifstream file(sink.parts().at(0), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The error with which a run ends that is to write this.
template <typename Item>
std::string error_of_writing(const std::vector<Item>& items, const auto& sink) {
  Dataflow flow;
  input(flow, "in", TestingInput(items)) | output("out", sink);
  return tests::error_of(flow, tests::deterministic(2, 0));
}

template <typename Item>
std::string csv(const std::vector<Item>& items, const std::vector<std::string>& columns = {},
                CsvFormat format = {}) {
  const tests::Directory directory;
  return written(items, CSVOutput(directory / "out", columns, format));
}

template <typename Item>
std::string json(const Item& item) {
  std::string text;
  write_json(text, item);
  return text;
}

/// Lists its members, and says what they are called.
struct Reading {
  std::string sensor{};
  double value = 0;
  std::optional<std::int8_t> level{};
  static auto fields(auto& self) { return std::tie(self.sensor, self.value, self.level); }
  static constexpr std::array<std::string_view, 3> names{"sensor", "value", "level"};
};

/// Does not say so.
struct Point {
  float x = 0, y = 0;
  static auto fields(auto& self) { return std::tie(self.x, self.y); }
};

/// Has a way of its own.
struct Tag {
  int number = 0;
  friend void to_json(nlohmann::json& to, const Tag& tag) { to = {{"tag", tag.number}}; }
};

TEST_CASE("CSV is written below the names of its columns, with quotes where they have to be",
          "[csv]") {
  using Row = std::pair<std::string, int>;
  CHECK(csv<Row>({{"a", 1}, {"b, \"c\"\n", 2}}) == "key,value\na,1\n\"b, \"\"c\"\"\n\",2\n");
  CHECK(csv<Row>({{"a;'", 1}}, {"word", "count"}, {.delimiter = ';', .quote = '\''}) ==
        "word;count\n'a;''';1\n");
  CHECK(csv<Reading>({{"north", 52.5200066, 65}, {"", 1e300, {}}}) ==
        "sensor,value,level\nnorth,52.5200066,65\n,1e+300,\n");
  CHECK(csv<Point>({{0.1f, -0.f}}, {"x", "y"}) == "x,y\n0.1,-0\n");
  CHECK(csv<std::tuple<bool, std::pair<int, char>>>({{true, {1, 'c'}}}, {"a", "b"}) ==
        "a,b\n1,\"(1, c)\"\n");
  CHECK(csv<CsvRow>({{{"a", "1"}, {"b", "2"}}}, {"b", "a"}) == "b,a\n2,1\n");
  CHECK(csv<std::string>({"", "x"}, {"word"}) == "word\n\"\"\nx\n");
  using Maybe = std::optional<std::string>;
  CHECK(csv<std::tuple<Maybe, std::string>>({{Maybe(), ""}, {Maybe(""), ""}, {Maybe("a"), ""}},
                                            {"a", "b"}) == "a,b\n,\n\"\",\na,\n");
  CHECK(csv<std::tuple<Maybe>>({Maybe(), Maybe("")}, {"a"}) == "a\n\"\"\n\"\"\n");
  CHECK(csv<Row>({}) == "key,value\n");
  CHECK(csv<Row>({}, {"\xEF\xBB\xBF", "\xC3\xA9"}) == "\"\xEF\xBB\xBF\",\xC3\xA9\n");
}

TEST_CASE("CSV whose columns do not fit its records is refused", "[csv][error]") {
  const tests::Directory directory;
  const std::string path = directory / "out";
  CHECK_THROWS_WITH(
      CSVOutput(path, {"a", "b", "a"}),
      "CSVOutput '" + path + "' has two columns of the name 'a'; every column needs its own");
  CHECK_THROWS_AS(CSVOutput(path, {"a"}, {.delimiter = '"'}), ConfigError);
  CHECK_THROWS_AS(CSVOutput(path, {"a"}, {.delimiter = '\n'}), ConfigError);
  CHECK_THAT(error_of_writing(std::vector{std::tuple(1, 2)}, CSVOutput(path)),
             Catch::Contains("step 'out'") && Catch::Contains("name them"));
  CHECK_THAT(error_of_writing(std::vector{std::pair(1, 2)}, CSVOutput(path, {"a"})),
             Catch::Contains("has names for 1 columns, and its records have 2 fields"));
  CHECK_THAT(error_of_writing(std::vector{CsvRow{{"a", "1"}}}, CSVOutput(path, {"a", "b"})),
             Catch::Contains("a row has no column 'b', in the record [(a, 1)]"));
  CHECK_THAT(error_of_writing(std::vector{CsvRow{{"a", "1"}, {"c", "2"}}}, CSVOutput(path, {"a"})),
             Catch::Contains("a row has a column 'c', which is not among those given"));
  CHECK(directory.names().empty());
  CHECK_FALSE(CsvWritable<std::vector<int>>);
  CHECK_FALSE(CsvWritable<std::tuple<>>);
  CHECK_FALSE(CsvWritable<std::pair<int, Tag>>);
}

/// Texts of the pieces that make trouble.
std::string draw_text(tests::Tape& tape) {
  static const std::array<std::string, 12> pieces{
      "a", ",",        "\"",       "\n", "\r\n",         "\r",
      " ", "\xC3\xA9", "\x1F\x8B", "'",  "\xEF\xBB\xBF", "\xFF\xFE"};
  std::string text;
  for (std::size_t n = tape.below(5); n != 0; --n) text += pieces[tape.below(pieces.size())];
  return text;
}

TEST_CASE("CSVInput reads the rows that CSVOutput has written", "[csv][oracle]") {
  tests::check_property(150, [] {
    tests::Tape tape = tests::draw_tape("texts", 60);
    const CsvFormat format = tape.below(2) == 0 ? CsvFormat{} : CsvFormat{'a', '\''};
    std::vector<std::string> columns{draw_text(tape)};
    for (std::size_t n = tape.below(3); n != 0; --n) {
      std::string column = draw_text(tape);
      if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
    }
    std::vector<CsvRow> rows;
    while (!tape.at_end()) {
      CsvRow& row = rows.emplace_back();
      for (const std::string& column : columns) row[column] = draw_text(tape);
    }
    const tests::Directory directory;
    const CSVOutput sink(directory / "out", columns, format);
    const auto part = sink.open_part<CsvRow>(directory / "out", {});
    part->write_batch(rows);
    part->close();
    RC_ASSERT(tests::read_all(CSVInput(directory / "out", 2, format)) == rows);
  });
}

TEST_CASE("CSV is read as such whatever its first column is called", "[csv]") {
  const tests::Directory directory;
  for (const std::string name : {"PK\3\4x", "BZh91AY&SY", "Rar!\x1A\7", "LZIP\1", "P*M\x18",
                                 "\x1F\x8B", "7z\xBC\xAF'\x1C"}) {
    const std::vector<CsvRow> rows{{{name, "1"}, {"~", "2"}}};
    written(rows, CSVOutput(directory / "out", {name, "~"}));
    CHECK(tests::read_all(CSVInput(directory / "out")) == rows);
  }
  const CsvFormat format{.delimiter = '*'};  // P*M and so on is zstd
  const std::vector<CsvRow> rows{{{"P", "1"}, {"M\x18", "2"}}};
  written(rows, CSVOutput(directory / "out", {"P", "M\x18"}, format));
  CHECK(tests::read_all(CSVInput(directory / "out", 2, format)) == rows);
}

TEST_CASE("numbers are read from CSV as they were written", "[csv][oracle]") {
  const tests::Directory directory;
  const std::vector<std::pair<double, std::int8_t>> numbers{
      {0.1, -128}, {-0.0, 127}, {5e-324, 65}, {1.7976931348623157e308, 0}, {16777217, 10}};
  written(numbers, CSVOutput(directory / "out"));
  std::vector<std::pair<double, std::int8_t>> read;
  for (const CsvRow& row : tests::read_all(CSVInput(directory / "out")))
    read.emplace_back(read_item<double>(row.at("key")), read_item<std::int8_t>(row.at("value")));
  CHECK(read == numbers);
  CHECK(std::signbit(read.at(1).first));
}

TEST_CASE("records are JSON by their types", "[json]") {
  CHECK(json(std::pair("key", 1)) == R"(["key",1])");
  CHECK(json(std::tuple(true, 'c', std::int8_t{65}, std::optional<int>(), std::optional(2))) ==
        R"([true,"c",65,null,2])");
  CHECK(json(Reading{"n\"\n", 52.5200066, 65}) ==
        R"({"sensor":"n\"\n","value":52.5200066,"level":65})");
  CHECK(json(std::vector<Point>{{0.1f, 3}}) == "[[0.1,3.0]]");
  CHECK(json(std::map<std::string, std::vector<int>>{{"a", {1, 2}}, {"b", {}}}) ==
        R"({"a":[1,2],"b":[]})");
  CHECK(json(std::map<int, int>{{1, 2}}) == "[[1,2]]");
  CHECK(json(std::vector<bool>{true, false}) == "[true,false]");
  CHECK(json(EventTime()) == R"("1970-01-01T00:00:00Z")");
  CHECK(json(std::vector{Tag{7}}) == R"([{"tag":7}])");
  CHECK(json(nlohmann::json{{"a", {1, nullptr}}}) == R"({"a":[1,null]})");
  CHECK(json(18446744073709551615u) == "18446744073709551615");
  CHECK(json(1e300) == "1e+300");
  CHECK(json(-0.0) == "-0.0");
  CHECK(json(std::tuple()) == "[]");
  struct Nothing {};
  CHECK_FALSE(JsonWritable<Nothing>);
  CHECK_FALSE(JsonWritable<std::vector<std::optional<Nothing>>>);
}

TEST_CASE("what is no JSON ends the run, and names the file and the record", "[json][error]") {
  const tests::Directory directory;
  const std::string path = directory / "out";
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(
      error_of_writing(std::vector{std::pair(1, nan)}, JSONLinesOutput(path)),
      Catch::Contains("step 'out'") &&
          Catch::Contains("cannot write '" + path + "' as JSON lines: nan is no number of") &&
          Catch::EndsWith(", in the record (1, nan)"));
  CHECK_THROWS_WITH(json(-std::numeric_limits<float>::infinity()), Catch::StartsWith("-inf is no"));
  CHECK_THROWS_WITH(json(nlohmann::json{{"a", {1.5, nan}}}), Catch::StartsWith("nan is no number"));
  CHECK_THROWS_WITH(json(nlohmann::json::binary({1})), Catch::StartsWith("a binary value is no"));
  CHECK_THROWS_WITH(json(std::string("a\xFF")),
                    Catch::StartsWith("text of JSON must be UTF-8: invalid UTF-8 byte at index 1"));
  CHECK_THROWS_WITH(json(nlohmann::json("a\xFF")), Catch::StartsWith("text of JSON must be UTF-8"));
  nlohmann::json deep;
  for (int depth = 0; depth != 1000; ++depth) {
    auto outer = nlohmann::json::array();
    outer.push_back(std::move(deep));
    deep = std::move(outer);
  }
  CHECK(json(deep).size() == 2004);
  CHECK_THROWS_WITH(json(std::tuple(deep)), Catch::Contains("more than 1000 deep"));
  CHECK(directory.names().empty());
}

TEST_CASE("JSONLinesInput reads the values that JSONLinesOutput has written", "[json][oracle]") {
  tests::check_property(150, [](const std::vector<std::pair<std::int64_t, double>>& numbers) {
    tests::Tape tape = tests::draw_tape("texts", 60);
    std::vector<nlohmann::json> values;
    for (const auto& [integer, number] : numbers)
      values.push_back({{"text", draw_text(tape)}, {"all", {integer, number, {}, nullptr}}});
    const auto is_text = [](const nlohmann::json& value) {
      const std::string text = value["text"];
      return text.find_first_of("\x8B\xFF") == std::string::npos;  // no UTF-8
    };
    std::erase_if(values, std::not_fn(is_text));
    std::vector<std::tuple<std::string, std::int64_t, double>> tuples;
    for (const auto& value : values)
      tuples.emplace_back(value["text"], value["all"][0], value["all"][1]);
    const tests::Directory directory;
    const auto write = [&]<typename Item>(const std::vector<Item>& items) {
      const auto part = JSONLinesOutput("").open_part<Item>(directory / "out", {});
      part->write_batch(items);
      part->close();
      return tests::read_all(JSONLinesInput(directory / "out", 2));
    };
    RC_ASSERT(write(values) == values);
    const auto read = write(tuples);
    RC_ASSERT(read.size() == tuples.size());
    for (std::size_t i = 0; i != read.size(); ++i)
      RC_ASSERT(read[i].get<std::remove_cvref_t<decltype(tuples[i])>>() == tuples[i]);
  });
}

TEST_CASE("CSV and JSON lines are written on behind the last complete epoch, and the columns once",
          "[csv][json][recovery]") {
  const tests::Directory directory;
  std::vector<std::pair<std::string, int>> items;
  for (int i = 0; i != 20; ++i) items.emplace_back("key", i);
  const auto write = [&](StateStore& store, std::uint32_t workers) {
    Config config = tests::deterministic(workers, 2);
    config.states = &store;
    Dataflow flow;
    input(flow, "in", TestingInput(items, 2), tests::epoch_per_poll()) |
        output("csv", CSVOutput(directory / "csv")) |
        output("json", JSONLinesOutput(directory / "json")) | output("out", tests::Discard{});
    cluster_main(flow, config);
  };
  tests::MemoryStore store;
  write(store, 2);
  const std::string csv = directory.read("csv"), json = directory.read("json");
  CHECK_THAT(csv, Catch::StartsWith("key,value\nkey,0\n") && Catch::EndsWith("key,19\n"));
  CHECK_THAT(json, Catch::StartsWith("[\"key\",0]\n") && Catch::EndsWith("[\"key\",19]\n"));
  for (const std::uint64_t epoch : {1u, 2u, 7u, 11u}) {
    write(*store.going_on_with(epoch), 3);
    CHECK(directory.read("csv") == csv);
    CHECK(directory.read("json") == json);
  }
}

TEST_CASE("a run that goes on does not mix kinds of text in one file", "[csv][json][recovery]") {
  const tests::Directory directory;
  const std::string path = directory / "out";
  const std::vector<std::pair<std::string, int>> items{{"a", 1}, {"b", 2}};
  const auto write = [&](StateStore& store, const auto& sink) {
    Config config = tests::deterministic(2, 0);
    config.states = &store;
    Dataflow flow;
    input(flow, "in", TestingInput(items), tests::epoch_per_poll()) | output("out", sink);
    return tests::error_of(flow, config);
  };
  const auto all = [&](const auto& begin, const auto&... others) {
    tests::MemoryStore store;
    REQUIRE(write(store, begin) == "");
    const std::string text = directory.read("out");
    const auto refused = [&](const auto& other) {
      CHECK_THAT(write(*store.going_on_with(store.last_epoch() + 1), other),
                 Catch::Contains("cannot write '" + path + "' on: an earlier run has written ") &&
                     Catch::Contains(" there, and this one would write "));
      CHECK(directory.read("out") == text);
    };
    (refused(others), ...);
    CHECK(write(*store.going_on_with(store.last_epoch() + 1), begin) == "");
  };
  const CSVOutput csv(path, {"a", "b"});
  all(csv, CSVOutput(path, {"b", "a"}), CSVOutput(path, {"a", "b"}, {.delimiter = ';'}),
      CSVOutput(path, {"a", "b"}, {.quote = '\''}), CSVOutput(path), JSONLinesOutput(path),
      FileOutput(path));
  all(FileOutput(path), csv, JSONLinesOutput(path), FileOutput(path, std::string(1, '\0')));
  all(JSONLinesOutput(path), csv, FileOutput(path));

  tests::MemoryStore damaged;
  damaged.save("out", 0, 1, {{path, "12345678", 0}});
  CHECK_THAT(write(*damaged.going_on_with(2), csv), Catch::Contains("cannot write '" + path + "'"));
}

}  // namespace
}  // namespace tidemark::text_output_test
