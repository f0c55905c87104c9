// SPDX-License-Identifier: MIT
//
// What a trace has besides the progress of a run: where capabilities come from, who was woken, what
// operators tell and what records are; and what is left out of it.
#include <tidemark/core/error.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <tuple>

namespace tidemark::trace_detail_test {
namespace {

using Kind = TraceEvent::Kind;
using Number = std::uint64_t;
using Numbers = Stream<Epoch, Number>;

void build(Scope<Epoch>& scope, tests::Arrivals<Number>& arrivals) {
  const Numbers held = tests::hold(
      tests::rounds(scope, 6, tests::numbers(20), "numbers"), tests::by_hash(),
      [](Number n) { return n % 3; }, arrivals);
  tests::collect(held, tests::by_value(), arrivals);
}

TraceFile recorded(Config config, TraceOptions options = {}) {
  Trace trace(std::move(options));
  config.trace = &trace;
  tests::Arrivals<Number> arrivals;
  tests::run_to_end(config, [&](Scope<Epoch>& scope) { build(scope, arrivals); });
  return trace.read();
}

TEST_CASE("a capability is born once, moves forward and goes once, and its parent was there",
          "[trace][capability]") {
  for (const ExecutorKind kind : tests::executors())
    for (std::uint64_t seed = 0; seed != 5; ++seed) {
      const TraceFile file = recorded({.workers = 3, .threads = 2, .executor = kind, .seed = seed});
      std::map<std::uint64_t, TraceEvent> living;
      std::set<std::uint64_t> born;
      for (const TraceEvent& event : tests::events_of(file)) {
        if (event.kind == Kind::mint) {
          CHECK(born.insert(event.capability).second);
          if (event.parent != 0) {
            REQUIRE(living.contains(event.parent));
            CHECK(living[event.parent].subject == event.subject);
            CHECK(less_equal(living[event.parent].time, event.time));
          }
          living[event.capability] = event;
        } else if (event.kind == Kind::downgrade) {
          REQUIRE(living.contains(event.capability));
          CHECK(living[event.capability].worker == event.worker);
          CHECK(less_equal(living[event.capability].time, event.time));
          living[event.capability].time = event.time;
        } else if (event.kind == Kind::drop) {
          CHECK(living.erase(event.capability) == 1);
        }
      }
      CHECK(living.empty());
      CHECK(born.size() > 3);
    }
}

TEST_CASE("what a ledger counts of capabilities is what is alive, after every report",
          "[trace][capability]") {
  for (const ExecutorKind kind : tests::executors())
    for (std::uint64_t seed = 0; seed != 5; ++seed) {
      const TraceFile file = recorded({.workers = 3, .threads = 2, .executor = kind, .seed = seed});
      const Topology<Coordinates>& topology = *file.dataflows().front().topology;
      TraceState state(file, 0);
      using Held = std::map<std::tuple<std::uint32_t, std::uint32_t, Coordinates>, std::int64_t>;
      Held counted, alive;  // by worker, location and time
      for (const auto& initial : file.dataflows().front().initial)
        for (std::uint32_t w = 0; w != 3; ++w)
          counted[{w, initial.location.value, Coordinates::minimum()}] += initial.count / 3;
      std::map<std::uint64_t, std::tuple<std::uint32_t, std::uint32_t, Coordinates>> places;
      const auto without_zeros = [](Held held) {
        std::erase_if(held, [](const auto& each) { return each.second == 0; });
        return held;
      };
      std::map<std::uint32_t, bool> has_told;  // by worker
      for (const TraceEvent& event : tests::events_of(file)) {
        if (event.kind == Kind::mint) {
          const std::tuple at(event.worker, event.subject, event.time);
          ++alive[places[event.capability] = at];
        } else if (event.kind == Kind::downgrade) {
          auto& place = places[event.capability];
          --alive[place];
          ++alive[place = {event.worker, event.subject, event.time}];
        } else if (event.kind == Kind::drop) {
          --alive[places[event.capability]];
        } else if (event.kind == Kind::batch) {
          for (const TraceEvent::Change& change : event.changes)
            if (!topology.is_target({change.location}))
              counted[{event.worker, change.location, change.time}] += change.diff;
          has_told[event.worker] = true;
          const auto of_worker = [&](const Held& held) {
            Held its;
            for (const auto& [at, count] : without_zeros(held))
              if (std::get<0>(at) == event.worker) its[at] = count;
            return its;
          };
          CHECK(of_worker(counted) == of_worker(alive));
        }
      }
      CHECK(has_told.size() == 3);
      CHECK(without_zeros(counted) == without_zeros(alive));
    }
}

TEST_CASE("an operator that is woken from outside is run, and the trace says who woke it",
          "[trace]") {
  for (const ExecutorKind kind : tests::executors()) {
    const TraceFile file = recorded({.workers = 2, .threads = 2, .executor = kind});
    std::set<std::pair<std::uint32_t, std::uint32_t>> woken;  // worker, operator
    std::size_t wakes = 0;
    for (const TraceEvent& event : tests::events_of(file)) {
      if (event.kind == Kind::wake) {
        woken.emplace(event.worker, event.subject);
        ++wakes;
      }
      if (event.kind == Kind::start) woken.erase({event.worker, event.subject});
    }
    CHECK(wakes >= 10);  // tests::rounds goes on by its activator
    CHECK(woken.empty());
  }
}

TEST_CASE("an operator tells events in columns of its own", "[trace]") {
  Trace trace;
  tests::run_to_end({.workers = 2, .executor = ExecutorKind::deterministic, .trace = &trace},
                    [](Scope<Epoch>& scope) {
                      OperatorBuilder<Epoch> op(scope, "teller", "");
                      op.output<int>();
                      op.build([told = op.notes({"seen",
                                                 {{"number"},
                                                  {"text", NamedEvents::Type::text},
                                                  {"time", NamedEvents::Type::time}}}),
                                capability = std::optional(op.initial_capability(0)),
                                worker = scope.worker().index()]() mutable {
                        if (!capability) return;
                        if (told)
                          told.tell({std::int64_t{-7} - worker, std::string("caf\xE9"),
                                     EventTime(std::chrono::seconds(1))});
                        capability.reset();
                      });
                    });
  const TraceFile file = trace.read();
  REQUIRE(file.named_events().size() == 1);
  CHECK(file.named_events().front().name == "seen");
  CHECK(file.named_events().front().columns.size() == 3);
  std::multiset<std::int64_t> numbers;
  for (const TraceEvent& event : tests::events_of(file))
    if (event.kind == Kind::note) {
      REQUIRE(event.values.size() == 3);
      numbers.insert(static_cast<std::int64_t>(event.values[0]));
      CHECK_THAT(file.text(event.values[1]), Catch::StartsWith("caf"));
      CHECK(event.values[2] == 1'000'000'000);
      CHECK(file.dataflows().front().operators[event.subject].name == "teller");
    }
  CHECK(numbers == std::multiset<std::int64_t>{-8, -7});
}

TEST_CASE("two kinds of events with one name and other columns are refused", "[trace][error]") {
  Trace trace;
  CHECK_THROWS_WITH(tests::run_to_end({.executor = ExecutorKind::deterministic, .trace = &trace},
                                      [](Scope<Epoch>& scope) {
                                        OperatorBuilder<Epoch> op(scope, "teller", "");
                                        op.build([one = op.notes({"seen", {{"number"}}}),
                                                  other = op.notes({"seen", {{"size"}}})] {
                                          one.tell({std::int64_t{1}});
                                          other.tell({std::int64_t{1}});
                                        });
                                      }),
                    Catch::Contains("two kinds of events have the name 'seen'"));
}

TEST_CASE("the first records of each batch are text, as many as were asked for", "[trace]") {
  for (const std::uint32_t workers : {2u, 20u}) {  // 20 of them share batches
    const TraceFile file =
        recorded({.workers = workers, .executor = ExecutorKind::deterministic}, {.records = 2});
    std::size_t texts = 0;
    for (const TraceEvent& event : tests::events_of(file)) {
      if (event.kind == Kind::receive) CHECK(event.values.empty());
      if (event.kind != Kind::send) continue;
      CHECK(event.values.size() == std::min<std::uint64_t>(2, event.records));
      for (const std::uint64_t text : event.values) {
        CHECK(file.text(text).find_first_not_of("0123456789") == std::string::npos);
        ++texts;
      }
    }
    CHECK(texts > 0);
  }
}

TEST_CASE("texts are written when there are many, and none is lost", "[trace]") {
  Trace trace;
  std::uint64_t now = 0;
  trace.begin({.executor = "threads"}, [&] { return ++now; });
  const std::size_t begun = trace.bytes().size();
  const std::string text(100'000, 'x');
  for (std::uint64_t n = 0; n != 50; ++n) CHECK(trace.add_text(std::to_string(n) + text) == n);
  const std::size_t before_the_end = trace.bytes().size();
  trace.end("ended");
  CHECK(before_the_end > begun + 1000);  // though there was no event
  for (std::uint64_t n = 0; n != 40; ++n) CHECK(trace.read().text(n) == std::to_string(n) + text);
}

TEST_CASE("from a time on a trace has the same events, with the counts before them", "[trace]") {
  // What goes from one process to another takes its time, so that the run has a middle.
  const Config config{.workers = 3,
                      .processes = 3,
                      .executor = ExecutorKind::deterministic,
                      .seed = 4,
                      .network = {.link = {.latency = std::chrono::microseconds(100)}}};
  const TraceFile whole = recorded(config);
  const std::vector<TraceEvent> all = tests::events_of(whole);
  const std::uint64_t middle = all[all.size() / 2].clock;
  const TraceFile part = recorded(config, {.from = std::chrono::nanoseconds(middle)});
  REQUIRE(part.first() > 1);
  CHECK(part.events() == whole.events());
  CHECK(part.run().from == middle);
  TraceState of_whole(whole, 0), of_part(part, 0);
  part.for_each(part.first(), part.events(), [&](std::uint64_t number, const TraceEvent* event) {
    CHECK(*event == all[number - 1]);
    CHECK(event->clock >= middle);
    of_whole.advance_to(number);
    of_part.advance_to(number);
    const ProgressSnapshot a = of_whole.snapshot(), b = of_part.snapshot();
    for (std::size_t l = 0; l != a.ports.size(); ++l)
      CHECK(a.ports[l].frontier == b.ports[l].frontier);
    return true;
  });
}

TEST_CASE("of a run that ends before a trace begins there are the counts", "[trace]") {
  const TraceFile file = recorded({.workers = 2, .executor = ExecutorKind::deterministic},
                                  {.from = std::chrono::hours(1)});
  CHECK(tests::events_of(file).empty());
  CHECK(file.outcome() == "ended");
  TraceState state(file, 0);
  for (const PortProgress& port : state.snapshot().ports) CHECK(port.frontier.empty());
}

TEST_CASE("of the steps that are left out there is what the ledgers did, and no more", "[trace]") {
  const Config config{.workers = 3, .executor = ExecutorKind::deterministic};
  const TraceFile whole = recorded(config), part = recorded(config, {.only = {"numbers"}});
  CHECK(part.run().only == std::vector<std::string>{"numbers"});
  const auto count = [](const TraceFile& file, Kind kind) {
    return std::ranges::count(tests::events_of(file), kind, &TraceEvent::kind);
  };
  for (const Kind kind : {Kind::batch, Kind::frontier})
    CHECK(count(part, kind) == count(whole, kind));
  for (const Kind kind : {Kind::start, Kind::stop, Kind::send, Kind::mint}) {
    CHECK(count(part, kind) > 0);
    CHECK(count(part, kind) < count(whole, kind));
  }
  for (const TraceEvent& event : tests::events_of(part))
    if (event.kind == Kind::start)
      CHECK(part.dataflows().front().operators[event.subject].name == "numbers");
}

TEST_CASE("a run that does not move is told so once, on every executor with real time",
          "[explain]") {
  for (const ExecutorKind kind : tests::executors()) {
    if (kind == ExecutorKind::deterministic) continue;
    tests::Watchdog watchdog("a run that does not move");
    std::mutex mutex;  // guards the rest
    std::vector<Activator> bells;
    int told = 0;
    std::string port;
    Config config{.workers = 2, .threads = 2, .executor = kind};
    config.explain.still = std::chrono::milliseconds(1);
    config.explain.report = [&](const std::vector<Explanation>& explanations) {
      const std::lock_guard lock(mutex);
      ++told;
      for (const Explanation& each : explanations)
        if (!each.causes.empty()) port = each.causes.front().path.front().name;
      for (const Activator& bell : bells) bell.activate();  // whoever waits looks again
    };
    execute(config, [&](Worker& worker) {
      auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
        auto [handle, stream] = new_input<int>(scope);
        OperatorBuilder<Epoch> op(scope, "bell", "");
        op.input(stream, Pipeline{});
        {
          const std::lock_guard lock(mutex);
          bells.push_back(op.activator());
        }
        op.build([] {});
        return std::pair(std::move(handle), tidemark::probe(stream));
      });
      worker.step_while([&] {
        const std::lock_guard lock(mutex);
        return told == 0;  // and nobody advances the input
      });
      input.close();
      worker.step_while([&] { return !probe.done(); });
    });
    CHECK(told == 1);
    CHECK_THAT(port, Catch::StartsWith("input"));
  }
}

}  // namespace
}  // namespace tidemark::trace_detail_test
