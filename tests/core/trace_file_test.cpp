// SPDX-License-Identifier: MIT
//
// Trace files: what is written is read back, and of what is damaged, cut or newer the rest.
#include <tidemark/core/bad_trace.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/core/trace/varint.hpp>

#include <tests/core/traces.hpp>
#include <tests/progress/graph.hpp>
#include <tests/support.hpp>
#include <tests/tape.hpp>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

namespace tidemark::trace_file_test {
namespace {

using Kind = TraceEvent::Kind;
using tests::Tape;

/// A trace of one dataflow with the timestamps T, which `record` fills.
template <typename T, typename Record>
std::string bytes_of(Record&& record) {
  Trace trace;
  std::uint64_t now = 0;
  trace.begin({.program = "test", .workers = 3, .executor = "threads"}, [&] { return now += 10; });
  const Topology<T> topology = tests::chain<T>(2).freeze();
  FlowGraph graph;
  graph.name = "flow";
  trace.add(traced(graph, topology, 1, {{LocationId{0}, 3}}, "T"));
  record(trace);
  trace.end("ended");
  return trace.bytes();
}

/// 40,000 events, in three blocks.
std::string three_blocks() {
  return bytes_of<Epoch>([](Trace& trace) {
    for (std::uint64_t n = 0; n != 20000; ++n) {
      trace.record({.kind = Kind::start, .worker = static_cast<std::uint32_t>(n % 3)});
      trace.record({.kind = Kind::send, .peer = 1, .records = n, .time = coordinates(Epoch{n})});
    }
  });
}

std::uint64_t draw_large(Tape& tape) {
  static constexpr std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t n = tape.below(256);
  return n < 128 ? n : n < 192 ? n << 40 : last - (n - 192);
}

TraceEvent draw_event(Tape& tape, std::uint32_t coordinates) {
  const auto time = [&] {
    Coordinates drawn;
    for (std::uint32_t k = 0; k != coordinates; ++k) set_coordinate(drawn, k, draw_large(tape));
    return drawn;
  };
  const auto small = [&] { return static_cast<std::uint32_t>(draw_large(tape)); };
  TraceEvent event{.kind = static_cast<Kind>(tape.below(trace_kinds().size()))};
  for (const TraceField& field : trace_kinds()[static_cast<std::size_t>(event.kind)].fields)
    if (const auto* number = std::get_if<std::uint32_t TraceEvent::*>(&field.member)) {
      event.** number = small();
    } else if (const auto* large = std::get_if<std::uint64_t TraceEvent::*>(&field.member)) {
      event.** large = draw_large(tape);
    } else if (const auto* when = std::get_if<Coordinates TraceEvent::*>(&field.member)) {
      event.** when = time();
    }
  if (event.kind == Kind::frontier)
    for (std::uint32_t n = tape.below(4); n != 0; --n) event.frontier.push_back(time());
  if (event.kind == Kind::batch)
    for (std::uint32_t n = tape.below(4); n != 0; --n)
      event.changes.push_back({small(), time(), static_cast<std::int64_t>(draw_large(tape))});
  return event;
}

template <typename T>
void check_round_trip() {
  tests::check_property(300, [] {
    Tape tape = tests::draw_tape("events", 300);
    std::vector<TraceEvent> events;
    while (!tape.at_end()) events.push_back(draw_event(tape, CoordinatesOf<T>::count));
    const std::string bytes = bytes_of<T>([&](Trace& trace) {
      for (const TraceEvent& event : events) trace.record(event);
    });
    const TraceFile file(bytes);
    RC_ASSERT(file.damage().empty());
    std::vector<TraceEvent> read = tests::events_of(file);
    std::uint64_t clock = 0;
    for (TraceEvent& event : read) {
      RC_ASSERT(event.clock == (clock += 10));
      event.clock = 0;
    }
    RC_ASSERT(read == events);
  });
}

TEST_CASE("events are read as they were written, whatever their numbers",
          "[trace_file][property]") {
  check_round_trip<Epoch>();
  check_round_trip<Nested<Product<Epoch, Epoch>, 1>>();
}

TEST_CASE("events are read from any one to any other", "[trace_file]") {
  const TraceFile file(three_blocks());
  REQUIRE(file.events() == 40000);
  for (const auto& [first, last] : {std::pair<std::uint64_t, std::uint64_t>{1, 1},
                                    {16384, 16385},
                                    {16385, 40000},
                                    {39999, 50000},
                                    {0, 2}}) {
    std::uint64_t expected = std::max<std::uint64_t>(first, 1);
    file.for_each(first, last, [&](std::uint64_t number, const TraceEvent* event) {
      CHECK(number == expected++);
      CHECK(event->clock == number * 10);
      return true;
    });
    CHECK(expected == std::min<std::uint64_t>(last, 40000) + 1);
  }
  std::uint64_t taken = 0;
  file.for_each(1, 40000, [&](std::uint64_t, const TraceEvent*) { return ++taken != 5; });
  CHECK(taken == 5);
}

TEST_CASE("of a trace that is cut at any byte all whole blocks are read", "[trace_file][errors]") {
  const std::string bytes = three_blocks();
  std::uint64_t most = 0;
  for (std::size_t size = 0; size <= bytes.size(); size += size < 100 ? 1 : 97) {
    INFO(size << " bytes of " << bytes.size());
    try {
      const TraceFile file(bytes.substr(0, size));
      CHECK(file.events() >= most);
      most = file.events();
      std::uint64_t read = 0;
      file.for_each(1, file.events(), [&](std::uint64_t, const TraceEvent*) { return ++read; });
      CHECK(read == most);
      CHECK_FALSE(file.outcome());
    } catch (const BadTrace& error) {
      CHECK(most == 0);
      CHECK_THAT(error.what(), Catch::Contains("trace"));
    }
  }
  CHECK(most >= 2 * 16384);
  CHECK(TraceFile(bytes).outcome() == "ended");
}

TEST_CASE("a byte that has changed is noticed, and nothing behind it is read",
          "[trace_file][errors]") {
  const std::string bytes = three_blocks();
  for (std::size_t at = 0; at < bytes.size(); at += 53) {
    INFO("byte " << at << " of " << bytes.size());
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    try {
      const TraceFile file(damaged);
      CHECK_FALSE(file.damage().empty());
      CHECK(file.events() <= 40000);
      CHECK_FALSE(file.outcome());
    } catch (const BadTrace&) {
    }
  }
}

std::string error_of(const std::string& bytes) {
  try {
    const TraceFile file(bytes);
    return "";
  } catch (const BadTrace& error) {
    return error.what();
  }
}

TEST_CASE("what is no trace is told in one sentence, with its path", "[trace_file][errors]") {
  CHECK(error_of("") == "is empty, and no trace");
  CHECK_THAT(error_of("{\"seq\": 1}\n"),
             Catch::StartsWith("is no trace: it does not begin as one"));
  CHECK_THAT(error_of(std::string(file_mark)), Catch::Contains("nothing is left"));
  CHECK_THROWS_WITH(TraceFile::open("/nowhere/at/all.tmt"),
                    "the trace '/nowhere/at/all.tmt' cannot be read: No such file or directory");
  CHECK_THROWS_WITH(TraceFile::open("/"), Catch::Contains("cannot be read: Is a directory"));
}

TEST_CASE("what a newer trace has besides is passed over", "[trace_file]") {
  TraceColumns newer = TraceColumns::current();
  newer.kinds.push_back("later");
  newer.columns.push_back({"later.what", TraceColumn::Type::number});
  EventColumns columns;
  columns.add({.kind = Kind::start, .worker = 7}, 1);
  std::string block = columns.take();
  const auto append = [&](std::size_t column, const std::vector<std::uint64_t>& differences) {
    std::string bytes;
    for (const std::uint64_t difference : differences) put_varint(bytes, zigzag(0, difference));
    put_varint(block, column);
    put_varint(block, bytes.size());
    block += bytes;
  };
  append(newer.columns.size() - 1, {12345});
  append(newer.columns.size() + 5, {1});  // that nobody has named
  std::vector<std::uint32_t> workers;
  EventReader(newer).read(
      block, [](std::uint32_t) { return 1u; },
      [&](const TraceEvent* event) { workers.push_back(event != nullptr ? event->worker : 0); });
  CHECK(workers == std::vector<std::uint32_t>{7});
}

TEST_CASE("a trace goes to its file while its run goes on", "[trace_file]") {
  const auto path = std::filesystem::temp_directory_path() / "tidemark-trace-file-test.tmt";
  {
    Trace trace(path.string());
    trace.begin({.executor = "threads"}, [] { return 0; });
    trace.add(traced(FlowGraph{}, tests::chain<Epoch>(1).freeze(), 1, {}, "Epoch"));
    for (int n = 0; n != 20000; ++n) trace.record({.kind = Kind::start});
    trace.end("on purpose");
  }
  const TraceFile file = TraceFile::open(path.string());
  CHECK(file.events() == 20000);
  CHECK(file.outcome() == "on purpose");
  CHECK(file.run().executor == "threads");
  std::filesystem::remove(path);
}

TEST_CASE("a full disk ends a run or its trace, as was asked for, and is named",
          "[trace_file][errors]") {
  const auto fill = [](WhenTraceFails when) {
    Trace trace("/dev/full", {.when_it_fails = when});
    trace.begin({.executor = "threads"}, [] { return 0; });
    trace.add(traced(FlowGraph{}, tests::chain<Epoch>(1).freeze(), 1, {}, "Epoch"));
    for (int n = 0; n != 200000; ++n) trace.record({.kind = Kind::start});
    trace.end("ended");
  };
  CHECK_THROWS_WITH(fill(WhenTraceFails::end_run),
                    "the trace '/dev/full' cannot be written: No space left on device");
  CHECK_NOTHROW(fill(WhenTraceFails::go_on));
  CHECK_THROWS_WITH(Trace("/nowhere/at/all.tmt"),
                    Catch::Contains("'/nowhere/at/all.tmt' cannot be written: No such file"));
}

TEST_CASE("a timestamp of a program's own is kept as its text, whatever bytes that has",
          "[trace_file]") {
  Trace trace;
  trace.begin({.executor = "threads"}, [] { return 0; });
  TracedDataflow dataflow = traced(FlowGraph{}, tests::chain<Epoch>(1).freeze(), 1, {}, "Own");
  dataflow.form.clear();
  trace.add(dataflow);
  Coordinates number;
  set_coordinate(number, 0, trace.number_of("first"));
  CHECK(trace.number_of("\xff\"\n") == 1);
  trace.record({.kind = Kind::send, .time = number});
  trace.end("ended");
  const TraceFile file = trace.read();
  CHECK(file.text(file.dataflows().front(), number, {0}) == "first");
  set_coordinate(number, 0, 1);
  CHECK(file.text(file.dataflows().front(), number, {0}) == "\uFFFD\"\n");
  CHECK_THROWS_WITH(TraceState(file, 0), Catch::Contains("are of type Own, of which a trace has"));
}

TEST_CASE("a trace takes the place of a trace, and of no other file", "[trace_file][errors]") {
  const std::string folder = std::filesystem::temp_directory_path() / "tidemark-trace-XXXXXX";
  std::string made = folder;
  REQUIRE(::mkdtemp(made.data()) != nullptr);
  const auto text_of = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string input = made + "/input.csv", trace = made + "/run.tmt";
  for (const std::string& text : {std::string("customer,amount\na,1\n"), std::string("a")}) {
    std::ofstream(input) << text;
    CHECK_THROWS_WITH(Trace(input),
                      Catch::Contains("input.csv', which is there and is no trace; give it"));
    CHECK(text_of(input) == text);
  }
  std::ofstream(input).close();  // of a file that holds nothing nothing is lost
  for (int run = 0; run != 2; ++run)
    for (const std::string& path : {trace, input}) {
      {
        Trace recorded(path);
        recorded.begin({.executor = "threads"}, [] { return 0; });
        recorded.end("ended");
      }
      CHECK(text_of(path).starts_with(file_mark));
    }
  std::filesystem::remove_all(made);
}

}  // namespace
}  // namespace tidemark::trace_file_test
