// SPDX-License-Identifier: MIT
//
// The sources: what they give, when they are polled, who reads which part, and how bad input ends.
#include <tidemark/core/run.hpp>
#include <tidemark/operators/sinks/testing_output.hpp>
#include <tidemark/operators/sources/assign_parts.hpp>
#include <tidemark/operators/sources/dir_input.hpp>
#include <tidemark/operators/sources/file_input.hpp>
#include <tidemark/operators/sources/generated_input.hpp>
#include <tidemark/operators/sources/simple_polling_input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>

#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/operators/reading.hpp>
#include <tests/support.hpp>

#include <filesystem>

namespace tidemark::sources_test {
namespace {

using namespace std::chrono_literals;
using tests::Log;
using tests::read_all;
using Texts = std::vector<std::string>;

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

template <typename SourcePort>
Texts given_by(const SourcePort& source, std::uint32_t workers, StateStore* store = nullptr) {
  Log<std::string> log;
  Dataflow flow;
  input(flow, "in", source) | inspect([&log](const std::string& text) { log.add(text); }) |
      output("out", tests::Discard{});
  Config config = tests::deterministic(workers, 1);
  config.states = store;
  cluster_main(flow, config);
  return log.sorted();
}

TEST_CASE("each part is read by one worker that can reach it, and a dynamic source by every worker",
          "[input]") {
  CHECK(given_by(Local{}, 3) == Texts{"part 0 at 0", "part 1 at 1", "part 2 at 1", "part 3 at 2"});
  CHECK(given_by(Everywhere{}, 3) == Texts{"0 of 3", "1 of 3", "2 of 3"});
}

TEST_CASE("with a store, too, what keeps nothing is read to its end, and begins anew in each run",
          "[input][recovery]") {
  tests::MemoryStore store;
  CHECK(given_by(Everywhere{}, 2, &store) == Texts{"0 of 2", "1 of 2"});
  CHECK(store.last_epoch() == 0);  // nothing has been saved
  store.save("a step of the program as it was", 0, 1, {{"key", "state"}});
  CHECK(given_by(Everywhere{}, 2, store.going_on_with(2).get()) == Texts{"0 of 2", "1 of 2"});
}

TEST_CASE("a source of no parts ends at once", "[input]") {
  const tests::Directory directory;
  for (const std::uint32_t workers : {1u, 3u})
    CHECK(given_by(DirInput(directory / "", "none*"), workers).empty());
}

/// Parts that say when they are polled and when they are let go of; the second lives longer.
struct Mortal {
  using item_type = int;
  Log<std::string>* log;

  struct Part final : SourcePart<int> {
    Part(std::string part, Log<std::string>& to) : name(std::move(part)), log(&to) {}
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;
    ~Part() override { log->add(name + " is closed"); }
    Poll next_batch(std::vector<int>& batch) override {
      log->add(name + " is polled");
      batch.push_back(1);
      return {name == "a" || ++polls == 2 ? Poll::State::end : Poll::State::more, {}};
    }
    std::string name;
    Log<std::string>* log;
    int polls = 0;
  };
  std::vector<std::string> parts() const { return {"a", "b"}; }
  std::unique_ptr<SourcePart<int>> open(const std::string& part, const SourceContext&) const {
    return std::make_unique<Part>(part, *log);
  }
};

TEST_CASE("a part that has ended is closed at once", "[input]") {
  Log<std::string> log;
  Dataflow flow;
  input(flow, "in", Mortal{&log}) | output("out", tests::Discard{});
  cluster_main(flow, tests::deterministic(1, 0));
  const Texts entries = log.entries();
  const auto at = [&](const char* what) { return std::ranges::find(entries, what); };
  REQUIRE(entries.size() == 5);
  CHECK(entries.back() == "b is closed");
  CHECK(at("a is closed") < entries.end() - 2);  // before b is polled again
}

TEST_CASE("after a poll that gave something a part is polled again at once", "[input]") {
  std::vector<std::int64_t> at;
  run_workers(tests::deterministic(1, 0), [&](Worker& worker) {
    worker.start([&](Worker& self) {
      self.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        Executor& executor = self.process().executor();
        input(scope, "in", TestingInput(std::vector<int>(50))) |
            inspect([&](int) { at.push_back(executor.now().time_since_epoch() / 1us); });
      });
    });
  });
  CHECK(at == std::vector<std::int64_t>(50, 0));
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
}  // namespace tidemark::sources_test
