// SPDX-License-Identifier: MIT
//
// JSON lines: every number and key is kept, or an error; nothing that a parser says passes through.
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>
#include <tidemark/operators/sources/read_json.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/operators/reading.hpp>
#include <tests/support.hpp>

namespace tidemark::json_lines_test {
namespace {

using nlohmann::json;
using tests::error_of_reading;

/// "COLUMN: REASON", or "" for JSON.
std::string mistake_in(const std::string& text) {
  try {
    read_json(text);
    return "";
  } catch (const JsonError& error) {
    return std::to_string(error.column()) + ": " + error.what();
  }
}

std::string nested(std::size_t depth, const std::string& open, const std::string& close) {
  std::string text;
  for (std::size_t n = 0; n != depth; ++n) text += open;
  text += "0";
  for (std::size_t n = 0; n != depth; ++n) text += close;
  return text;
}

TEST_CASE("a JSON number is kept as it is written, or is an error with its column", "[json]") {
  CHECK(read_json("18446744073709551615").dump() == "18446744073709551615");
  CHECK(read_json("-9223372036854775808").dump() == "-9223372036854775808");
  CHECK(read_json("[0.1, 1E5, -2.5e-3, 0e9, 0.0e-999]").dump() == "[0.1,100000.0,-0.0025,0.0,0.0]");
  CHECK(read_json("[0, -0, -0.0]").dump() == "[0,-0.0,-0.0]");
  const std::string wide = " does not fit into 64 bits; write it as a string";
  for (const std::string number :
       {"18446744073709551616", "123456789012345678901", "-9223372036854775809"}) {
    CHECK(mistake_in(number) == "1: the number " + number + wide);
    CHECK(mistake_in("{\"a\": [1, " + number + "]}") == "11: the number " + number + wide);
    CHECK(mistake_in("[" + number + " ," + number + "]") == "2: the number " + number + wide);
  }
  CHECK(mistake_in("[1, 1e400]") ==
        "5: the number 1e400 is too great for a double; write it as a string");
  CHECK(mistake_in("-1e400") ==
        "1: the number -1e400 is too great for a double; write it as a string");
  CHECK(mistake_in("[0.1, 1e-400]") ==
        "7: the number 1e-400 is too small for a double; write it as a string");
}

TEST_CASE("integers of up to 64 bits are read as they were written", "[json]") {
  tests::check_property(300, [] {
    tests::Tape tape = tests::draw_tape("digits", 30);
    std::string digits(1, static_cast<char>('1' + tape.below(9)));
    while (!tape.at_end() && digits.size() < 24) digits += static_cast<char>('0' + tape.below(10));
    if (tape.below(2) != 0) digits = "-" + digits;
    std::string read;
    try {
      read = read_json(digits).dump();
    } catch (const JsonError&) {
      RC_ASSERT(digits.size() >= 19);
      return;
    }
    RC_ASSERT(read == digits);
  });
}

TEST_CASE("a key that an object has twice is an error that names it", "[json]") {
  CHECK(read_json(R"({"a": {"a": 1}, "b": {"a": 2}})").size() == 2);
  CHECK(mistake_in(R"({"a": 1, "b": {"c": 1, "c": 2}})") ==
        "26: the key 'c' is in this object twice");
}

TEST_CASE("a deep JSON value can be printed, copied and let go of, and a deeper one is an error",
          "[json]") {
  const tests::Directory directory;
  const std::string path = directory.write("deep", nested(deepest_json, "[", "]") + "\n" +
                                                       nested(deepest_json, "{\"a\":", "}") + "\n" +
                                                       nested(100'000, "[", "]") + "\n");
  std::vector<std::string> printed;
  Dataflow flow;
  input(flow, "in", JSONLinesInput(path)) | inspect([&printed](const json& value) {
    const json copy = value;
    std::ostringstream text;
    text << copy;
    printed.push_back(text.str());
  }) | output("out", tests::Discard{});
  CHECK(tests::error_of(flow, tests::deterministic(1, 0)) ==
        "step 'in' failed on worker 0: cannot read '" + path +
            "' as JSON lines: line 3, column 1001: it is more than 1000 levels deep");
  CHECK(printed ==
        std::vector{nested(deepest_json, "[", "]"), nested(deepest_json, "{\"a\":", "}")});
}

TEST_CASE("whatever is no JSON is an error with line and column, behind the values before it",
          "[json][error]") {
  const tests::Directory directory;
  const std::string line_2 = "cannot read 'FILE' as JSON lines: line 2, column ";
  const auto check = [&](const std::string& text, const std::string& what) {
    INFO(text);
    const auto [error, count] =
        error_of_reading(JSONLinesInput(directory.write("json", "{}\n" + text + "\n[]\n")));
    CHECK_THAT(error, Catch::StartsWith(line_2 + what));
    CHECK(count == 1);
  };
  check("1e400", "1: the number 1e400 is too great");
  check("1 2", "3: ");
  check("[1]]", "4: ");
  check("{\"a\" 1}", "6: ");
  check("nul", "4: ");
  check("01", "2: ");
  check("\"\\ud800\"", "8: ");
  check("\"\xC3\x28\"", "3: ");
  check(std::string("1\0", 2), "2: a byte that is 0");
  check(std::string("\"\0\"", 3), "2: a byte that is 0");
  check("\xEF\xBB\xBF{}", "1: a byte order mark");
}

TEST_CASE("any bytes are a JSON value or an error with a column in them", "[json]") {
  tests::check_property(500, [] {
    tests::Tape tape = tests::draw_tape("bytes", 60);
    const std::string bytes("[]{}\",:0-1.e\\uD8 tfn\0\xC3\xA4\xEF\n", 25);
    std::string text;
    while (!tape.at_end()) text += bytes[tape.below(bytes.size())];
    try {
      const json value = read_json(text);
      RC_ASSERT(read_json(value.dump()) == value);
    } catch (const JsonError& error) {
      RC_ASSERT(error.column() >= 1);
      RC_ASSERT(error.column() <= text.size() + 1);
    }
  });
}

TEST_CASE("a run that goes on at a mistake in JSON comes upon it again", "[json][recovery]") {
  const tests::Directory directory;
  const JSONLinesInput source(directory.write("json", "1\n2\nx\n4\n"));
  tests::MemoryStore store;
  const auto error_with = [&](StateStore& states) {
    Dataflow flow;
    input(flow, "in", source, tests::epoch_per_poll()) | output("out", tests::Discard{});
    Config config = tests::deterministic(1, 0);
    config.states = &states;
    return tests::error_of(flow, config);
  };
  CHECK_THAT(error_with(store), Catch::Contains("line 3, column 1"));
  REQUIRE(store.last_epoch() != 0);
  CHECK_THAT(error_with(*store.going_on_with(store.last_epoch() + 1)),
             Catch::Contains("line 3, column 1"));
}

}  // namespace
}  // namespace tidemark::json_lines_test
