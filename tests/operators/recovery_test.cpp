// SPDX-License-Identifier: MIT
//
// What every stateful step, source and sink tells a store, and that a run which goes on from it, at
// any epoch and with any number of workers, gives what the first run gave from there on.
#include <tidemark/operators/keyed/batch.hpp>
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/keyed/join_sides.hpp>
#include <tidemark/operators/keyed/reduce.hpp>
#include <tidemark/operators/keyed/state_machine.hpp>
#include <tidemark/operators/keyed/stateful.hpp>
#include <tidemark/operators/keyed/stateful_flat_map.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/sinks/dir_output.hpp>
#include <tidemark/operators/sinks/file_output.hpp>
#include <tidemark/operators/sinks/testing_output.hpp>
#include <tidemark/operators/sources/csv_input.hpp>
#include <tidemark/operators/sources/dir_input.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/generated_input.hpp>
#include <tidemark/operators/sources/json_lines_input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/operators/going_on.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/operators/timed_input.hpp>
#include <tests/support.hpp>

#include <list>

namespace tidemark::recovery_test {
namespace {

using namespace std::chrono_literals;
using tests::Log;
using tests::MemoryStore;
using tests::text_of;
using Keyed = std::pair<std::string, int>;

std::vector<Keyed> some_items() {
  std::vector<Keyed> items;
  for (int n = 0; n != 23; ++n)
    items.push_back({std::string(1, static_cast<char>('a' + n * n % 5)), n * 7 % 11});
  return items;
}

using Step = tests::StepInTest<Keyed>;

template <typename Operator>
Step step_of(Operator op) {
  return [op](FlowStream<Keyed> items) {
    return items | op | map([](const auto& result) { return text_of(result); });
  };
}

/// Remembers the values since the last one that was a multiple of 5, in a snapshot of its own.
struct SinceFive {
  std::vector<int> values;
  std::pair<std::vector<int>, bool> on_item(int value) {
    values.push_back(value);
    return {{static_cast<int>(values.size()) * 100 + value}, value % 5 == 0};
  }
  std::pair<std::vector<int>, bool> on_eof() { return {values, true}; }
  std::string snapshot() const { return to_bytes(values); }
  static SinceFive restore(const std::string& saved) {
    return {from_bytes<std::vector<int>>(saved)};
  }
};

std::map<std::string, Step> steps() {
  const auto plus = [](int a, int b) { return a + b; };
  return {
      {"stateful_map", step_of(stateful_map(
                           "step", [] { return 1; },
                           [](int state, int value) {
                             const int next = state * 3 + value;
                             return std::pair(
                                 next % 7 == 0 ? std::nullopt : std::optional(next % 99), next);
                           }))},
      {"stateful_map of optionals",
       step_of(stateful_map(
           "step", [] { return std::optional(7); },
           [](std::optional<int> state, int value) {  // which is kept when it is empty
             const int next = state.value_or(100) + value;
             return std::pair(value % 2 == 0 ? std::optional<int>() : std::optional(next % 50),
                              next);
           }))},
      {"reduce", step_of(reduce("step", plus, [](int sum) { return sum > 15; }))},
      {"state_machine", step_of(state_machine<std::vector<int>>(
                            "step",
                            [](const std::string&, int value, std::vector<int>& state) {
                              state.push_back(value);
                              return std::pair(state.size() == 3, state);
                            }))},
      {"batch", step_of(batch("step", 3, 1h))},
      {"stateful", step_of(stateful("step", [] { return SinceFive{}; }))},
      {"stateful_flat_map",
       step_of(stateful_flat_map<std::string>(
           "step",
           [](std::optional<std::string> state, int value) {
             const std::string next = state.value_or("") + std::to_string(value);
             return std::pair(next.size() > 4 ? std::nullopt : std::optional(next),
                              std::vector<std::string>(next.size() % 3, next));
           }))},
      {"fold_final", step_of(fold_final(
                         "step", [] { return std::string(); },
                         [](const std::string& all, int n) { return all + std::to_string(n); }))},
      {"reduce_final", step_of(reduce_final("step", plus))},
      {"join", [](FlowStream<Keyed> items) {
         const auto doubled = items | map([](const Keyed& item) {
                                return std::pair(item.first, 2.0 * item.second);
                              });
         return join("step", {.insert = JoinInsert::product, .emit = JoinEmit::final}, items,
                     doubled) |
                map([](const auto& row) { return text_of(row); });
       }}};
}

TEST_CASE("a run that goes on from any epoch, with other workers, gives what is left to give",
          "[recovery]") {
  for (const auto& [name, step] : steps()) {
    INFO(name);
    tests::check_going_on(step, tests::paced(some_items(), 2));
  }
}

TEST_CASE("a step saves the keys that an epoch has touched, and no others", "[recovery]") {
  MemoryStore store;
  Config config = tests::deterministic(2, 1);
  config.states = &store;
  Dataflow flow;
  input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}, {"b", 2}, {"a", 3}, {"a", 9}}),
        tests::epoch_per_poll()) |
      reduce("sum", std::plus<int>(), [](int sum) { return sum > 10; }) |
      output("out", tests::Discard{});
  cluster_main(flow, config);
  const auto a = to_bytes(std::string("a")), b = to_bytes(std::string("b"));
  CHECK(store.touched("sum", 1) == std::set{a});
  CHECK(store.touched("sum", 2) == std::set{b});
  CHECK(store.touched("sum", 3) == std::set{a});
  CHECK(store.touched("sum", 4) == std::set{a});
  CHECK(store.state("sum", a) == std::nullopt);  // complete in epoch 4, and forgotten
  CHECK(store.state("sum", b) == to_bytes(2));
}

TEST_CASE("after a failure the epochs before it are kept, and only the others are run again",
          "[recovery][error]") {
  MemoryStore store;
  bool fails = true;
  std::vector<int> read, sums;
  const auto error_with = [&](MemoryStore& states) {
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}, {"a", 2}, {"a", 3}, {"a", 4}}),
          tests::epoch_per_poll()) |
        inspect([&](const Keyed& item) { read.push_back(item.second); }) |
        stateful_map(
            "sum", [] { return 0; },
            [&](int sum, int value) {
              if (value == 3 && fails) throw std::runtime_error("three");
              return std::pair(sum + value, sum + value);
            }) |
        inspect([&](const Keyed& sum) { sums.push_back(sum.second); }) |
        output("out", tests::Discard{});
    Config config = tests::deterministic(1, 0);
    config.states = &states;
    return tests::error_of(flow, config);
  };
  CHECK(error_with(store) == "step 'sum' failed on worker 0 at timestamp 3: three");
  CHECK(sums == std::vector{1, 3});
  CHECK(store.touched("sum", 2) == std::set{to_bytes(std::string("a"))});
  CHECK(store.touched("sum", 3).empty());
  fails = false;
  read.clear();
  CHECK(error_with(*store.going_on_with(3)) == "");
  CHECK(read == std::vector{3, 4});
  CHECK(sums == std::vector{1, 3, 6, 10});
}

TEST_CASE("a batch that goes on waits its whole time-out again", "[recovery][timer]") {
  const auto pause = [](int ms) { return TestingMark::pause(std::chrono::milliseconds(ms)); };
  const auto source =
      TestingInput<Keyed>::with_marks({Keyed{"a", 1}, pause(5), TestingMark::abort(), pause(3),
                                       Keyed{"a", 2}, pause(3), Keyed{"a", 3}});
  Log<std::vector<int>> log;
  const auto run_with = [&](MemoryStore& store) {
    Dataflow flow;
    input(flow, "in", source, tests::epoch_per_poll()) | batch("tens", 100, 10ms) |
        inspect([&](const auto& values) { log.add(values.second); }) |
        output("out", tests::Discard{});
    Config config = tests::deterministic(1, 0);
    config.states = &store;
    cluster_main(flow, config);
  };
  MemoryStore store;
  run_with(store);  // cancelled after 5 ms
  CHECK(log.entries().empty());
  run_with(*store.going_on_with(2));  // 2 comes in the 10th millisecond, 3 in the 13th
  CHECK(log.entries() == std::vector<std::vector<int>>{{1, 2}, {3}});
}

TEST_CASE("what a store has of another type, or damaged, is refused", "[recovery][error]") {
  const auto error_with = [](const std::string& state) {
    MemoryStore store;
    store.save("sum", 0, 1, {{to_bytes(std::string("a")), state, ByKey::of(std::string("a"))}});
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}})) |
        stateful_map(
            "sum", [] { return 0; },
            [](int sum, int value) { return std::pair(sum + value, sum + value); }) |
        output("out", tests::Discard{});
    const auto restored = store.going_on_with(2);
    Config config = tests::deterministic(1, 0);
    config.states = restored.get();
    return tests::error_of(flow, config);
  };
  CHECK(error_with(to_bytes(2)) == "");
  for (const std::string& bytes : {std::string("ab"), to_bytes(std::pair(1, 2))})
    CHECK_THAT(error_with(bytes), Catch::StartsWith("step 'sum' failed on worker 0") &&
                                      Catch::Contains("not of the type that is read"));
}

TEST_CASE("values read from bytes are those that were written, and other bytes are refused",
          "[codec]") {
  using Value = std::variant<int, std::string, std::optional<std::vector<std::string>>>;
  for (const Value& value : {Value(7), Value("text"), Value(std::vector<std::string>{"a", ""}),
                             Value(std::optional<std::vector<std::string>>())}) {
    const std::string bytes = to_bytes(value);
    CHECK(from_bytes<Value>(bytes) == value);
    for (std::size_t size = 0; size != bytes.size(); ++size)
      CHECK_THROWS_AS(from_bytes<Value>(bytes.substr(0, size)), BadBytes);
    CHECK_THROWS_AS(from_bytes<Value>(bytes + '\0'), BadBytes);
  }
  CHECK_THROWS_AS(from_bytes<Value>(to_bytes(std::pair(std::uint64_t{3}, 7))), BadBytes);
  STATIC_REQUIRE_FALSE(Encodable<std::string_view>);  // it would be an address
  STATIC_REQUIRE_FALSE(Encodable<const char*>);
  STATIC_REQUIRE_FALSE(KeyedItem<std::pair<const char*, int>>);
}

/// A value of no bytes.
struct Nothing {
  std::string unsaved;
  static auto fields(auto&) { return std::tie(); }
};

TEST_CASE("no bytes tell of more elements than they hold", "[codec]") {
  const auto told = [](std::uint64_t size, const std::string& rest) {
    return to_bytes(size) + rest;
  };
  CHECK_THROWS_AS(from_bytes<std::vector<Nothing>>(told(UINT64_MAX, "")), BadBytes);
  CHECK_THROWS_AS(from_bytes<std::vector<std::vector<Nothing>>>(told(1, told(1 << 30, "abc"))),
                  BadBytes);
  CHECK_THROWS_AS(from_bytes<std::vector<std::string>>(told(UINT64_MAX, "abc")), BadBytes);
  CHECK_THROWS_AS(from_bytes<std::string>(told(UINT64_MAX, "abc")), BadBytes);
  CHECK(from_bytes<std::vector<Nothing>>(to_bytes(std::vector<Nothing>(3))).size() == 3);
}

TEST_CASE("a flag that is neither 0 nor 1, and a key that is there twice, are no values",
          "[codec]") {
  CHECK(from_bytes<bool>("\1"));
  CHECK_THROWS_AS(from_bytes<bool>("\2"), BadBytes);
  CHECK_THROWS_AS(from_bytes<std::optional<bool>>("\2\1"), BadBytes);
  CHECK_THROWS_AS(from_bytes<std::vector<bool>>(to_bytes(std::uint64_t{1}) + "\xff"), BadBytes);
  using Pairs = std::vector<std::pair<int, char>>;
  using Map = std::map<int, char>;
  CHECK((from_bytes<Map>(to_bytes(Pairs{{2, 'b'}, {1, 'a'}})) == Map{{1, 'a'}, {2, 'b'}}));
  CHECK_THROWS_AS((from_bytes<Map>(to_bytes(Pairs{{1, 'a'}, {1, 'b'}}))), BadBytes);
}

struct Unsaved {
  int value = 0;
};

}  // namespace
}  // namespace tidemark::recovery_test

template <>
struct tidemark::Codec<tidemark::recovery_test::Unsaved> : NotSaved {};

namespace tidemark::recovery_test {
namespace {

TEST_CASE("a step without an id, or with a state of a type that is not saved, refuses a store",
          "[recovery][error]") {
  MemoryStore store;
  const auto error_with = [&store](auto step) {
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}})) | step |
        output("out", tests::Discard{});
    Config config = tests::deterministic(1, 0);
    config.states = &store;
    return tests::error_of(flow, config);
  };
  CHECK_THAT(error_with(batch("", 1, 1h)), Catch::Contains("a batch step has no id"));
  CHECK_THAT(error_with(stateful_map(
                 "unsaved", [] { return Unsaved{}; },
                 [](Unsaved state, int value) { return std::pair(state, value); })),
             Catch::Contains("stateful_map 'unsaved' keeps values from epoch to epoch that are not "
                             "saved") &&
                 Catch::Contains("write a tidemark::Codec of tidemark::recovery_test::") &&
                 Catch::Contains("Unsaved that saves it (what there is says NotSaved)"));
}

TEST_CASE("a state without a codec is as good as any until it is to be saved",
          "[recovery][error]") {
  const auto run = [](auto state, Config config) {
    std::vector<std::pair<std::string, int>> sizes;
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector<Keyed>{{"a", 1}, {"b", 2}, {"a", 3}})) |
        stateful_map(
            "all", [state] { return state; },
            [](auto all, int value) {
              all.push_back(value);
              return std::pair(all, static_cast<int>(all.size()));
            }) |
        output("out", TestingOutput(sizes));
    const std::string error = tests::error_of(flow, config);
    return std::pair(error, sizes);
  };
  const std::vector<std::pair<std::string, int>> sizes{{"a", 1}, {"b", 1}, {"a", 2}};
  Config config = tests::deterministic(1, 0);
  CHECK(run(std::list<int>(), config) == std::pair(std::string(), sizes));
  MemoryStore store;
  config.states = &store;
  CHECK(run(std::vector<int>(), config) == std::pair(std::string(), sizes));
  CHECK_THAT(run(std::list<int>(), config).first,
             Catch::Contains("stateful_map 'all' keeps values from epoch to epoch that are not "
                             "saved") &&
                 Catch::Contains("run it without a store, or give std::__cxx11::list<int") &&
                 Catch::Contains("a line in it that lists its members, `static auto fields(auto& "
                                 "self) { return std::tie(self.a, self.b); }`"));
}

/// Reads `source` to its end, in epochs of three records, going on from `store`.
template <typename SourcePort>
auto read(const SourcePort& source, MemoryStore& store) {
  using Item = typename SourcePort::item_type;
  Log<Item> log;
  Config config = tests::deterministic(2, 3);
  config.states = &store;
  Dataflow flow;
  input(flow, "source", source, {.epoch_items = 3}) |
      inspect([&log](const Item& item) { log.add(item); }) | output("out", tests::Discard{});
  cluster_main(flow, config);
  return log.sorted();
}

template <typename SourcePort>
void check_positions(const SourcePort& source, std::size_t count) {
  MemoryStore store;
  const auto all = read(source, store);
  REQUIRE(all.size() == count);
  for (std::uint64_t epoch = 2; epoch <= store.last_epoch(); ++epoch) {
    INFO("epoch " << epoch);
    const auto rest = read(source, *store.going_on_with(epoch));
    CHECK(rest.size() < all.size());
    CHECK(std::ranges::includes(all, rest));
    // What was read before is what is missing, each record once.
    std::vector<typename SourcePort::item_type> before;
    std::ranges::set_difference(all, rest, std::back_inserter(before));
    CHECK(before.size() + rest.size() == all.size());
    CHECK(before.size() >= 3 * (epoch - 1) - 2);
  }
  CHECK(read(source, *store.going_on_with(store.last_epoch() + 1)).empty());
}

TEST_CASE("sources go on behind the last record of a complete epoch", "[recovery][source]") {
  const tests::Directory directory;
  std::string lines, json, csv = "n,text\n";
  for (int n = 0; n != 20; ++n) {
    lines += std::string(static_cast<std::size_t>(n % 4), ' ') + "line " + std::to_string(n) + "\n";
    json += "[" + std::to_string(n) + "]\n";
    csv += std::to_string(n) + ",\"two\nlines, " + std::to_string(n) + "\"\r\n";
  }
  check_positions(FileInput(directory.write("lines", lines), 2), 20);
  check_positions(FileInput(directory.write("open end", lines + "end"), 4), 20);
  for (const std::size_t batch : {1u, 2u})
    check_positions(CSVInput(directory.write("csv", csv), batch), 20);
  check_positions(JSONLinesInput(directory.write("json", json), 2), 20);
  check_positions(TestingInput(some_items(), 2), 23);
  check_positions(GeneratedInput({.seed = 4, .count = 21, .keys = 3, .batch_size = 2}), 21);
  const tests::Directory parts;
  parts.write("a", lines);
  parts.write("b", "only one\n");
  check_positions(DirInput(parts / "", "*", 2), 21);
}

TEST_CASE("a file that has grown since is read on from where it ended", "[recovery][source]") {
  const tests::Directory directory;
  MemoryStore store;
  const FileInput source(directory.write("log", "one\ntwo\n"));
  CHECK(read(source, store) == std::vector<std::string>{"one", "two"});
  directory.write("log", "one\ntwo\nthree\n");
  CHECK(read(source, *store.going_on_with(store.last_epoch() + 1)) ==
        std::vector<std::string>{"three"});
  directory.write("log", "one\n");
  CHECK_THROWS_WITH(read(source, *store.going_on_with(store.last_epoch() + 1)),
                    Catch::Contains("where an earlier run ended: it has 4 bytes"));
}

TEST_CASE("a part that was read and is gone is an error", "[recovery][source]") {
  const tests::Directory directory;
  MemoryStore store;
  directory.write("a", "1\n");
  directory.write("b", "2\n");
  read(DirInput(directory / ""), store);
  std::filesystem::remove(directory / "b");
  CHECK_THROWS_WITH(read(DirInput(directory / ""), *store.going_on_with(2)),
                    Catch::Contains("the part 'b' was read in an earlier run"));
}

TEST_CASE("file sinks cut off what incomplete epochs have written, and write on",
          "[recovery][sink]") {
  const tests::Directory directory;
  const auto write = [&](MemoryStore& store, std::uint32_t workers) {
    Config config = tests::deterministic(workers, 2);
    config.states = &store;
    Dataflow flow;
    input(flow, "in", TestingInput(some_items(), 2), tests::epoch_per_poll()) |
        output("file", FileOutput(directory / "all")) |
        output("parts", DirOutput(directory / "", 3,
                                  [](const std::string& key) {
                                    return static_cast<std::uint64_t>(key[0] - 'a');
                                  })) |
        map([](const Keyed& item) { return item.second; }) | output("out", tests::Discard{});
    cluster_main(flow, config);
  };
  MemoryStore store;
  write(store, 2);
  const auto files = [&] {
    std::map<std::string, std::string> texts;
    for (const std::string& name : directory.names()) texts[name] = directory.read(name);
    return texts;
  };
  const auto whole = files();
  CHECK(whole.size() == 3);  // keys a, b and e: parts 0, 1 and 4 % 3 == 1
  for (const std::uint64_t epoch : {2u, 7u, 12u}) {
    write(*store.going_on_with(epoch), 3);
    CHECK(files() == whole);
  }
  for (const std::string name : {"all", "part_0"})
    directory.write(name, whole.at(name) + "of an epoch that was never complete\n");
  write(*store.going_on_with(store.last_epoch() + 1), 1);  // without a record for them
  CHECK(files() == whole);
  directory.write("all", "");
  CHECK_THROWS_WITH(write(*store.going_on_with(7), 1), Catch::Contains("it has 0 bytes"));
}

}  // namespace
}  // namespace tidemark::recovery_test
