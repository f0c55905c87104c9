// SPDX-License-Identifier: MIT
//
// Bad records as a stream of their own.
#include <tidemark/core/codec.hpp>
#include <tidemark/operators/ends/input_with_bad.hpp>
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/json_lines_output.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/support.hpp>

namespace tidemark::bad_records_test {
namespace {

using tests::InEpoch;
using tests::Log;
using Texts = std::vector<std::string>;

std::string text_of(const nlohmann::json& value) {
  return value.dump();
}
std::string text_of(const CsvRow& row) {
  std::string text;
  for (const auto& [column, field] : row) text += field + "|";
  return text;
}

struct Read {
  std::vector<InEpoch<std::string>> good;
  std::vector<InEpoch<BadRecord>> bad;
  std::string error;
};

/// What a dataflow reads, each poll in an epoch.
template <typename Source>
Read read(const Source& source, Config config, BadRecordOptions options = {}) {
  Log<InEpoch<std::string>> good;
  Log<InEpoch<BadRecord>> bad;
  Dataflow flow;
  auto [records, bad_records] =
      input_with_bad(flow, "in", source, options, tests::epoch_per_poll());
  records | inspect_epoch([&good](const Epoch& epoch, const auto& record) {
    good.add({epoch.value, text_of(record)});
  }) | output("good", tests::Discard{});
  tests::log_output(bad_records, bad);
  std::string error = tests::error_of(flow, config);
  return {good.entries(), bad.entries(), std::move(error)};
}

template <typename Entry>
std::vector<Entry> without_epochs(const std::vector<InEpoch<Entry>>& entries) {
  std::vector<Entry> all;
  for (const auto& [epoch, entry] : entries) all.push_back(entry);
  return all;
}

TEST_CASE("lines that are no JSON are a stream, and the values of the others another",
          "[bad_records][json]") {
  const tests::Directory directory;
  const std::string path = directory.write("json", "1\n[1,\n\n{\"a\": 1e400}\n\"x\"\n");
  tests::for_each_schedule([&](const Config& config) {
    const Read all = read(JSONLinesInput(path, 2), config);
    CHECK(all.error.empty());
    CHECK(without_epochs(all.good) == Texts{"1", "\"x\""});
    const auto bad = without_epochs(all.bad);
    REQUIRE(bad.size() == 2);
    CHECK(bad[0].file == path);
    CHECK(bad[0].line == 2);
    CHECK(bad[0].column == 4);
    CHECK_THAT(bad[0].reason, Catch::StartsWith("syntax error"));
    CHECK(bad[0].text == "[1,");
    CHECK(bad[1] == BadRecord{path, 4, 7,
                              "the number 1e400 is too great for a double; write it as a string",
                              "{\"a\": 1e400}"});
  });
}

Read read_csv(const std::string& text, CsvFormat format = {}) {
  const tests::Directory directory;
  return read(CSVInput(directory.write("csv", text), 2, format), tests::deterministic(1, 0));
}

TEST_CASE("rows that are no CSV are a stream, with line, column and reason", "[bad_records][csv]") {
  const Read all =
      read_csv("a,b\n1,2\n3\n4,x\"y\n5,6\n\"7\n7\",8,9\n\"10\"x,11\n12\r13,14\n\"15\n15\",16\n");
  CHECK(all.error.empty());
  CHECK(without_epochs(all.good) == Texts{"1|2|", "5|6|", "15\n15|16|"});
  std::vector<std::string> bad;
  for (const BadRecord& record : without_epochs(all.bad))
    bad.push_back(record.place() + ": " + record.reason.substr(0, 21) + ": " + record.text);
  CHECK(bad == Texts{"line 3: the row has 1 fields,: 3",
                     "line 4, column 4: a quote inside a fiel: 4,x\"y",
                     "line 6: the row has 3 fields,: \"7\n7\",8,9",
                     "line 8, column 5: 'x' after the quote t: \"10\"x,11",
                     "line 9, column 4: a carriage return tha: 12\r13,14"});
}

TEST_CASE("behind a quote too many reading goes on with the next line", "[bad_records][csv]") {
  const std::string rest = "1,2\n3,4\n";
  for (const std::string& text :
       {"a,b\n\"5 inches,0\n" + rest, "a,b\n\"5 inches,0\n" + rest + "\n\n"}) {
    const Read all = read_csv(text);
    CHECK(without_epochs(all.good) == Texts{"1|2|", "3|4|"});
    REQUIRE(all.bad.size() == 1);
    const BadRecord& bad = all.bad[0].second;
    CHECK(bad.place() == "line 2, column 1");
    CHECK(bad.text == "\"5 inches,0");
    CHECK_THAT(bad.reason, Catch::StartsWith("a quote opens a field here, and no quote ends it"));
  }
  // Where the quote of a later row closes it, that row's line is told, too.
  const Read later = read_csv("a,b\n\"5 inches,0\n1,2\n3,\"4\"\n5,6\n");
  CHECK(without_epochs(later.good) == Texts{"1|2|", "3|4|", "5|6|"});
  REQUIRE(later.bad.size() == 1);
  CHECK(later.bad[0].second.place() == "line 2");
  CHECK_THAT(later.bad[0].second.reason,
             Catch::StartsWith("line 4, column 4: '4' after the quote"));
  // A limit ends what would swallow the rest.
  const Read bounded = read_csv("a,b\n1,\"" + std::string(30, 'x') + "\n" + rest + "5,\"6\"\n",
                                {.longest_field = 20});
  CHECK(without_epochs(bounded.good) == Texts{"1|2|", "3|4|", "5|6|"});
  REQUIRE(bounded.bad.size() == 1);
  CHECK(bounded.bad[0].second.place() == "line 2, column 3");
  CHECK_THAT(bounded.bad[0].second.reason, Catch::EndsWith("within 20 bytes"));
}

TEST_CASE("without columns there are no rows, good or bad", "[bad_records][csv][error]") {
  CHECK_THAT(read_csv("a,\"b\"c\n1,2\n").error, Catch::Contains("line 1, column 6"));
  CHECK_THAT(read_csv("a,a\n1,2\n").error, Catch::Contains("two columns have the name 'a'"));
}

TEST_CASE("what is told of a bad record has a limit", "[bad_records]") {
  const Read all =
      read_csv("a,b\n" + std::string(5000, 'x') + "\n\"" + std::string(5000, '\n') + "\"\n");
  REQUIRE(all.bad.size() == 2);
  for (const auto& [epoch, bad] : all.bad) CHECK(bad.text.size() == BadRecord::longest_text);
  std::ostringstream text;
  text << BadRecord{"f.csv", 3, 0, "why", "x"} << '\n' << BadRecord{"f.csv", 3, 4, "why", "x"};
  CHECK(text.str() == "'f.csv': line 3: why\n'f.csv': line 3, column 4: why");
  const BadRecord bad{"f.csv", 3, 4, "why", "x"};
  CHECK(from_bytes<BadRecord>(to_bytes(bad)) == bad);
}

TEST_CASE("whatever stands in a bad record, every sink can write it", "[bad_records][json]") {
  const tests::Directory directory;
  const std::string path = directory.write(
      "csv", "a,b\r\ncaf\xE9\r\n" + std::string(BadRecord::longest_text - 1, 'x') + "\u00E9\n");
  Dataflow flow;
  auto [rows, bad] = input_with_bad(flow, "in", CSVInput(path));
  rows | output("rows", tests::Discard{});
  bad | output("bad", JSONLinesOutput(directory / "bad.jsonl"));
  CHECK(tests::error_of(flow, tests::deterministic(1, 0)).empty());
  std::istringstream lines(directory.read("bad.jsonl"));
  std::vector<std::string> texts;
  for (std::string line; std::getline(lines, line);)
    texts.push_back(nlohmann::json::parse(line).at("text"));
  // Each byte that is no part of UTF-8 is told, and no character is cut in two.
  CHECK(texts == Texts{"caf\\xE9", std::string(BadRecord::longest_text - 1, 'x')});
}

TEST_CASE("what a quote has swallowed is given in batches like all else", "[bad_records][csv]") {
  const tests::Directory directory;
  std::string text = "a,b\n\"5 inches,0\n";
  for (int i = 0; i != 1000; ++i) text += std::to_string(i) + (i % 3 == 0 ? "\n" : ",x\n");
  const CSVInput source(directory.write("csv", text), 10);
  std::size_t bad = 0;
  const auto part = source.open(source.parts().at(0),
                                {.now = &Clock::now, .on_bad = [&](const BadRecord&) { ++bad; }});
  std::size_t good = 0;
  for (bool ended = false; !ended;) {
    std::vector<CsvRow> batch;
    const std::size_t bad_before = bad;
    ended = part->next_batch(batch).state == Poll::State::end;
    good += batch.size();
    CHECK(batch.size() + bad - bad_before <= 10);
  }
  CHECK(good == 666);
  CHECK(bad == 335);
}

/// Each poll of a part gives a number or a bad record, in turn.
struct Troubled {
  using item_type = CsvRow;
  static constexpr bool has_bad_records = true;

  struct Part final : SourcePart<CsvRow> {
    std::uint64_t polls = 0;
    std::function<void(BadRecord)> on_bad;
    Poll next_batch(std::vector<CsvRow>& batch) override {
      ++polls;
      if (polls % 2 == 1) {
        batch.push_back({{"n", std::to_string(polls)}});
      } else {
        on_bad({"troubled", polls, 0, "why", ""});
      }
      return {polls == 8 ? Poll::State::end : Poll::State::more, {}};
    }
  };
  std::vector<std::string> parts() const { return {"a", "b", "c"}; }
  std::unique_ptr<SourcePart<CsvRow>> open(const std::string&, const SourceContext& context) const {
    auto part = std::make_unique<Part>();
    part->on_bad = context.on_bad;
    return part;
  }
};

TEST_CASE("one bad record more than an input may have ends the run, at whatever workers they are",
          "[bad_records][error]") {
  tests::for_each_schedule([](const Config& config) {
    for (int run = 0; run != 2; ++run) {  // which are counted by themselves
      const Read all = read(Troubled{}, config, {.at_most = 12});
      CHECK(all.error.empty());
      CHECK(all.good.size() == 12);
      CHECK(all.bad.size() == 12);
    }
    const Read some = read(Troubled{}, config, {.at_most = 11});
    CHECK_THAT(some.error, Catch::Contains("more than 11 bad records in this run; the last of "
                                           "them: troubled, line 8: why"));
    const Read none = read(Troubled{}, config, {.at_most = 0});
    CHECK_THAT(none.error, Catch::Contains("more than 0 bad records in this run; the last of "
                                           "them: troubled, line 2: why"));
  });
}

/// A run that goes on from any epoch reads what the first run read from there on, once.
template <typename Source>
void check_going_on(const Source& source) {
  tests::MemoryStore store;
  Config config = tests::deterministic(1, 0);
  config.states = &store;
  const Read all = read(source, config);
  REQUIRE(all.error.empty());
  REQUIRE(store.last_epoch() > 3);
  for (std::uint64_t epoch = 2; epoch <= store.last_epoch() + 1; ++epoch) {
    INFO("from epoch " << epoch);
    const auto restored = store.going_on_with(epoch);
    config.states = restored.get();
    const Read rest = read(source, config);
    const auto from = [epoch](auto entries) {
      std::erase_if(entries, [&](const auto& entry) { return entry.first < epoch; });
      return without_epochs(entries);
    };
    CHECK(rest.error.empty());
    CHECK(without_epochs(rest.good) == from(all.good));
    CHECK(without_epochs(rest.bad) == from(all.bad));
  }
}

TEST_CASE("a run that goes on from any epoch reads each good and each bad record once",
          "[bad_records][recovery]") {
  const tests::Directory directory;
  std::string json, csv = "a,b\n";
  for (int n = 0; n != 24; ++n) {
    const std::string number = std::to_string(n);
    json += n % 4 == 1 ? "{\"n\": " + number + "\n\n" : "[" + number + "]\n";
    csv += n % 5 == 1   ? number + "\n"
           : n % 5 == 3 ? "\"" + number + "\n\n,\n\",x\n"
           : n == 7     ? "\"never closed," + number + "\n"
                        : number + ",y\r\n";
  }
  for (const std::size_t batch : {1u, 2u, 3u, 7u}) {
    INFO(batch << " lines a poll");
    check_going_on(JSONLinesInput(directory.write("json", json), batch));
    check_going_on(CSVInput(directory.write("csv", csv), batch));
  }
}

TEST_CASE("a run that goes on at a mistake in CSV comes upon it again", "[csv][recovery]") {
  const tests::Directory directory;
  const CSVInput source(directory.write("csv", "a,b\n1,2\n3,4\n\"5\n\"x,6\n7,8\n"));
  tests::MemoryStore store;
  const auto error_with = [&](StateStore& states) {
    Dataflow flow;
    input(flow, "in", source, tests::epoch_per_poll()) | output("out", tests::Discard{});
    Config config = tests::deterministic(1, 0);
    config.states = &states;
    return tests::error_of(flow, config);
  };
  CHECK_THAT(error_with(store), Catch::Contains("line 5, column 2"));
  REQUIRE(store.last_epoch() != 0);
  CHECK_THAT(error_with(*store.going_on_with(store.last_epoch() + 1)),
             Catch::Contains("line 5, column 2"));
}

TEST_CASE("a run that ended at a mistake may go on with bad records as a stream",
          "[bad_records][recovery]") {
  const tests::Directory directory;
  const JSONLinesInput source(directory.write("json", "[1]\n[2\n[3]\n"), 1);
  tests::MemoryStore store;
  Config config = tests::deterministic(1, 0);
  config.states = &store;
  Dataflow first;
  input(first, "in", source, tests::epoch_per_poll()) | output("out", tests::Discard{});
  CHECK_THAT(tests::error_of(first, config), Catch::Contains("line 2"));
  const auto rest_of_run = store.going_on_with(store.last_epoch() + 1);
  config.states = rest_of_run.get();
  const Read rest = read(source, config);
  CHECK(rest.error.empty());
  CHECK(without_epochs(rest.good) == std::vector<std::string>{"[3]"});
  CHECK(rest.bad.size() == 1);
}

TEST_CASE("a position of CSV or JSON lines that none has saved is an error that names the file",
          "[csv][json][recovery]") {
  const auto error_at = [](const auto& source, const std::string& position) {
    try {
      source.open("file", {.resume_at = position});
      return std::string();
    } catch (const FileError& error) {
      return std::string(error.what());
    }
  };
  for (const std::string& position : {std::string(), std::string("x"), std::string(16, '\1')}) {
    CHECK_THAT(error_at(CSVInput("file"), position),
               Catch::StartsWith("cannot read 'file' on where an earlier run ended: what is"));
    CHECK_THAT(error_at(JSONLinesInput("file"), position),
               Catch::StartsWith("cannot read 'file' on where an earlier run ended: what is"));
  }
}

}  // namespace
}  // namespace tidemark::bad_records_test
