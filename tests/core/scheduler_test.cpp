// SPDX-License-Identifier: MIT
//
// Schedulers: whichever there is the results are the same, and what runs next is what it says.
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/replay.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/scheduler.hpp>
#include <tidemark/core/trace.hpp>

#include <tests/core/random_flow.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>

#include <functional>

namespace tidemark::scheduler_test {
namespace {

using tests::Number;
using tests::Numbers;

/// A scheduler of which each half is a function.
struct Own final : Scheduler {
  struct Operators final : OperatorOrder {
    std::size_t next(const ReadyOperators& ready) override { return choose(ready); }
    std::function<std::size_t(const ReadyOperators&)> choose;
  };
  struct Workers final : WorkerOrder {
    std::size_t next(std::span<const std::uint32_t> ready) override { return choose(ready); }
    std::function<std::size_t(std::span<const std::uint32_t>)> choose;
  };

  std::string name() const override { return "own"; }
  std::unique_ptr<OperatorOrder> operators_of(const ScheduledPart&) const override {
    if (!choose_operator) return nullptr;
    auto order = std::make_unique<Operators>();
    order->choose = choose_operator;
    return order;
  }
  std::unique_ptr<WorkerOrder> workers() const override {
    if (!choose_worker) return nullptr;
    auto order = std::make_unique<Workers>();
    order->choose = choose_worker;
    return order;
  }

  std::function<std::size_t(const ReadyOperators&)> choose_operator;
  std::function<std::size_t(std::span<const std::uint32_t>)> choose_worker;
};

std::shared_ptr<const Scheduler> choosing(
    std::function<std::size_t(const ReadyOperators&)> choose_operator) {
  auto own = std::make_shared<Own>();
  own->choose_operator = std::move(choose_operator);
  return own;
}

/// What arrives at the end of a random dataflow.
std::vector<std::pair<Number, Number>> results(Config config, std::uint64_t seed) {
  tests::Watchdog watchdog(tests::to_text(config));
  config.check = true;
  tests::Arrivals<Number> arrivals;
  tests::run_to_end(config, [&](Scope<Epoch>& scope) {
    const Numbers stream = tests::rounds(scope, 4, tests::numbers(6));
    tests::collect(tests::random_flow(stream, seed, arrivals), tests::by_value(), arrivals);
  });
  CHECK(arrivals.complaints() == std::vector<std::string>{});
  return arrivals.sorted();
}

TEST_CASE("results are the same whatever runs next", "[scheduler]") {
  for (std::uint64_t seed = 0; seed != 12; ++seed) {
    const auto expected =
        results({.workers = 3, .executor = ExecutorKind::deterministic, .seed = seed}, seed);
    for (const ExecutorKind executor : tests::executors())
      for (const std::string& name : scheduler_names())
        for (const Tuning& tuning : {Tuning{}, Tuning{1, 1, 1}, Tuning{3, 2, 100}}) {
          const Config config{.workers = 3,
                              .threads = 2,
                              .executor = executor,
                              .scheduler = make_scheduler(name, seed),
                              .tuning = tuning,
                              .seed = seed};
          INFO(tests::to_text(config) << ", scheduler " << name);
          CHECK(results(config, seed) == expected);
        }
  }
}

/// Chooses what has been ready for the shortest time.
std::shared_ptr<const Scheduler> last() {
  return choosing([](const ReadyOperators& ready) { return ready.size() - 1; });
}

TEST_CASE("results are the same if what became ready last always runs first", "[scheduler]") {
  const Config plain{.workers = 2, .executor = ExecutorKind::deterministic};
  Config config = plain;
  config.scheduler = last();
  CHECK(results(config, 5) == results(plain, 5));
}

TEST_CASE("who asks to run again and again while it waits keeps nobody waiting", "[scheduler]") {
  std::vector<std::shared_ptr<const Scheduler>> schedulers{nullptr, last()};
  for (const std::string& name : scheduler_names()) schedulers.push_back(make_scheduler(name, 3));
  for (const auto& scheduler : schedulers) {
    INFO((scheduler ? scheduler->name() : "none"));
    tests::Watchdog watchdog("a step that waits by running");
    Number seen = 0;
    tests::run_to_end({.executor = ExecutorKind::deterministic, .scheduler = scheduler},
                      [&](Scope<Epoch>& scope) {
                        const Numbers stream = tests::rounds(scope, 10, tests::numbers(2));
                        OperatorBuilder<Epoch> op(scope, "wait");
                        auto& in = op.input(tests::map_numbers(stream, [](Number n) { return n; }),
                                            Pipeline{});
                        op.build([&, again = op.reactivate()] {
                          in.for_each([&](auto& batch) { seen += batch.records.size(); });
                          if (seen < 20) again();
                        });
                      });
    CHECK(seen == 20);
  }
}

/// Two sources, one of them held at an early epoch, that meet in a step.
template <typename See>
void run_two_sources(const std::shared_ptr<const Scheduler>& scheduler, See see) {
  tests::run_to_end(
      {.executor = ExecutorKind::deterministic, .scheduler = scheduler}, [&](Scope<Epoch>& scope) {
        const auto source = [&](const std::string& name, Number epoch) {
          OperatorBuilder<Epoch> op(scope, name);
          auto [out, stream] = op.output<Number>();
          op.build([&out = out, epoch, first = std::optional(op.initial_capability(0))]() mutable {
            if (first) out.at(first->delayed(epoch)).give(epoch);
            first.reset();
          });
          return stream;
        };
        const auto step = [&](const Numbers& stream, const std::string& name) {
          return unary<Number>(stream, Pipeline{}, name, "", [see, name](auto& in, auto& out) {
            in.for_each([&](auto& batch) {
              see(name, batch.time.value);
              out.at(batch).give_all(batch.records);
            });
          });
        };
        const Numbers late = source("late", 7), early = source("early", 3);
        const Numbers late_1 = step(late, "late 1");
        const Numbers early_1 = step(early, "early 1");
        step(late_1, "late 2");
        step(early_1, "early 2");
      });
}

TEST_CASE("operators run in the order of the scheduler", "[scheduler]") {
  const auto order = [](const std::string& name) {
    std::vector<std::string> seen;
    run_two_sources(name.empty() ? nullptr : make_scheduler(name, 0),
                    [&seen](const std::string& step, Number) { seen.push_back(step); });
    return seen;
  };
  using Seen = std::vector<std::string>;
  CHECK(order("") == Seen{"late 1", "early 1", "late 2", "early 2"});
  CHECK(order("fifo") == Seen{"late 1", "early 1", "late 2", "early 2"});
  CHECK(order("earliest") == Seen{"early 1", "early 2", "late 1", "late 2"});
  CHECK(order("deepest") == Seen{"late 1", "late 2", "early 1", "early 2"});
}

// As in HACKING.md, "Change what runs next".
class FarthestBehind final : public Scheduler {
 public:
  std::string name() const override { return "farthest behind"; }
  std::unique_ptr<OperatorOrder> operators_of(const ScheduledPart&) const override {
    struct Order final : OperatorOrder {
      std::size_t next(const ReadyOperators& ready) override {
        std::size_t best = 0;
        for (std::size_t i = 1; i != ready.size(); ++i)
          if (rank(ready, i) < rank(ready, best)) best = i;
        return best;
      }
      static std::pair<std::uint64_t, std::uint32_t> rank(const ReadyOperators& ready,
                                                          std::size_t i) {
        const std::optional<Coordinates> time = ready.earliest(i);
        return {time ? coordinate(*time, 0) : 0, ~ready[i].depth};
      }
    };
    return std::make_unique<Order>();
  }
};

TEST_CASE("the scheduler of the manual catches up with what is farthest behind", "[scheduler]") {
  std::vector<std::string> seen;
  run_two_sources(std::make_shared<FarthestBehind>(),
                  [&seen](const std::string& step, Number) { seen.push_back(step); });
  CHECK(seen == std::vector<std::string>{"early 1", "early 2", "late 1", "late 2"});
}

TEST_CASE("a scheduler of one's own sees how deep operators stand and what they have to do",
          "[scheduler]") {
  std::map<std::uint32_t, std::pair<std::uint32_t, Number>> seen;  // depth, epoch; by operator
  std::map<std::uint32_t, std::size_t> queued;
  run_two_sources(choosing([&](const ReadyOperators& ready) {
                    for (std::size_t i = 0; i != ready.size(); ++i) {
                      if (i != 0) CHECK(ready[i - 1].since < ready[i].since);
                      queued[ready[i].op] = std::max(queued[ready[i].op], ready.queued(i));
                      if (const auto time = ready.earliest(i))
                        seen[ready[i].op] = {ready[i].depth, coordinate(*time, 0)};
                    }
                    return std::size_t{0};
                  }),
                  [](const std::string&, Number) {});
  CHECK(seen == std::map<std::uint32_t, std::pair<std::uint32_t, Number>>{
                    {0, {0, 0}}, {1, {0, 0}}, {2, {1, 7}}, {3, {1, 3}}, {4, {2, 7}}, {5, {2, 3}}});
  CHECK(queued ==
        std::map<std::uint32_t, std::size_t>{{0, 0}, {1, 0}, {2, 1}, {3, 1}, {4, 1}, {5, 1}});
}

TEST_CASE("a scheduler is told the operators of each part, and who sends to whom", "[scheduler]") {
  struct Told final : Scheduler {
    std::string name() const override { return "told"; }
    std::unique_ptr<OperatorOrder> operators_of(const ScheduledPart& part) const override {
      *told = part;
      return nullptr;
    }
    ScheduledPart* told = nullptr;
  };
  ScheduledPart told;
  const auto scheduler = std::make_shared<Told>();
  scheduler->told = &told;
  run_two_sources(scheduler, [](const std::string&, Number) {});
  CHECK(told.names ==
        std::vector<std::string>{"late", "early", "late 1", "early 1", "late 2", "early 2"});
  CHECK(told.to == std::vector<std::vector<std::uint32_t>>{{2}, {3}, {4}, {5}, {}, {}});
}

TEST_CASE("a loop is as deep as the way into it", "[scheduler]") {
  std::set<std::uint32_t> depths;
  tests::Arrivals<Number> arrivals;
  tests::run_to_end({.executor = ExecutorKind::deterministic,
                     .scheduler = choosing([&](const ReadyOperators& ready) {
                       depths.insert(ready[0].depth);
                       return std::size_t{0};
                     })},
                    [&](Scope<Epoch>& scope) {
                      tests::collect(tests::loop(tests::rounds(scope, 2, tests::numbers(1)), 6, 1),
                                     Pipeline{}, arrivals);
                    });
  CHECK(depths == std::set<std::uint32_t>{0, 1, 2});
}

TEST_CASE("workers of the deterministic executor run in the order of the scheduler",
          "[scheduler][deterministic]") {
  const auto turns = [](const std::shared_ptr<const Scheduler>& scheduler) {
    std::vector<std::uint32_t> order;
    execute({.workers = 3, .executor = ExecutorKind::deterministic, .scheduler = scheduler},
            [&](Worker& worker) {
              auto [input, probe] = worker.dataflow<Epoch>([](Scope<Epoch>& scope) {
                auto [handle, stream] = new_input<Number>(scope);
                return std::pair(std::move(handle), tidemark::probe(stream));
              });
              for (Number round = 0; round != 3; ++round) {
                order.push_back(worker.index());
                input.advance_to(round + 1);
                worker.step_while([&] { return probe.less_than(round + 1); });
              }
            });
    return order;
  };
  const auto own = std::make_shared<Own>();
  own->choose_worker = [](std::span<const std::uint32_t> ready) {
    return static_cast<std::size_t>(std::ranges::max_element(ready) - ready.begin());
  };
  CHECK(turns(own) == std::vector<std::uint32_t>{2, 1, 0, 0, 2, 1, 1, 2, 0});
  CHECK(turns(make_scheduler("fifo", 0)) == std::vector<std::uint32_t>{0, 1, 2, 2, 0, 1, 1, 0, 2});
  CHECK(turns(make_scheduler("random", 4)) == turns(make_scheduler("random", 4)));
  std::set<std::vector<std::uint32_t>> orders;
  for (std::uint64_t seed = 0; seed != 20; ++seed)
    orders.insert(turns(make_scheduler("random", seed)));
  CHECK(orders.size() > 3);
}

TEST_CASE("a choice among what is ready that is none ends the run with an error", "[scheduler]") {
  const auto beyond = choosing([](const ReadyOperators& ready) { return ready.size(); });
  CHECK_THROWS_WITH(run_two_sources(beyond, [](const std::string&, Number) {}),
                    "the scheduler chose operator 6 of 6 that are ready, counted from 0");
  const auto own = std::make_shared<Own>();
  own->choose_worker = [](std::span<const std::uint32_t> ready) { return ready.size(); };
  CHECK_THROWS_WITH(run_two_sources(own, [](const std::string&, Number) {}),
                    "the scheduler chose worker 1 of 1 that are ready, counted from 0");
}

TEST_CASE("a replay wants the scheduler and the tuning of its run", "[scheduler][replay]") {
  const auto run = [](Config config) {
    config.workers = 2;
    config.threads = 2;
    if (config.executor == ExecutorKind::tbb) config.executor = ExecutorKind::threads;
    tests::Arrivals<Number> arrivals;
    execute(config, [&](Worker& worker) {
      auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<Number>(scope);
        return std::pair(std::move(handle),
                         tidemark::probe(tests::random_flow(stream, 3, arrivals)));
      });
      for (Number n = 0; n != 100; ++n) input.send(n);
      input.close();
    });
  };
  const auto scheduler = make_scheduler("random", 9);
  const Tuning tuning{.batch_records = 4, .open_steps = 2};
  Trace first, second;
  run({.scheduler = scheduler, .tuning = tuning, .trace = &first});
  {
    Replay replay(first.read());
    run({.scheduler = scheduler, .tuning = tuning, .trace = &second, .replay = &replay});
  }
  CHECK(tests::require_same(first, second) > 100);
  Replay replay(first.read());
  CHECK_THROWS_WITH(run({.tuning = tuning, .replay = &replay}),
                    "the run that is to be replayed had the scheduler 'random 9', and this one was "
                    "given no scheduler");
  CHECK_THROWS_WITH(run({.scheduler = scheduler, .replay = &replay}),
                    "the run that is to be replayed had batches of 4 records and 2 open steps, and "
                    "this one was given 0 and 8");
}

}  // namespace
}  // namespace tidemark::scheduler_test
