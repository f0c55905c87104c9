// SPDX-License-Identifier: MIT
//
// The trace: any prefix is a consistent cut, and what is computed from it is what the run knew.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>

#include <map>
#include <tuple>

namespace tidemark::trace_test {
namespace {

using Counts = std::map<std::string, std::int64_t>;

Counts counts_of(const PortProgress& port) {
  Counts counts;
  for (const auto& [time, count] : port.counts) counts[time] = count;
  return counts;
}

void check_same_state(const ProgressSnapshot& a, const ProgressSnapshot& b) {
  CHECK(a.sequence == b.sequence);
  REQUIRE(a.ports.size() == b.ports.size());
  for (std::size_t l = 0; l != a.ports.size(); ++l) {
    INFO(a.ports[l].name);
    CHECK(a.ports[l].name == b.ports[l].name);
    CHECK(a.ports[l].is_target == b.ports[l].is_target);
    CHECK(counts_of(a.ports[l]) == counts_of(b.ports[l]));
    CHECK(a.ports[l].frontier == b.ports[l].frontier);
  }
}

void build(Scope<Epoch>& scope, tests::Arrivals<std::uint64_t>& arrivals) {
  auto held = tests::hold(
      tests::rounds(scope, 6, tests::numbers(20)), tests::by_hash(),
      [](std::uint64_t n) { return n % 3; }, arrivals);
  tests::collect(held, tests::by_value(), arrivals);
}

/// Traces of many runs, on all executors.
template <typename Check>
void for_each_trace(const Check& check) {
  for (const ExecutorKind kind : tests::executors())
    for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
      for (std::uint64_t seed = 0; seed != 5; ++seed) {
        const Config config{
            .workers = 3, .threads = 2, .executor = kind, .seed = seed, .ledgers = ledgers};
        INFO(tests::to_text(config));
        tests::Arrivals<std::uint64_t> arrivals;
        Trace trace;
        Config traced = config;
        traced.trace = &trace;
        tests::run_to_end(traced, [&](Scope<Epoch>& scope) { build(scope, arrivals); });
        check(tests::Seen(trace), config);
      }
}

TEST_CASE("replaying a trace to an instant gives the ledger's state at that instant", "[trace]") {
  for (std::uint64_t seed = 0; seed != 10; ++seed) {
    Trace trace;
    std::vector<ProgressSnapshot> snapshots;
    execute({.workers = 3, .executor = ExecutorKind::deterministic, .seed = seed, .trace = &trace},
            [&](Worker& worker) {
              tests::Arrivals<std::uint64_t> arrivals;
              auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
                auto [handle, stream] = new_input<std::uint64_t>(scope);
                auto held = tests::hold(
                    stream, tests::by_value(), [](std::uint64_t n) { return n % 3; }, arrivals);
                return std::pair(std::move(handle), tidemark::probe(held));
              });
              const auto view = worker.process().dataflows().front();
              const auto look = [&] { snapshots.push_back(view->snapshot()); };
              for (std::uint64_t round = 0; round != 6; ++round) {
                for (std::uint64_t n = 0; n != 5; ++n) input.send(round * n);
                input.advance_to(round + 1);
                worker.step_while([&] { return look(), probe.less_than(round); });
              }
              input.close();
              worker.step_while([&] { return look(), !probe.done(); });
            });
    REQUIRE(snapshots.size() > 30);
    const tests::Seen seen(trace);
    for (const ProgressSnapshot& snapshot : snapshots)
      check_same_state(seen.state_at(snapshot.sequence).snapshot(), snapshot);
    for (const PortProgress& port : seen.state_at(seen.last()).snapshot().ports) {
      CHECK(port.counts.empty());
      CHECK(port.frontier.empty());
    }
  }
}

TEST_CASE("in every prefix of a trace no count is negative and no frontier has passed one",
          "[trace][safety]") {
  for_each_trace([](const tests::Seen& seen, const Config& config) {
    if (config.ledgers == Ledgers::per_worker) return;  // there a count may be negative for a while
    TraceState state(seen.file(), 0);
    for (const TraceEvent& event : seen.events()) {
      if (event.kind != TraceEvent::Kind::batch) continue;
      state.apply(event);
      for (const PortProgress& port : state.snapshot().ports)
        for (const auto& [time, count] : port.counts) {
          INFO("after " << state.sequence() << " batches: " << port.name << " at " << time);
          CHECK(count > 0);
          REQUIRE(port.frontier.size() == 1);
          CHECK(std::stoull(port.frontier.front()) <= std::stoull(time));
        }
    }
  });
}

TEST_CASE("frontiers in a trace only move forward, each after the last of its batches", "[trace]") {
  for_each_trace([](const tests::Seen& seen, const Config&) {
    std::map<std::uint32_t, Antichain<Coordinates>> frontiers;
    std::map<std::uint32_t, std::size_t> told_at;  // how many batches before
    std::size_t batches = 0;
    for (const TraceEvent& event : seen.events()) {
      if (event.ledger != 0) continue;
      if (event.kind == TraceEvent::Kind::batch) ++batches;
      if (event.kind != TraceEvent::Kind::frontier) continue;
      CHECK(std::exchange(told_at[event.subject], batches) < batches);
      Antichain<Coordinates> now;
      for (const Coordinates& time : event.frontier) now.insert(time);
      const auto [before, first] =
          frontiers.try_emplace(event.subject, Antichain<Coordinates>{Coordinates::minimum()});
      CHECK(before->second.dominates(now));
      CHECK(before->second != now);
      before->second = now;
    }
    CHECK(frontiers.size() >= 2);  // those that somebody reads
    for (const auto& [location, frontier] : frontiers) CHECK(frontier.empty());
  });
}

TEST_CASE("a batch of the trace holds each pointstamp once, in order, and no zero", "[trace]") {
  std::size_t largest = 0;
  for_each_trace([&](const tests::Seen& seen, const Config&) {
    for (const TraceEvent& event : seen.events()) {
      if (event.kind != TraceEvent::Kind::batch) continue;
      CHECK_FALSE(event.changes.empty());
      largest = std::max(largest, event.changes.size());
      for (std::size_t i = 0; i != event.changes.size(); ++i) {
        CHECK(event.changes[i].diff != 0);
        if (i != 0)
          CHECK(std::pair(event.changes[i - 1].location, event.changes[i - 1].time) <
                std::pair(event.changes[i].location, event.changes[i].time));
      }
    }
  });
  CHECK(largest > 3);
  // So many that the batch is compacted half way: what comes after that must be sorted in, too.
  Trace trace;
  tests::run_to_end({.executor = ExecutorKind::deterministic, .trace = &trace},
                    [](Scope<Epoch>& scope) {
                      OperatorBuilder<Epoch> op(scope, "spray");
                      op.output<int>();
                      op.build([kept = std::vector<Capability<Epoch>>(), again = op.activator(),
                                first = std::optional(op.initial_capability(0))]() mutable {
                        if (!first) return kept.clear();
                        for (int i = 40; i != 0; --i)
                          kept.push_back(first->delayed(static_cast<std::uint64_t>(i)));
                        for (int i = 0; i != 5; ++i) kept.pop_back();
                        first.reset();
                        again.activate();
                      });
                    });
  const std::vector<TraceEvent> events = tests::events_of(trace);
  const auto first = std::ranges::find(events, TraceEvent::Kind::batch, &TraceEvent::kind);
  REQUIRE(first != events.end());
  const TraceEvent& batch = *first;
  CHECK(batch.changes.size() == 36);
  CHECK(std::ranges::is_sorted(batch.changes, {}, [](const auto& c) { return c.time; }));
}

TEST_CASE("a batch is received after it was sent, as it was sent", "[trace]") {
  for_each_trace([](const tests::Seen& seen, const Config&) {
    using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, Coordinates, std::uint64_t>;
    std::map<Key, int> in_flight;
    for (const TraceEvent& e : seen.events()) {
      if (e.kind == TraceEvent::Kind::send) {
        ++in_flight[{e.subject, e.worker, e.peer, e.time, e.records}];
      } else if (e.kind == TraceEvent::Kind::receive) {
        CHECK(--in_flight[{e.subject, e.peer, e.worker, e.time, e.records}] >= 0);
      }
    }
    for (const auto& [key, count] : in_flight) CHECK(count == 0);
  });
}

TEST_CASE("what is computed from a trace is what each ledger published, at every event",
          "[trace]") {
  for_each_trace([](const tests::Seen& seen, const Config&) {
    const TracedDataflow& dataflow = seen.file().dataflows().front();
    std::vector<TraceState> states;
    for (std::uint32_t l = 0; l != dataflow.ledgers; ++l) states.emplace_back(seen.file(), 0, l);
    std::uint64_t published = 0;
    for (const TraceEvent& event : seen.events()) {
      for (TraceState& state : states) state.apply(event);
      if (event.kind != TraceEvent::Kind::frontier) continue;
      std::vector<std::string> frontier;
      for (const Coordinates& time : event.frontier)
        frontier.push_back(seen.text(time, event.subject));
      CHECK(states[event.ledger].snapshot().ports[event.subject].frontier == frontier);
      ++published;
    }
    CHECK(published != 0);
  });
}

TEST_CASE("what leaves a station arrives at another, once", "[trace]") {
  for_each_trace([](const tests::Seen& seen, const Config& config) {
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>, int> on_the_way;
    std::size_t departures = 0;
    for (const TraceEvent& e : seen.events()) {
      if (e.kind == TraceEvent::Kind::depart) ++on_the_way[{e.subject, e.peer, e.records}];
      if (e.kind == TraceEvent::Kind::depart) ++departures;
      if (e.kind == TraceEvent::Kind::arrive)
        CHECK(--on_the_way[{e.subject, e.peer, e.records}] >= 0);
    }
    CHECK((departures != 0) == (config.ledgers == Ledgers::per_worker));
    for (const auto& [key, count] : on_the_way) CHECK(count == 0);
  });
}

TEST_CASE("nothing is traced unless it is asked for", "[trace]") {
  CHECK(Config{}.trace == nullptr);
}

TEST_CASE("a trace holds every dataflow of its run, and no other run", "[trace]") {
  Trace trace;
  tests::Arrivals<std::uint64_t> arrivals;
  const Config config{.executor = ExecutorKind::deterministic, .trace = &trace};
  execute(config, [&](Worker& worker) {
    worker.dataflow<Epoch>("first", [&](Scope<Epoch>& scope) { build(scope, arrivals); });
    worker.dataflow<Epoch>("second", [&](Scope<Epoch>& scope) { build(scope, arrivals); });
  });
  const TraceFile file = trace.read();
  REQUIRE(file.dataflows().size() == 2);
  CHECK(file.dataflows()[1].graph.name == "second");
  for (std::uint32_t dataflow : {0u, 1u}) {
    TraceState state(file, dataflow);
    CHECK(state.snapshot().ports.size() == 4);
    state.advance_to(file.events());
    CHECK(state.sequence() > 1);
    for (const PortProgress& port : state.snapshot().ports) CHECK(port.frontier.empty());
  }
  CHECK_THROWS_WITH(execute(config, [](Worker&) {}), Catch::Contains("records one run"));
}

}  // namespace
}  // namespace tidemark::trace_test
