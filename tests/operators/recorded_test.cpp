// SPDX-License-Identifier: MIT
//
// Replays of what sources have given: what gives its records again, and what was recorded.
#include <tidemark/core/process.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/recorded.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/core/traces.hpp>
#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/support.hpp>

#include <fstream>
#include <sys/stat.h>
#include <thread>

namespace tidemark::recorded_test {
namespace {

using namespace std::chrono_literals;
using tests::Log;

/// Counts the records of `source` by key on two workers, until `most` have come.
template <typename S>
std::vector<std::string> run(const S& source, Trace& trace, Replay* replay) {
  Config config{.workers = 2, .threads = 2, .executor = ExecutorKind::threads, .trace = &trace};
  config.replay = replay;
  Log<std::string> log;
  Dataflow flow;
  input(flow, "in", source) | map([](const std::string& text) { return std::pair(text, 1); }) |
      stateful_map(
          "count", [] { return 0; },
          [](int count, int one) { return std::pair(count + one, count + one); }) |
      inspect([&log](const auto& row) { log.add(row.first + std::to_string(row.second)); }) |
      output("out", tests::Discard{});
  cluster_main(flow, config);
  return log.sorted();
}

TEST_CASE("a run that began at the beginning of its store is replayed with an empty one",
          "[replay][recovery]") {
  const std::vector<std::string> words{"a", "b", "a", "c", "a", "b"};
  const auto run_with = [&](StateStore* store, Trace& trace, Replay* replay) {
    Config config{.workers = 2, .threads = 2, .executor = ExecutorKind::threads, .states = store};
    config.trace = &trace;
    config.replay = replay;
    Dataflow flow;
    input(flow, "in", TestingInput<std::string>(words)) |
        map([](const std::string& text) { return std::pair(text, 1); }) |
        stateful_map(
            "count", [] { return 0; },
            [](int count, int one) { return std::pair(count + one, count + one); }) |
        output("out", tests::Discard{});
    cluster_main(flow, config);
  };
  tests::MemoryStore store;
  Trace first, second, third;
  run_with(&store, first, nullptr);
  {
    tests::MemoryStore empty;
    Replay replay(first.read());
    run_with(&empty, second, &replay);
    tests::require_same(first, second);
    for (const char* key : {"a", "b", "c"})
      CHECK(empty.state("count", key) == store.state("count", key));
  }
  const auto going_on = store.going_on_with(store.last_epoch() + 1);
  const auto replay_with = [&](StateStore* states) {
    Replay replay(first.read());
    run_with(states, third, &replay);
  };
  CHECK_THROWS_WITH(replay_with(nullptr), Catch::Contains("had a StateStore"));
  CHECK_THROWS_WITH(replay_with(going_on.get()), Catch::Contains("in which nothing is saved"));
  run_with(going_on.get(), third, nullptr);
  CHECK_THROWS_WITH(Replay(third.read()), Catch::Contains("went on from what a store had"));
}

/// Gives what a stack holds, and never again; ends when it is empty.
struct Stack {
  using item_type = std::string;

  struct Part final : SourcePart<std::string> {
    Part(std::shared_ptr<std::vector<std::string>> from, std::function<void()> polled_again)
        : left(std::move(from)),
          wake(std::move(polled_again)) {}
    Poll next_batch(std::vector<std::string>& batch) override {
      if (left->empty()) return {Poll::State::end, {}};
      batch.push_back(std::move(left->back()));
      left->pop_back();
      wake();
      return {Poll::State::wait, {}};
    }
    std::shared_ptr<std::vector<std::string>> left;
    std::function<void()> wake;
  };
  std::unique_ptr<SourcePart<std::string>> build(const SourceContext& context) const {
    return std::make_unique<Part>(stacks->at(context.worker), context.wake);
  }

  std::shared_ptr<std::vector<std::shared_ptr<std::vector<std::string>>>> stacks;
};

Stack stack() {
  const auto of = [](std::vector<std::string> texts) {
    return std::make_shared<std::vector<std::string>>(std::move(texts));
  };
  return {std::make_shared<std::vector<std::shared_ptr<std::vector<std::string>>>>(
      std::vector{of({"a", "b", "a", "c"}), of({"a", "b", "a"})})};
}

TEST_CASE("a source that does not give its records again is replayed from what was recorded",
          "[replay][recorded]") {
  const tests::Directory directory;
  const auto source = recorded(stack(), directory / "kept.");
  Trace first, second;
  const auto rows = run(source, first, nullptr);
  CHECK(rows == std::vector<std::string>{"a1", "a2", "a3", "a4", "b1", "b2", "c1"});
  Replay replay(first.read());
  CHECK(run(source, second, &replay) == rows);
  tests::require_same(first, second);
}

TEST_CASE("a source that does not give its records again is not replayed without, and named",
          "[replay][recorded]") {
  Trace first, second;
  run(stack(), first, nullptr);
  Replay replay(first.read());
  CHECK_THROWS_WITH(run(stack(), second, &replay),
                    Catch::Contains("input 'in' cannot be replayed: its source, a Stack, does not "
                                    "give the same records again"));
}

TEST_CASE("a file is read again in a replay, and a pipe is not", "[replay]") {
  const tests::Directory directory;
  std::string text;
  for (int n = 0; n != 5000; ++n) text += "line " + std::to_string(n % 7) + "\n";
  const std::string path = directory.write("lines", text);
  Trace first, second, third;
  const auto rows = run(FileInput(path, 100), first, nullptr);
  CHECK(rows.size() == 5000);
  Replay replay(first.read());
  CHECK(run(FileInput(path, 100), second, &replay) == rows);
  tests::require_same(first, second);

  directory.write("lines", text.substr(0, text.size() / 2));
  Replay of_less(first.read());
  CHECK_THROWS_WITH(run(FileInput(path, 100), third, &of_less),
                    Catch::Contains("does not give again what it gave"));
  std::filesystem::remove(path);
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  Trace fourth;
  Replay of_pipe(first.read());
  CHECK_THROWS_WITH(run(FileInput(path, 100), fourth, &of_pipe),
                    Catch::Contains("is no file that could be read again"));
}

TEST_CASE("a pipe is replayed from what was recorded, however much a poll gave",
          "[replay][recorded]") {
  const tests::Directory directory;
  std::string text;
  for (int n = 0; n != 5000; ++n) text += "line " + std::to_string(n % 7) + "\n";
  const std::string path = directory / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const auto source = recorded(FileInput(path, 5000), directory / "kept.");
  Trace first, second;
  std::vector<std::string> rows;
  {
    std::jthread writer([&] { std::ofstream(path) << text; });
    rows = run(source, first, nullptr);
  }
  CHECK(rows.size() == 5000);
  Replay replay(first.read());
  CHECK(run(source, second, &replay) == rows);
  tests::require_same(first, second);
}

TEST_CASE("two inputs do not record in one file", "[recorded]") {
  const tests::Directory directory;
  const auto source = recorded(stack(), directory / "kept.");
  SourceContext context{.wake = [] {}};
  const auto part = source.build(context);
  CHECK_THROWS_WITH(source.build(context), Catch::Contains("is being written by another input"));
}

}  // namespace
}  // namespace tidemark::recorded_test
