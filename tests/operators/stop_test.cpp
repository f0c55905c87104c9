// SPDX-License-Identifier: MIT
//
// Runs that end early or under strain: interrupted, failing late, with a sink that lags behind.
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/keyed/fold_final.hpp>
#include <tidemark/operators/routing/redistribute.hpp>
#include <tidemark/operators/sinks/file_output.hpp>
#include <tidemark/operators/sources/generated_input.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <tests/core/runs.hpp>
#include <tests/operators/directory.hpp>
#include <tests/operators/flow.hpp>
#include <tests/operators/memory_store.hpp>
#include <tests/support.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <unistd.h>

namespace tidemark::stop_test {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Counts the records, and at number `at` of each run raises a signal and waits for the stop to be
/// requested, which another thread does: so whoever read that record reads no more.
auto interrupt_at(std::uint64_t at, std::atomic<std::uint64_t>& records, int signal = SIGINT) {
  return [&records, at, signal](FlowStream<GeneratedEvent> stream) {
    return stream.flow->apply(
        [&records, at, signal](Stream<Epoch, GeneratedEvent> events) {
          Process& process = events.scope->worker().process();
          const auto look = [&records, at, signal, &process](const GeneratedEvent&) {
            if (++records != at) return;
            ::raise(signal);
            while (!process.stop_requested()) std::this_thread::yield();
          };
          return events | inspect("interrupt", look);
        },
        stream);
  };
}

TEST_CASE("at SIGINT a run ends with all written that was read, and says that it was interrupted",
          "[stop]") {
  for (const ExecutorKind executor : tests::real_executors()) {
    tests::Watchdog watchdog("a run that is interrupted");
    const tests::Directory directory;
    std::atomic<std::uint64_t> records{0};
    std::atomic<std::uint64_t> counted{0};
    Dataflow flow;
    auto events = input(flow, "in", GeneratedInput({.count = 1'000'000'000, .keys = 9, .parts = 3}),
                        {.epoch_items = 500}) |
                  interrupt_at(10'000, records) | redistribute();
    events | map([](const GeneratedEvent& event) { return event.number; }) |
        output("file", FileOutput(directory / "numbers"));
    events | count_final("count", [](const GeneratedEvent& event) { return event.key; }) |
        inspect([&counted](const auto& count) { counted += count.second; }) |
        output("counts", FileOutput(directory / "counts"));
    CHECK_THROWS_AS(
        cluster_main(flow,
                     {.workers = 3, .threads = 2, .executor = executor, .stop_on_interrupt = true}),
        Interrupted);
    CHECK(records >= 10'000);
    CHECK(counted.load() == records.load());
    CHECK(lines_of(directory.read("numbers")).size() == records);
    CHECK(lines_of(directory.read("counts")).size() == 9);
  }
}

TEST_CASE("SIGTERM and SIGHUP end a run as SIGINT does, and it says which it was", "[stop]") {
  for (const ExecutorKind executor : tests::real_executors())
    for (const int signal : {SIGTERM, SIGHUP, SIGINT}) {
      tests::Watchdog watchdog("a run that is interrupted");
      const tests::Directory directory;
      std::atomic<std::uint64_t> records{0};
      Dataflow flow;
      input(flow, "in", GeneratedInput({.count = 1'000'000'000, .keys = 9, .parts = 2}),
            {.epoch_items = 500}) |
          interrupt_at(1'000, records, signal) |
          map([](const GeneratedEvent& event) { return event.number; }) |
          output("file", FileOutput(directory / "numbers"));
      int seen = -1;
      try {
        cluster_main(flow,
                     {.workers = 2, .threads = 2, .executor = executor, .stop_on_interrupt = true});
      } catch (const Interrupted& error) {
        seen = error.signal();
      }
      CHECK(seen == signal);
      CHECK(lines_of(directory.read("numbers")).size() == records);
      CHECK(directory.names() == std::set<std::string>{"numbers"});
    }
}

TEST_CASE("a signal ends a run that closures drive by hand where it is", "[stop]") {
  for (const ExecutorKind executor : tests::real_executors()) {
    tests::Watchdog watchdog("a run by hand that is interrupted");
    int seen = -1;
    try {
      execute({.workers = 3, .threads = 2, .executor = executor, .stop_on_interrupt = true},
              [](Worker& worker) {
                auto [in, at_end] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
                  auto [handle, numbers] = new_input<int>(scope);
                  return std::pair{std::move(handle), probe(numbers)};
                });
                for (std::uint64_t round = 1;; ++round) {
                  in.advance_to(round);
                  worker.step_while([&] { return at_end.less_than(round); });
                  if (round == 10 && worker.index() == 1) ::raise(SIGTERM);
                }
              });
    } catch (const Interrupted& error) {
      seen = error.signal();
      CHECK_THAT(error.what(), Catch::Contains("has ended where it was"));
    }
    CHECK(seen == SIGTERM);
  }
}

TEST_CASE("a signal ends the sources of a run by hand, and what they gave is written", "[stop]") {
  for (const ExecutorKind executor : tests::real_executors()) {
    tests::Watchdog watchdog("a run by hand with a source");
    const tests::Directory directory;
    std::atomic<std::uint64_t> records{0};
    Dataflow flow;
    input(flow, "in", GeneratedInput({.count = 1'000'000'000, .keys = 9, .parts = 2}),
          {.epoch_items = 500}) |
        interrupt_at(1'000, records) |
        map([](const GeneratedEvent& event) { return event.number; }) |
        output("file", FileOutput(directory / "numbers"));
    CHECK_THROWS_WITH(
        execute({.workers = 2, .threads = 2, .executor = executor, .stop_on_interrupt = true},
                [&](Worker& worker) {
                  worker.dataflow<Epoch>([&](Scope<Epoch>& scope) { flow.build(scope); });
                }),
        Catch::Contains("all that they had given is done and written"));
    CHECK(lines_of(directory.read("numbers")).size() == records);
  }
}

TEST_CASE("SIGTERM and SIGHUP that are ignored stay so in a run", "[stop]") {
  for (const int signal : {SIGTERM, SIGHUP}) {
    const auto before = std::signal(signal, SIG_IGN);
    std::atomic<int> records{0};
    Dataflow flow;
    input(flow, "in", TestingInput(std::vector(100, 1))) | inspect([&](int) {
      if (++records == 1) ::raise(signal);
    }) | output("out", tests::Discard{});
    CHECK_NOTHROW(
        cluster_main(flow, {.executor = ExecutorKind::threads, .stop_on_interrupt = true}));
    CHECK(records == 100);
    CHECK(std::signal(signal, before) == SIG_IGN);
  }
}

TEST_CASE("a run that was interrupted is gone on with, and every record is read once",
          "[stop][recovery]") {
  tests::Watchdog watchdog("a run that goes on");
  const tests::Directory directory;
  tests::MemoryStore store;
  const auto run = [&](tests::MemoryStore& states, std::uint64_t interrupt) {
    std::atomic<std::uint64_t> records{0};
    Dataflow flow;
    input(flow, "in", GeneratedInput({.count = 20'000, .keys = 9, .parts = 2}),
          {.epoch_items = 1000}) |
        interrupt_at(interrupt, records) |
        map([](const GeneratedEvent& event) { return event.number; }) |
        output("file", FileOutput(directory / "numbers"));
    cluster_main(flow, {.workers = 2,
                        .threads = 2,
                        .executor = ExecutorKind::threads,
                        .stop_on_interrupt = true,
                        .states = &states});
  };
  CHECK_THROWS_AS(run(store, 5000), Interrupted);
  CHECK(lines_of(directory.read("numbers")).size() < 20'000);
  run(*store.going_on_with(store.last_epoch() + 1), 0);
  std::vector<std::uint64_t> numbers;
  for (const std::string& line : lines_of(directory.read("numbers")))
    numbers.push_back(std::stoull(line));
  std::ranges::sort(numbers);
  REQUIRE(numbers.size() == 20'000);
  for (std::uint64_t n = 0; n != numbers.size(); ++n) REQUIRE(numbers[n] == n);
}

TEST_CASE("a program may ask for a stop itself, before or during a run", "[stop]") {
  tests::for_each_schedule([](const Config& config) {
    tests::Log<int> log;
    Dataflow flow;
    std::vector<int> numbers(100);
    input(flow, "in", TestingInput(numbers), tests::epoch_per_poll()) |
        [&log](FlowStream<int> stream) {
          return stream.flow->apply(
              [&log](Stream<Epoch, int> records) {
                Process& process = records.scope->worker().process();
                return records | inspect([&log, &process](int n) {
                         log.add(n);
                         process.request_stop();
                       });
              },
              stream);
        } |
        output("out", tests::Discard{});
    CHECK_THROWS_AS(cluster_main(flow, config), Interrupted);
    CHECK(log.entries().size() == 1);
  });
}

TEST_CASE("a predicate that throws at the millionth record loses nothing of the epochs before",
          "[error]") {
  std::uint64_t written = 0;
  Dataflow flow;
  input(flow, "in", GeneratedInput({.count = 2'000'000, .batch_size = 1000}),
        {.epoch_items = 1000}) |
      filter("picky",
             [](const GeneratedEvent& event) {
               if (event.number == 999'999) throw std::runtime_error("one too many");
               return true;
             }) |
      inspect([&written](const GeneratedEvent&) { ++written; }) | output("out", tests::Discard{});
  CHECK(tests::error_of(flow, tests::deterministic(1, 0)) ==
        "step 'picky' failed on worker 0 at timestamp 1000: one too many");
  CHECK(written == 999'000);
}

/// A sink at one worker that is busy only now and then.
struct Slow {
  static constexpr bool single = true;
  std::int64_t* outstanding;

  template <typename Item>
  struct Part final : SinkPart<Item> {
    explicit Part(std::int64_t* count) : outstanding(count) {}
    void write_batch(const std::vector<Item>& batch) override {
      *outstanding -= static_cast<std::int64_t>(batch.size());
    }
    std::int64_t* outstanding;
  };
  template <typename Item>
  std::unique_ptr<SinkPart<Item>> open(std::uint32_t) const {
    return std::make_unique<Part<Item>>(outstanding);
  }
};

TEST_CASE("what is in the dataflow while a sink is slow is bounded by epochs and their size",
          "[stop]") {
  tests::for_each_schedule([](const Config& config) {
    std::int64_t outstanding = 0, most = 0;
    Dataflow flow;
    input(flow, "in", GeneratedInput({.count = 5000, .parts = 2, .batch_size = 5}),
          {.epoch_items = 20, .epochs_ahead = 3}) |
        inspect([&](const GeneratedEvent&) { most = std::max(most, ++outstanding); }) |
        redistribute() | output("slow", Slow{&outstanding});
    cluster_main(flow, config);
    CHECK(outstanding == 0);
    CHECK(most <= 2 * 3 * 20);
  });
}

TEST_CASE("the progress line tells records, rate, epoch and lag of each input, cut to the width",
          "[progress]") {
  const std::vector<InputProgress> before{{"a", 100, 1, 0}};
  const std::vector<InputProgress> now{{"a", 350, 4, 2}, {"b", 10, 1, 0}};
  CHECK(progress_line(before, now, 500ms, 200) ==
        "a: 350 records, 500/s, epoch 4, 2 behind | b: 10 records, 20/s, epoch 1, 0 behind");
  CHECK(progress_line({}, now, 0s, 14) == "a: 350 records");
}

TEST_CASE("a run knows how far its inputs have come", "[progress]") {
  tests::for_each_schedule([](const Config& config) {
    std::vector<InputProgress> seen;
    Process* process = nullptr;
    run_workers(config, [&](Worker& worker) {
      process = &worker.process();
      worker.start([&](Worker& self) {
        self.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          input(scope, "in", GeneratedInput({.count = 60, .parts = 3, .batch_size = 10}),
                tests::epoch_per_poll()) |
              inspect([&](const GeneratedEvent& event) {
                if (event.number == 59) seen = process->input_progress().all();
              });
        });
      });
    });
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].id == "in");
    CHECK(seen[0].records >= 20);
    CHECK(seen[0].records <= 60);
    CHECK(seen[0].epoch >= 2);
    CHECK(seen[0].behind <= 8);
  });
}

}  // namespace
}  // namespace tidemark::stop_test
