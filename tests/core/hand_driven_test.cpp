// SPDX-License-Identifier: MIT
//
// Hand-driven programs: `execute`, `Worker::dataflow`, `step` and `step_while`, with more workers
// than threads. The first ones are the excerpts of HACKING.md, "Drive it by hand".
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <memory>

namespace tidemark::hand_driven_test {
namespace {

using Number = std::uint64_t;

/// An input and a probe on it, for the excerpts.
auto build(Scope<Epoch>& scope) {
  auto [input, numbers] = new_input<int>(scope);
  return std::pair{std::move(input), probe(numbers)};
}

TEST_CASE("the manual's program builds a dataflow while another runs", "[execute][manual]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("the manual's two dataflows");
    std::atomic<int> too_early{0};
    execute({.workers = 16, .threads = 2, .executor = kind}, [&](Worker& worker) {
      auto [input, probe] = worker.dataflow<Epoch>("first", build);
      input.send(1);
      input.advance_to(1);
      auto [other, other_probe] = worker.dataflow<Epoch>("second", build);
      other.advance_to(5);
      worker.step_while([&] { return probe.less_than(1) || other_probe.less_than(5); });
      if (probe.less_than(1) || other_probe.less_than(5)) too_early.fetch_add(1);
      if (other_probe.done()) too_early.fetch_add(1);
    });
    CHECK(too_early.load() == 0);
  }
}

TEST_CASE("the manual's program cancels a dataflow at all workers", "[execute][cancel][manual]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    tests::Watchdog watchdog("the manual's search");
    std::atomic<int> cancelled{0};
    const auto found = [](const Worker& worker, std::uint64_t round) {
      return worker.index() == 5 && round == 20;
    };
    execute({.workers = 7, .threads = 2, .executor = kind}, [&](Worker& worker) {
      const std::uint32_t search = worker.next_dataflow();
      auto [input, probe] = worker.dataflow<Epoch>("search", build);
      for (std::uint64_t round = 1; !probe.done(); ++round) {
        input.advance_to(round);
        if (found(worker, round)) worker.cancel(search);
        worker.step_while([&] { return probe.less_than(round); });
      }
      if (probe.cancelled()) cancelled.fetch_add(1);
    });
    CHECK(cancelled.load() == 7);
  }
}

TEST_CASE("the manual's program has a main loop of its own", "[embedded][manual]") {
  std::vector<int> events{3, 1, 2};
  Embedded embedded;
  auto [input, probe] = embedded.worker().dataflow<Epoch>(build);
  for (const int event : events) {
    input.send(event);
    input.advance_to(input.time().value + 1);
    while (embedded.step()) {
    }
    CHECK_FALSE(probe.less_than(input.time()));
  }
  input.close();
  embedded.step_while([&] { return embedded.has_dataflows(); });
  CHECK(probe.done());
}

/// An input, and a probe on what has passed a step behind an exchange by hash. The step counts the
/// records in `passed`.
auto fed(Worker& worker, std::string id, tests::Arrivals<Number>& arrivals,
         std::atomic<Number>& passed) {
  return worker.dataflow<Epoch>(id, [&](Scope<Epoch>& scope) {
    auto [input, stream] = new_input<Number>(scope, id);
    auto counted = unary<Number>(stream, tests::by_hash(), "count", "", [&](auto& in, auto& out) {
      in.for_each([&](auto& batch) {
        passed.fetch_add(batch.records.size());
        out.at(batch).give_all(batch.records);
      });
    });
    tests::collect(counted, Pipeline{}, arrivals);
    return std::pair{std::move(input), probe(counted)};
  });
}

/// What each of `workers` sends in `rounds` rounds, with its round.
std::vector<std::pair<Number, Number>> expected(std::uint32_t workers, Number rounds) {
  std::vector<std::pair<Number, Number>> all;
  for (Number worker = 0; worker != workers; ++worker)
    for (Number round = 0; round != rounds; ++round) all.emplace_back(round, worker * 1000 + round);
  std::ranges::sort(all);
  return all;
}

TEST_CASE("execute gives what the closures have returned, by worker", "[execute]") {
  for (const ExecutorKind kind : tests::executors()) {
    INFO(tests::name_of(kind));
    struct Unusual {  // neither copied nor made without a value
      explicit Unusual(std::uint32_t w) : worker(std::make_unique<std::uint32_t>(w)) {}
      std::unique_ptr<std::uint32_t> worker;
    };
    const std::vector<Unusual> results =
        execute({.workers = 5, .threads = 2, .executor = kind}, [](Worker& worker) {
          worker.dataflow<Epoch>(build).first.close();
          return Unusual(worker.index());
        });
    REQUIRE(results.size() == 5);
    for (std::uint32_t w = 0; w != 5; ++w) CHECK(*results[w].worker == w);
    const auto odd = [](Worker& worker) { return worker.index() % 2 == 1; };
    CHECK(execute({.workers = 3, .threads = 2, .executor = kind}, odd) ==
          std::vector<bool>{false, true, false});
    const auto fails = [](Worker& worker) -> int {
      throw std::runtime_error(std::to_string(worker.index()));
    };
    CHECK_THROWS_AS(execute({.workers = 2, .threads = 2, .executor = kind}, fails), ClosureError);
  }
  static_assert(std::is_void_v<decltype(execute({}, [](Worker&) {}))>);
}

TEST_CASE("closures build dataflows while others run, each at its own pace", "[execute]") {
  for (const std::uint32_t workers : {1u, 2u, 7u, 16u})
    for (const Config& config : tests::configurations(workers, 20 / tests::slowdown)) {
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("dataflows built while others run: " + tests::to_text(config));
      tests::Arrivals<Number> by_itself;
      tests::Arrivals<Number> first;
      tests::Arrivals<Number> second;
      std::atomic<Number> first_passed{0};
      std::atomic<Number> second_passed{0};
      std::atomic<std::uint32_t> early{0};
      execute(config, [&](Worker& worker) {
        const Number me = worker.index() * Number{1000};
        worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
          tests::collect(tests::rounds(scope, 30, tests::numbers(2)), tests::by_hash(), by_itself);
        });
        for (std::uint32_t i = 0; i != worker.index() % 5; ++i) worker.step();
        auto [one, one_probe] = fed(worker, "first", first, first_passed);
        for (Number round = 0; round != 3; ++round) {
          one.send(me + round);
          one.advance_to(round + 1);
          worker.step_while([&] { return one_probe.less_than(one.time()); });
        }
        // From here on workers are in different dataflows: mail comes for some not built yet.
        for (std::uint32_t i = 0; i != 3 * (worker.index() % 2); ++i) worker.step();
        auto [two, two_probe] = fed(worker, "second", second, second_passed);
        for (Number round = 0; round != 5; ++round) {
          one.send(me + 3 + round);
          one.advance_to(round + 4);
          two.send(me + round);
          two.advance_to(round + 1);
          worker.step_while([&] { return two_probe.less_than(two.time()); });
          if (second_passed.load() < workers * (round + 1)) early.fetch_add(1);
        }
        one.close();
        worker.step_while([&] { return !one_probe.done(); });
        if (two_probe.done()) early.fetch_add(1);
      });
      CHECK(by_itself.all().size() == workers * 30 * 2);
      CHECK(first.sorted() == expected(workers, 8));
      CHECK(second.sorted() == expected(workers, 5));
      for (const auto* arrivals : {&by_itself, &first, &second})
        CHECK(arrivals->complaints().empty());
      CHECK(early.load() == 0);
    }
}

TEST_CASE("closures that step without waiting let the others run", "[execute]") {
  for (const std::uint32_t workers : {2u, 7u, 16u})
    for (const Config& config : tests::configurations(workers, 3)) {
      if (tests::slowdown != 1 && workers == 16) continue;  // takes a minute
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("loops of steps: " + tests::to_text(config));
      tests::Arrivals<Number> arrivals;
      std::atomic<Number> passed{0};
      execute(config, [&](Worker& worker) {
        auto [input, probe] = fed(worker, "numbers", arrivals, passed);
        for (Number round = 0; round != 3; ++round) {
          input.send(worker.index() * Number{1000} + round);
          input.advance_to(round + 1);
          while (probe.less_than(input.time())) worker.step();
        }
        input.close();
        while (worker.has_dataflows()) worker.step();
      });
      CHECK(arrivals.sorted() == expected(workers, 3));
      CHECK(arrivals.complaints().empty());
    }
}

TEST_CASE("closures that always have more to do let the others run", "[execute][cancel]") {
  for (const std::uint32_t workers : {2u, 7u, 16u})
    for (const Config& config : tests::configurations(workers, 3)) {
      if (config.ledgers == Ledgers::per_worker) continue;  // the same, only slower
      INFO(tests::to_text(config));
      tests::Watchdog watchdog("endless sources: " + tests::to_text(config));
      std::atomic<std::uint32_t> cancelled{0};
      execute(config, [&](Worker& worker) {
        auto probe = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
          return tidemark::probe(tests::rounds(scope, Number{1} << 40,
                                               [](auto...) { return std::vector<Number>{1}; }));
        });
        if (worker.index() + 1 == worker.peers()) worker.cancel(0);  // the last to begin
        worker.step_while([&] { return !probe.done(); });
        if (probe.cancelled()) cancelled.fetch_add(1);
      });
      CHECK(cancelled.load() == workers);
    }
}

/// All workers meet `rounds` times; the number of times that one went on too early.
Number meet(const Config& config, Number rounds) {
  std::atomic<Number> arrivals{0};
  std::atomic<Number> early{0};
  execute(config, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
      auto [handle, nothing] = new_input<int>(scope);
      return std::pair{std::move(handle), tidemark::probe(nothing)};
    });
    for (Number round = 1; round <= rounds; ++round) {
      arrivals.fetch_add(1);
      input.advance_to(round);
      worker.step_while([&] { return probe.less_than(round); });
      if (arrivals.load() < round * worker.peers()) early.fetch_add(1);
    }
  });
  CHECK(arrivals.load() == rounds * config.workers);
  return early.load();
}

TEST_CASE("hundreds of closures on two threads meet round after round", "[execute][barrier]") {
  struct Meeting {
    Config config;
    Number rounds;
  };
  using enum ExecutorKind;
  const Number slow = tests::slowdown;
  for (auto& [config, rounds] : std::vector<Meeting>{
           {{.workers = 16, .executor = threads}, 10'000},
           {{.workers = 64, .executor = threads}, 500 / slow},
           {{.workers = 64, .executor = tbb}, 10'000 / slow},
           {{.workers = 512, .executor = tbb}, 10'000 / (slow * slow)},
           {{.workers = 64, .executor = deterministic}, 200 / slow},
           {{.workers = 512, .executor = deterministic}, 4},
           // A ledger each costs as many times as there are workers.
           {{.workers = 16, .executor = threads, .ledgers = Ledgers::per_worker}, 400 / slow},
           {{.workers = 64, .executor = tbb, .ledgers = Ledgers::per_worker}, 40 / slow}}) {
    if (config.executor == tbb && !tests::with_tbb) continue;
    config.threads = 2;
    INFO(tests::to_text(config));
    tests::Watchdog watchdog("a barrier: " + tests::to_text(config));
    CHECK(meet(config, rounds) == 0);
  }
}

}  // namespace
}  // namespace tidemark::hand_driven_test
