// SPDX-License-Identifier: MIT
//
// capture and replay in memory: the same stream again, at any number of workers, and no timestamp
// complete before every captured part has passed it.
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/captures/captured.hpp>
#include <tidemark/operators/ends/capture.hpp>
#include <tidemark/operators/ends/replay.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/routing/exchange.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/progress/mutable_antichain.hpp>
#include <tidemark/progress/nested.hpp>
#include <tidemark/progress/product.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/operators/captures.hpp>
#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <atomic>

namespace tidemark::capture_test {
namespace {

using tests::Number;
using Kept = Captured<Epoch, Number>;

TEST_CASE(
    "a replayed stream has the captured records at their timestamps, at any number of workers",
    "[capture]") {
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : tests::configurations(workers)) {
      INFO(tests::to_text(config));
      const Kept kept;
      const auto expected = tests::capture_numbers(config, kept);
      CHECK(expected.size() == workers * 5 * 6);
      CHECK(kept.parts() == workers);
      for (const std::uint32_t other : {1u, 2u, 7u})
        CHECK(tests::replay_numbers(tests::with_workers(config, other), kept) == expected);
    }
}

/// What is wrong about the events of one part; "" if nothing.
template <typename T, typename Item>
std::string fault_of(const std::vector<CaptureEvent<T, Item>>& events) {
  if (events.empty() ||
      events.front() != CaptureEvent<T, Item>{FrontierMove<T>{{{T::minimum(), 1}}}})
    return "it does not begin with the least timestamp";
  MutableAntichain<T> frontier;
  for (const auto& event : events) {
    if (const auto* batch = std::get_if<CapturedBatch<T, Item>>(&event)) {
      if (batch->records.empty()) return "an empty batch";
      if (!frontier.frontier().less_equal_to(batch->time)) return "a batch after its frontier";
    } else {
      const Antichain<T> before = frontier.frontier();
      for (const auto& [time, change] : std::get<FrontierMove<T>>(event).changes)
        frontier.update(time, change);
      if (&event != &events.front() && !before.dominates(frontier.frontier()))
        return "the frontier moved back";
      if (frontier.entries().size() != frontier.frontier().size()) return "not an antichain";
    }
  }
  return frontier.empty() ? "" : "the frontier is not empty at the end";
}

TEST_CASE("captured events are in order: batches before the frontier passes them", "[capture]") {
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : tests::configurations(workers)) {
      INFO(tests::to_text(config));
      const Kept kept;
      tests::capture_numbers(config, kept);
      for (std::uint32_t part = 0; part != workers; ++part)
        CHECK(fault_of<Epoch, Number>(kept.events(part)).empty());
    }
}

TEST_CASE("a replay follows a capture that goes on, and is never ahead of it", "[capture]") {
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : tests::configurations(workers)) {
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("a live replay: " + tests::to_text(config));
      const Kept kept;
      const Number rounds = 6;
      std::vector<std::atomic<Number>> reached(workers);
      std::atomic<int> ahead{0};
      tests::Arrivals<Number> arrivals;
      execute(config, [&](Worker& worker) {
        auto input = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          auto [handle, stream] = new_input<Number>(scope);
          stream | exchange([](Number n) { return n; }) | capture(kept);
          return std::move(handle);
        });
        auto probe = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          auto stream = replay<Number>(scope, "again", kept);
          tests::collect(stream, tests::by_value(), arrivals);
          return tidemark::probe(stream);
        });
        for (Number round = 0; round != rounds; ++round) {
          for (Number n = 0; n != 5; ++n) input.send(round * 100 + worker.index() * 10 + n);
          reached[worker.index()].store(round + 1);
          input.advance_to(round + 1);
          worker.step_while([&] { return probe.less_than(round + 1); });
          for (const auto& other : reached)
            if (other.load() < round + 1) ahead.store(1);
        }
      });
      CHECK(ahead.load() == 0);
      CHECK(arrivals.complaints().empty());
      CHECK(arrivals.all().size() == workers * rounds * 5);
      for (const auto& arrival : arrivals.all()) CHECK(arrival.time == arrival.item / 100);
    }
}

/// Writes a capture by hand and looks at the frontier of its replay, by one worker.
template <typename T>
class ByHand {
 public:
  using Writer = std::unique_ptr<CaptureWriter<T, int>>;
  explicit ByHand(std::uint32_t parts) {
    for (std::uint32_t p = 0; p != parts; ++p) {
      writers.push_back(kept.template open<T, int>(p, parts));
      writers.back()->move_frontier({{{T::minimum(), 1}}});
    }
  }

  /// Calls `body(frontier)`, where frontier() is that behind the replay when all is read.
  template <typename Body>
  void replayed(Body body) {
    execute({.executor = ExecutorKind::deterministic, .check = true}, [&](Worker& worker) {
      auto probe = worker.dataflow<T>(
          [&](auto& scope) { return tidemark::probe(replay<int>(scope, "again", kept)); });
      body([&] {
        while (worker.step()) {
        }
        return tests::text_of(probe.frontier());
      });
    });
  }

  Captured<T, int> kept;
  std::vector<Writer> writers;
};

TEST_CASE("a timestamp is complete when the last captured part has passed it, and not before",
          "[capture]") {
  ByHand<Epoch> hand(3);
  hand.replayed([&](auto frontier) {
    CHECK(frontier() == "{0}");
    hand.writers[0]->move_frontier({{{Epoch{4}, 1}, {Epoch{0}, -1}}});
    hand.writers[1]->move_frontier({{{Epoch{2}, 1}, {Epoch{0}, -1}}});
    CHECK(frontier() == "{0}");
    hand.writers[2]->move_frontier({{{Epoch{3}, 1}, {Epoch{0}, -1}}});
    CHECK(frontier() == "{2}");
    hand.writers[1]->move_frontier({{{Epoch{2}, -1}}});
    hand.writers[1]->close();
    CHECK(frontier() == "{3}");
    hand.writers[0]->write_batch(Epoch{7}, {1, 2});
    CHECK(frontier() == "{3}");
    for (const auto& [part, time] : {std::pair{2u, Epoch{3}}, {0u, Epoch{4}}}) {
      hand.writers[part]->move_frontier({{{time, -1}}});
      hand.writers[part]->close();
    }
    CHECK(frontier() == "{}");
  });
}

TEST_CASE("a captured frontier of several elements is replayed whole", "[capture]") {
  using Pair = Product<Epoch, Epoch>;
  ByHand<Pair> hand(2);
  hand.replayed([&](auto frontier) {
    hand.writers[0]->move_frontier({{{{0, 2}, 1}, {{1, 0}, 1}, {{0, 0}, -1}}});
    CHECK(frontier() == "{(0,0)}");
    hand.writers[1]->move_frontier({{{{0, 5}, 1}, {{0, 0}, -1}}});
    CHECK(frontier() == "{(0,2), (1,0)}");
    hand.writers[0]->move_frontier({{{{0, 2}, -1}}});
    CHECK(frontier() == "{(0,5), (1,0)}");
    hand.writers[0]->move_frontier({{{{1, 0}, -1}}});
    hand.writers[1]->move_frontier({{{{0, 5}, -1}}});
    for (const auto& writer : hand.writers) writer->close();
    CHECK(frontier() == "{}");
  });
}

TEST_CASE("what is no captured stream is refused with its place", "[capture][errors]") {
  using Moves = std::vector<std::vector<std::pair<Epoch, std::int64_t>>>;
  const auto error_of = [](const Moves& moves, std::vector<std::uint64_t> batches = {}) {
    const Captured<Epoch, int> kept;
    {
      const auto writer = kept.open<Epoch, int>(0, 1);
      for (const auto& move : moves) writer->move_frontier({move});
      for (const std::uint64_t time : batches) writer->write_batch(time, {1});
      writer->close();
    }
    try {
      execute({.executor = ExecutorKind::deterministic}, [&](Worker& worker) {
        worker.dataflow<Epoch>([&](Scope<Epoch>& scope) { replay<int>(scope, "again", kept); });
      });
    } catch (const StepError& error) {
      CHECK_THROWS_AS(std::rethrow_if_nested(error), CaptureError);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const std::string begin =
      "step 'again' failed on worker 0: cannot replay part 0 of a capture in memory, after ";
  CHECK(error_of({}) == begin + "0 events: it ends before its frontier is empty");
  CHECK(error_of({{{0, 1}}}) == begin + "1 events: it ends before its frontier is empty");
  CHECK(error_of({{{3, 1}}}) == begin + "1 events: it does not begin with the least timestamp");
  CHECK(error_of({{{0, 1}}, {{0, -1}}}) == "no error");
  CHECK(error_of({{{0, 1}}, {{0, -1}}}, {5}) ==
        begin + "3 events: something comes at 5, which its frontier has passed");
  CHECK(error_of({{{0, 1}}, {{4, 1}, {0, -1}}, {{3, 1}, {4, -1}}}) ==
        begin + "3 events: something comes at 3, which its frontier has passed");
  CHECK(error_of({{{0, 1}}, {{4, -1}}}) == begin + "2 events: its frontier cannot move so at 4");
  CHECK(error_of({}, {0}) ==
        begin + "1 events: something comes at 0, which its frontier has passed");
}

TEST_CASE("a capture whose run has failed is not replayed as if it were whole",
          "[capture][errors]") {
  for (const ExecutorKind kind : tests::executors()) {
    const Config config{.workers = 3, .threads = 2, .executor = kind};
    INFO(tests::to_text(config));
    tests::Watchdog watchdog("a capture that is not whole");
    const Kept kept;
    CHECK_THROWS_AS(tests::run_to_end(config,
                                      [&](Scope<Epoch>& scope) {
                                        auto stream = tests::rounds(scope, 1000, tests::numbers(2));
                                        tests::map_numbers(stream | capture(kept),
                                                           [](Number n) -> Number {
                                                             if (n == 3072)
                                                               throw std::runtime_error("enough");
                                                             return n;
                                                           });
                                      }),
                    StepError);
    CHECK_THROWS_WITH(
        tests::replay_numbers(config, kept),
        Catch::Contains("it is not whole, since its dataflow failed or was cancelled"));
  }
}

TEST_CASE("a capture in memory takes one stream, and is replayed only after that",
          "[capture][errors]") {
  const Config config{.workers = 2, .executor = ExecutorKind::deterministic};
  const Kept kept;
  CHECK_THROWS_WITH(tests::replay_numbers(config, kept),
                    "cannot replay a capture in memory: nobody captured to it");
  tests::capture_numbers(config, kept);
  CHECK_THROWS_WITH(tests::capture_numbers(config, kept),
                    "a capture in memory was captured into twice; give each its own");
}

TEST_CASE("a blueprint captures and replays, and may be described before it runs", "[capture]") {
  const Captured<Epoch, int> kept;
  Dataflow flow;
  input(flow, "numbers", TestingInput(std::vector{1, 2, 3})) | capture(kept) |
      output("out", tests::Discard{});
  flow.describe();
  CHECK(kept.parts() == 0);
  cluster_main(flow, tests::deterministic(3, 0));
  CHECK(kept.parts() == 3);
  CHECK(fault_of<Epoch, int>(kept.events(0)).empty());

  tests::Log<tests::InEpoch<int>> log;
  Dataflow again;
  tests::log_output(replay<int>(again, "again", kept), log);
  cluster_main(again, tests::deterministic(2, 0));
  CHECK(log.sorted() == std::vector<tests::InEpoch<int>>{{1, 1}, {1, 2}, {1, 3}});
}

TEST_CASE("a stream in a loop is captured and replayed with the loop's counters", "[capture]") {
  using Time = Nested<Epoch, 1>;
  using Inside = Nested<Epoch, 1, 1>;
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : tests::configurations(workers)) {
      INFO(tests::to_text(config));
      const Captured<Inside, Number> kept;
      execute(config, [&](Worker& worker) {
        auto input = worker.dataflow<Time>([&](auto& scope) {
          auto [handle, numbers] = new_input<Number>(scope);
          iterate(numbers, [&](auto again) {
            return again | exchange([](Number n) { return n; }) | capture(kept) |
                   filter([](Number n) { return n > 1; }) | [](auto stream) {
                     return fuse_in_place(stream, "halve", "", [](const auto&, auto& records) {
                       for (Number& n : records) n /= 2;
                     });
                   };
          });
          return std::move(handle);
        });
        for (Number round = 0; round != 3; ++round) {
          input.send(round * 50 + worker.index());
          input.advance_to(round + 1);
        }
      });
      std::multiset<std::pair<Inside, Number>> expected;
      for (Number round = 0; round != 3; ++round)
        for (Number w = 0; w != workers; ++w) {
          Number lap = 0;
          for (Number n = round * 50 + w;; n /= 2) {
            expected.emplace(Inside{round, lap++}, n);
            if (n <= 1) break;
          }
        }
      for (std::uint32_t part = 0; part != workers; ++part)
        CHECK(fault_of<Inside, Number>(kept.events(part)).empty());

      std::multiset<std::pair<Inside, Number>> replayed;
      std::mutex mutex;
      execute(tests::with_workers(config, 3), [&](Worker& worker) {
        worker.dataflow<Time>([&](auto& scope) {
          auto stream = replay<Number>(scope.add_loop("again"), "inside", kept);
          fuse_in_place(stream, "look", "", [&](const Inside& time, const auto& records) {
            const std::lock_guard lock(mutex);
            for (const Number n : records) replayed.emplace(time, n);
          });
        });
      });
      CHECK(replayed == expected);
    }
}

}  // namespace
}  // namespace tidemark::capture_test
