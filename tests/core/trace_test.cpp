// SPDX-License-Identifier: MIT
//
// The trace: any prefix is a consistent cut, and each line says what core/trace.hpp documents.
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/trace.hpp>

#include <nlohmann/json.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <limits>

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
        check(trace, config);
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
    for (const ProgressSnapshot& snapshot : snapshots)
      check_same_state(trace.state_at(snapshot.sequence), snapshot);
    for (const PortProgress& port :
         trace.state_at(std::numeric_limits<std::uint64_t>::max()).ports) {
      CHECK(port.counts.empty());
      CHECK(port.frontier.empty());
    }
  }
}

TEST_CASE("in every prefix of a trace no count is negative and no frontier has passed one",
          "[trace][safety]") {
  for_each_trace([](const Trace& trace, const Config& config) {
    if (config.ledgers == Ledgers::per_worker) return;  // there a count may be negative for a while
    std::uint64_t last = 0;
    for (const TraceEvent& event : trace.events()) last = std::max(last, event.sequence);
    for (std::uint64_t sequence = 1; sequence <= last; ++sequence)
      for (const PortProgress& port : trace.state_at(sequence).ports)
        for (const auto& [time, count] : port.counts) {
          INFO("after " << sequence << " batches: " << port.name << " at " << time);
          CHECK(count > 0);
          REQUIRE(port.frontier.size() == 1);
          CHECK(std::stoull(port.frontier.front()) <= std::stoull(time));
        }
  });
}

TEST_CASE("frontiers in a trace only move forward, each after the last of its batches", "[trace]") {
  for_each_trace([](const Trace& trace, const Config&) {
    std::map<std::uint32_t, Antichain<Epoch>> frontiers;
    std::uint64_t sequence = 1;
    for (const TraceEvent& event : trace.events()) {
      if (event.kind == TraceEvent::Kind::batch) CHECK(event.sequence == ++sequence);
      if (event.kind != TraceEvent::Kind::frontier) continue;
      CHECK(event.sequence == sequence);
      Antichain<Epoch> now;
      for (const std::string& time : event.frontier) now.insert(std::stoull(time));
      const auto [before, first] = frontiers.try_emplace(event.subject, Antichain<Epoch>{0});
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
  for_each_trace([&](const Trace& trace, const Config&) {
    for (const TraceEvent& event : trace.events()) {
      if (event.kind != TraceEvent::Kind::batch) continue;
      CHECK_FALSE(event.changes.empty());
      largest = std::max(largest, event.changes.size());
      for (std::size_t i = 0; i != event.changes.size(); ++i) {
        CHECK(event.changes[i].diff != 0);
        if (i != 0)
          CHECK(std::pair(event.changes[i - 1].location, std::stoull(event.changes[i - 1].time)) <
                std::pair(event.changes[i].location, std::stoull(event.changes[i].time)));
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
  const auto& changes = trace.events()[2].changes;
  REQUIRE(trace.events()[2].kind == TraceEvent::Kind::batch);
  CHECK(changes.size() == 36);
  CHECK(std::ranges::is_sorted(changes, {}, [](const auto& c) { return std::stoull(c.time); }));
}

TEST_CASE("each line of a written trace has the documented fields", "[trace]") {
  for_each_trace([](const Trace& trace, const Config& config) {
    std::ostringstream out;
    trace.write(out);
    std::istringstream lines(out.str());
    std::map<std::string, int> kinds;
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      const auto event = nlohmann::json::parse(line);
      const std::string kind = event.at("kind");
      ++kinds[kind];
      CHECK(event.at("seq").is_number_unsigned());
      CHECK(event.at("worker").get<std::uint32_t>() < config.workers);
      std::set<std::string> fields;
      for (const auto& [key, value] : event.items()) fields.insert(key);
      for (const char* common : {"seq", "kind", "worker"}) fields.erase(common);
      using Fields = std::set<std::string>;
      if (kind == "batch") {
        CHECK(fields == Fields{"changes"});
        for (const auto& change : event.at("changes")) {
          CHECK(change.at("at").is_number_unsigned());
          CHECK(change.at("time").is_string());
          CHECK(change.at("diff").is_number_integer());
          CHECK(change.size() == 3);
        }
      } else if (kind == "frontier") {
        CHECK(fields == Fields{"at", "frontier"});
        CHECK(event.at("frontier").is_array());
      } else if (kind == "start" || kind == "stop") {
        CHECK(fields == Fields{"op"});
      } else if (kind == "send") {
        CHECK(fields == Fields{"channel", "to", "time", "records"});
      } else {
        REQUIRE(kind == "receive");
        CHECK(fields == Fields{"channel", "from", "time", "records"});
      }
    }
    CHECK(count == trace.events().size());
    CHECK(kinds["start"] == kinds["stop"]);
    CHECK(kinds["send"] == kinds["receive"]);
    for (const char* kind : {"batch", "frontier", "start", "send"}) CHECK(kinds[kind] > 0);
  });
}

TEST_CASE("a timestamp that prints what is not UTF-8 is written as JSON all the same", "[trace]") {
  Trace trace;
  trace.record({.kind = TraceEvent::Kind::frontier, .frontier = {"\xff\"\n"}});
  std::ostringstream out;
  trace.write(out);
  const std::string text = out.str();
  CHECK(std::ranges::count(text, '\n') == 1);
  CHECK(nlohmann::json::parse(text).at("frontier").at(0) == "�\"\n");
}

TEST_CASE("a batch is received after it was sent, as it was sent", "[trace]") {
  for_each_trace([](const Trace& trace, const Config&) {
    using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::string, std::uint64_t>;
    std::map<Key, int> in_flight;
    for (const TraceEvent& e : trace.events()) {
      if (e.kind == TraceEvent::Kind::send) {
        ++in_flight[{e.subject, e.worker, e.peer, e.time, e.records}];
      } else if (e.kind == TraceEvent::Kind::receive) {
        CHECK(--in_flight[{e.subject, e.peer, e.worker, e.time, e.records}] >= 0);
      }
    }
    for (const auto& [key, count] : in_flight) CHECK(count == 0);
  });
}

TEST_CASE("nothing is traced unless it is asked for", "[trace]") {
  CHECK(Config{}.trace == nullptr);
  Trace trace;
  for (int flow = 0; flow != 2; ++flow) {
    tests::Arrivals<std::uint64_t> arrivals;
    execute({.executor = ExecutorKind::deterministic, .trace = &trace}, [&](Worker& worker) {
      worker.dataflow<Epoch>("first", [&](Scope<Epoch>& scope) { build(scope, arrivals); });
      worker.dataflow<Epoch>("second", [&](Scope<Epoch>& scope) { build(scope, arrivals); });
    });
    CHECK(trace.graph().name == "first");
    CHECK(trace.graph().nodes.size() == 3);
    CHECK(trace.state_at(0).ports.size() == 4);
  }
}

}  // namespace
}  // namespace tidemark::trace_test
