// SPDX-License-Identifier: MIT
//
// The sources: what they give, when they are polled, who reads which part, and how bad input ends.
#include <tidemark/core/run.hpp>
#include <tidemark/operators/sinks/testing_output.hpp>
#include <tidemark/operators/sources/assign_parts.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/dir_input.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/generated_input.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>
#include <tidemark/operators/sources/simple_polling_input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <filesystem>

namespace tidemark {
namespace {

using namespace std::chrono_literals;
using tests::Log;
using Texts = std::vector<std::string>;

/// What the part of a source gives, poll by poll, until it has ended.
template <typename Source>
auto read_all(const Source& source) {
  std::vector<typename Source::item_type> all;
  const auto part = source.open(source.parts().at(0), {.now = &Clock::now});
  while (part->next_batch(all).state != Poll::State::end) {
  }
  return all;
}

/// The error that ends the reading, and how many records were given before it.
template <typename Source>
std::pair<std::string, std::size_t> error_of_reading(const Source& source) {
  std::vector<typename Source::item_type> all;
  try {
    const auto part = source.open(source.parts().at(0), {.now = &Clock::now});
    while (part->next_batch(all).state != Poll::State::end) {
    }
  } catch (const std::exception& error) {
    std::string text = error.what();
    const std::size_t path = text.find('/'), end = text.find('\'', path);
    if (path != std::string::npos) text.replace(path, end - path, "FILE");
    return {text, all.size()};
  }
  return {"", all.size()};
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

TEST_CASE("a directory is one part for each file that matches, and must be there", "[dir_input]") {
  const tests::Directory directory;
  directory.write("b.txt", "3\n");
  directory.write("a.txt", "1\n2\n");
  directory.write("a.log", "4\n");
  directory.write(".hidden.txt", "5\n");
  std::filesystem::create_directory(directory / "c.txt");
  const DirInput all(directory / "", "*.txt");
  CHECK(all.parts() == Texts{"a.txt", "b.txt"});
  tests::for_each_schedule([&](const Config& config) {
    Log<std::string> log;
    Dataflow flow;
    input(flow, "in", all) | inspect([&log](const std::string& line) { log.add(line); }) |
        output("out", tests::Discard{});
    cluster_main(flow, config);
    CHECK(log.sorted() == Texts{"1", "2", "3"});
  });
  CHECK_THROWS_WITH(DirInput(directory / "none"), Catch::Contains("No such file or directory"));
  CHECK_THROWS_WITH(DirInput(directory / "b.txt"), Catch::Contains("Not a directory"));
}

TEST_CASE("a file that vanishes while it is read is read to its end; one that shrinks is an error",
          "[file_input]") {
  const tests::Directory directory;
  const std::string line(99, 'x');
  std::string text;
  for (int n = 0; n != 10'000; ++n) text += line + "\n";
  for (const bool shrinks : {false, true}) {
    const std::string path = directory.write("file", text);
    const FileInput source(path, 100);
    const auto part = source.open(path, {});
    std::vector<std::string> lines;
    part->next_batch(lines);
    if (shrinks) {
      std::filesystem::resize_file(path, 150'000);
    } else {
      std::filesystem::remove(path);
    }
    const auto rest = [&] {
      while (part->next_batch(lines).state != Poll::State::end) {
      }
    };
    if (shrinks) {
      CHECK_THROWS_WITH(rest(), Catch::Contains("it shrank while it was being read; ") &&
                                    Catch::Contains("bytes have been read, and it has 150000 now"));
    } else {
      rest();
      CHECK(lines.size() == 10'000);
    }
  }
}

TEST_CASE("parts that few workers can reach are dealt out first, each to who has fewest",
          "[assign_parts]") {
  using Assigned = std::map<std::string, std::uint32_t>;
  CHECK(assign_parts({{"a", "b", "c"}, {"a", "b", "c"}}) == Assigned{{"a", 0}, {"b", 1}, {"c", 0}});
  CHECK(assign_parts({{"a", "b", "z"}, {"a", "b"}}) == Assigned{{"a", 1}, {"b", 0}, {"z", 0}});
  CHECK(assign_parts({{}, {"x", "x"}, {}}) == Assigned{{"x", 1}});
  CHECK(assign_parts({{}, {}}).empty());
}

/// A source of which worker w can reach the parts w and w + 1.
struct Local {
  using item_type = std::string;
  std::vector<std::string> parts_at(std::uint32_t worker, std::uint32_t) const {
    return {"part " + std::to_string(worker), "part " + std::to_string(worker + 1)};
  }
  struct Part final : SourcePart<std::string> {
    std::string text;
    Poll next_batch(Texts& batch) override {
      batch.push_back(text);
      return {Poll::State::end, {}};
    }
  };
  std::unique_ptr<SourcePart<std::string>> open(const std::string& part,
                                                const SourceContext& context) const {
    auto opened = std::make_unique<Part>();
    opened->text = part + " at " + std::to_string(context.worker);
    return opened;
  }
};

/// A source of which every worker has a part of its own.
struct Everywhere {
  using item_type = std::string;
  std::unique_ptr<SourcePart<std::string>> build(const SourceContext& context) const {
    auto part = std::make_unique<Local::Part>();
    part->text = std::to_string(context.worker) + " of " + std::to_string(context.workers);
    return part;
  }
};

template <typename Source>
Texts given_by(const Source& source, std::uint32_t workers) {
  Log<std::string> log;
  Dataflow flow;
  input(flow, "in", source) | inspect([&log](const std::string& text) { log.add(text); }) |
      output("out", tests::Discard{});
  cluster_main(flow, tests::deterministic(workers, 1));
  return log.sorted();
}

TEST_CASE("each part is read by one worker that can reach it, and a dynamic source by every worker",
          "[input]") {
  CHECK(given_by(Local{}, 3) == Texts{"part 0 at 0", "part 1 at 1", "part 2 at 1", "part 3 at 2"});
  CHECK(given_by(Everywhere{}, 3) == Texts{"0 of 3", "1 of 3", "2 of 3"});
}

/// Says what to do next by a script, and logs when it is polled.
struct Scripted {
  using item_type = int;
  using Script = std::vector<std::pair<Poll::State, std::chrono::milliseconds>>;
  Script script;
  std::vector<std::int64_t>* polls = nullptr;

  struct Part final : SourcePart<int> {
    Part(Script to_follow, std::vector<std::int64_t>& log, std::function<Clock::time_point()> clock)
        : script(std::move(to_follow)),
          polls(&log),
          now(std::move(clock)) {}
    Poll next_batch(std::vector<int>&) override {
      polls->push_back(now().time_since_epoch() / 1ms);
      const auto [state, wait] = script[next++];
      if (state != Poll::State::wait) return {state, std::nullopt};
      return {state, now() + wait};
    }
    Script script;
    std::vector<std::int64_t>* polls;
    std::function<Clock::time_point()> now;
    std::size_t next = 0;
  };
  std::vector<std::string> parts() const { return {"scripted"}; }
  std::unique_ptr<SourcePart<int>> open(const std::string&, const SourceContext& context) const {
    return std::make_unique<Part>(script, *polls, context.now);
  }
};

TEST_CASE("a part is polled when it is due and no sooner, after nothing in a millisecond",
          "[input]") {
  using enum Poll::State;
  std::vector<std::int64_t> slow, busy;
  Scripted::Script often(80, {wait, 1ms});
  often.push_back({end, 0ms});
  Dataflow flow;
  input(flow, "slow",
        Scripted{{{wait, 20ms}, {more, 0ms}, {more, 0ms}, {wait, 50ms}, {end, 0ms}}, &slow},
        {.epoch_interval = 3ms}) |
      output("out", tests::Discard{});
  input(flow, "busy", Scripted{often, &busy}, {.epoch_interval = 3ms}) |
      output("busy out", tests::Discard{});
  cluster_main(flow, tests::deterministic(1, 0));
  CHECK(slow == std::vector<std::int64_t>{0, 20, 21, 22, 72});
  CHECK(busy.size() == 81);
}

TEST_CASE("SimplePollingInput asks once an interval, on the dot where it is aligned", "[polling]") {
  using Wall = std::chrono::system_clock;
  const auto asked_at = [](std::optional<Wall::time_point> align_to) {
    std::vector<std::int64_t> at;
    Executor* executor = nullptr;
    int calls = 0;
    const auto next = [&]() -> std::optional<int> {
      at.push_back(executor->now().time_since_epoch() / 1ms);
      if (++calls == 4) throw std::runtime_error("enough");
      return calls % 2 == 0 ? std::nullopt : std::optional(calls);
    };
    std::vector<int> given;
    try {
      run_workers(tests::deterministic(1, 0), [&](Worker& worker) {
        executor = &worker.process().executor();
        worker.start([&](Worker& self) {
          self.dataflow<Epoch>([&](Scope<Epoch>& scope) {
            input(scope, "poll",
                  SimplePollingInput(100ms, next, align_to,
                                     [] { return Wall::time_point(1'000'030ms); })) |
                inspect([&](int n) { given.push_back(n); });
          });
        });
      });
    } catch (const StepError&) {
    }
    CHECK(given == std::vector{1, 3});
    return at;
  };
  CHECK(asked_at({}) == std::vector<std::int64_t>{0, 100, 200, 300});
  CHECK(asked_at(Wall::time_point(0ms)) == std::vector<std::int64_t>{70, 170, 270, 370});
  CHECK(asked_at(Wall::time_point(2'000'050ms)) == std::vector<std::int64_t>{20, 120, 220, 320});
  CHECK_THROWS_WITH(SimplePollingInput(9ms, [] { return std::optional<int>(); }),
                    Catch::Contains("at least 10 ms"));
}

TEST_CASE("a TestingInput may end early, pause, and abort once", "[testing_input]") {
  const auto source = TestingInput<int>::with_marks(
      {1, 2, TestingMark::pause(50ms), 3, TestingMark::abort(), 4, TestingMark::end_of_file(), 5},
      9);
  std::vector<std::pair<int, std::int64_t>> seen;
  bool closed = false;
  const auto run = [&] {
    seen.clear();
    run_workers(tests::deterministic(1, 0), [&](Worker& worker) {
      worker.start([&](Worker& self) {
        self.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          Executor& executor = self.process().executor();
          auto stream = input(scope, "in", source);
          stream | inspect([&](int n) {
            seen.emplace_back(n, executor.now().time_since_epoch() / 1ms);
          });
          OperatorBuilder<Epoch> end(scope, "end");
          auto& in = end.input(stream, Pipeline{});
          end.on_close([&] { closed = true; });
          end.build([&in] { in.for_each([](auto&) {}); });
        });
      });
    });
  };
  using Seen = std::vector<std::pair<int, std::int64_t>>;
  run();
  CHECK(seen == Seen{{1, 0}, {2, 0}, {3, 50}});
  CHECK_FALSE(closed);
  run();
  CHECK(seen == Seen{{1, 0}, {2, 0}, {3, 50}, {4, 51}});
  CHECK(closed);
}

TEST_CASE("generated events depend on seed and number alone", "[generated]") {
  const GeneratorOptions options{
      .seed = 7, .count = 5000, .keys = 50, .skew = 1.2, .rate = 1000, .disorder = 20ms};
  const GeneratedInput one(options);
  GeneratorOptions split = options;
  split.parts = 3;
  Log<GeneratedEvent> log;
  Dataflow flow;
  input(flow, "in", GeneratedInput(split)) |
      inspect([&log](const GeneratedEvent& event) { log.add(event); }) |
      output("out", tests::Discard{});
  cluster_main(flow, tests::deterministic(2, 0));
  const auto events = read_all(one);
  CHECK(log.sorted() == events);
  std::map<std::uint64_t, std::uint64_t> counts;
  for (const GeneratedEvent& event : events) {
    ++counts[event.key];
    const auto arrival = std::chrono::milliseconds(event.number);
    REQUIRE(event.time <= arrival);
    REQUIRE(event.time >= std::max<std::chrono::nanoseconds>(0ns, arrival - 20ms));
  }
  CHECK(counts.rbegin()->first < 50);
  CHECK(std::abs(static_cast<double>(counts[0]) / static_cast<double>(counts[3]) - 5.28) < 1.0);
}

TEST_CASE("a paced generator keeps its rate by the run's clock", "[generated]") {
  std::vector<std::int64_t> at;
  Executor* executor = nullptr;
  run_workers(tests::deterministic(1, 0), [&](Worker& worker) {
    executor = &worker.process().executor();
    worker.start([&](Worker& self) {
      self.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        input(scope, "in", GeneratedInput({.count = 4, .rate = 200, .paced = true})) |
            inspect([&](const GeneratedEvent&) {
              at.push_back(executor->now().time_since_epoch() / 1ms);
            });
      });
    });
  });
  CHECK(at == std::vector<std::int64_t>{0, 5, 10, 15});
}

TEST_CASE("a generator refuses what makes no sense", "[generated][error]") {
  CHECK_THROWS_AS(GeneratedInput({.keys = 0}), ConfigError);
  CHECK_THROWS_AS(GeneratedInput({.rate = 0}), ConfigError);
  CHECK_THROWS_AS(GeneratedInput({.skew = -1}), ConfigError);
  CHECK_THROWS_AS(GeneratedInput({.disorder = -1ns}), ConfigError);
  CHECK_THROWS_AS(GeneratedInput({.parts = 0}), ConfigError);
}

}  // namespace
}  // namespace tidemark
