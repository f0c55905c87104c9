// SPDX-License-Identifier: MIT
//
// Watching changes nothing: a run that is traced, counted and checked is the run that would have
// been.
#include <tidemark/core/error.hpp>
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/core/traffic.hpp>

#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/core/traces.hpp>
#include <tests/support.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <stdexcept>
#include <tuple>

namespace tidemark::watching_test {
namespace {

using Number = std::uint64_t;
using Numbers = Stream<Epoch, Number>;

/// One line for each activation: when, where, and what the operator saw. Thread: any.
class Schedule {
 public:
  void note(const std::string& op, Worker& worker, const Antichain<Epoch>& frontier,
            std::size_t records) {
    const auto now = worker.executor().now().time_since_epoch().count();
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::to_string(now) + ' ' + op + ' ' + std::to_string(worker.index()) + ' ' +
                     to_text(frontier) + ' ' + std::to_string(records));
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// Sums up what comes at each timestamp, and notes each activation.
Numbers sum(const Numbers& numbers, const std::string& id, auto pact, Schedule& schedule,
            Interest interest) {
  return unary<Number>(
      numbers, pact, "sum", id,
      [&schedule, &worker = numbers.scope->worker(), id, open = OpenTimes<Epoch, Number>{}](
          auto& in, auto& out) mutable {
        std::size_t records = 0;
        in.for_each([&](auto& batch) {
          records += batch.records.size();
          for (const Number number : batch) open.at(batch, out) += number;
        });
        schedule.note(id, worker, in.frontier(), records);
        open.release([&](const auto& at, Number total) { out.at(at).give(total); }, in.frontier());
      },
      interest);
}

/// A segment of operators with different interests, and between two exchanges one that forwards.
void build(Scope<Epoch>& scope, Schedule& schedule, tests::Arrivals<Number>& arrivals) {
  Numbers numbers = tests::rounds(scope, 6, tests::numbers(40));
  numbers = sum(numbers, "first", tests::by_hash(), schedule, Interest::when_due);
  numbers = sum(numbers, "second", Pipeline{}, schedule, Interest::when_holding);
  numbers = sum(numbers, "third", Pipeline{}, schedule, Interest::always);
  numbers = sum(numbers, "fourth", tests::by_value(), schedule, Interest::when_due);
  tests::collect(numbers, Pipeline{}, arrivals);
}

struct Seen {
  std::vector<std::string> schedule;
  std::multiset<std::pair<Epoch, Number>> results;
  friend bool operator==(const Seen&, const Seen&) = default;
};

Seen run(const Config& config) {
  Schedule schedule;
  tests::Arrivals<Number> arrivals;
  tests::run_to_end(config, [&](Scope<Epoch>& scope) { build(scope, schedule, arrivals); });
  Seen seen{schedule.lines(), {}};
  for (const auto& [time, number, worker] : arrivals.all()) seen.results.emplace(time, number);
  return seen;
}

/// What can be watched, each by itself and all of it.
template <typename Check>
void for_each_watcher(const Config& config, Check check) {
  for (const bool traced : {false, true})
    for (const bool counted : {false, true})
      for (const bool checked : {false, true}) {
        Trace trace;
        Traffic traffic;
        Config watched = config;
        watched.trace = traced ? &trace : nullptr;
        watched.traffic = counted ? &traffic : nullptr;
        watched.check = checked;
        INFO((traced ? "traced " : "")
             << (counted ? "counted " : "") << (checked ? "checked" : ""));
        check(watched);
      }
}

TEST_CASE("with the same seed the same operators run, whoever watches", "[watching]") {
  std::vector<Config> configs;
  for (const std::uint32_t workers : {1u, 3u, 20u}) {  // 20 of them share batches
    for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
      for (std::uint64_t seed = 0; seed != 4; ++seed)
        configs.push_back({.workers = workers,
                           .executor = ExecutorKind::deterministic,
                           .seed = seed,
                           .ledgers = ledgers});
    for (const Config& protocol : tests::protocols(workers)) configs.push_back(protocol);
    configs.push_back(configs.back());
    configs.back().turn = std::chrono::microseconds(1);  // so that it matters when
  }
  for (Config& config : configs) {
    INFO(tests::to_text(config));
    config.check = false;
    const Seen unwatched = run(config);
    REQUIRE(unwatched.schedule.size() >= 10);
    for_each_watcher(config, [&](const Config& watched) { CHECK(run(watched) == unwatched); });
  }
}

TEST_CASE("on threads the results are the same, whoever watches", "[watching]") {
  for (const ExecutorKind kind : tests::executors())
    for (const std::uint32_t workers : {2u, 40u}) {
      const Config config{.workers = workers, .threads = 2, .executor = kind, .check = false};
      INFO(tests::to_text(config));
      const Seen unwatched = run(config);
      for_each_watcher(
          config, [&](const Config& watched) { CHECK(run(watched).results == unwatched.results); });
    }
}

/// What is on its way into one channel, in each prefix of a trace.
class Channel {
 public:
  void send(const TraceEvent& e, std::int64_t weight) {
    on_the_way_[{e.worker, e.peer, e.time}] += weight;
    at_[e.time] += weight;
  }
  void receive(const TraceEvent& e, std::int64_t weight) {
    CHECK((on_the_way_[{e.peer, e.worker, e.time}] -= weight) >= 0);
    at_[e.time] -= weight;
  }
  std::int64_t at(const Coordinates& time) { return at_[time]; }

 private:
  using Link = std::tuple<std::uint32_t, std::uint32_t, Coordinates>;  // from, to, time
  std::map<Link, std::int64_t> on_the_way_;
  std::map<Coordinates, std::int64_t> at_;  // all links
};

TEST_CASE("any prefix of a trace is a consistent cut, on every executor", "[watching][trace]") {
  for (const ExecutorKind kind : tests::executors())
    for (const std::uint32_t workers : {2u, 5u, 40u}) {
      const bool shared = workers == 40;
      Trace trace;
      const Config config{.workers = workers, .threads = 2, .executor = kind, .trace = &trace};
      INFO(tests::to_text(config));
      tests::Arrivals<Number> arrivals;
      std::uint32_t input = 0;
      tests::run_to_end(config, [&](Scope<Epoch>& scope) {
        const Numbers numbers = tests::rounds(scope, 20, tests::numbers(200));
        tests::collect(numbers, tests::by_hash(), arrivals);
      });
      const TraceFile file = trace.read();
      TraceState state(file, 0);
      while (!file.dataflows().front().topology->is_target({input})) ++input;  // the only one

      std::map<Coordinates, std::int64_t> counts;  // at the input
      std::map<std::uint32_t, bool> runs;          // by worker
      std::map<std::uint32_t, Channel> channels;
      std::uint64_t sent = 0, received = 0;
      for (const TraceEvent& e : tests::events_of(file)) {
        state.apply(e);
        const auto weight = shared ? static_cast<std::int64_t>(e.records) : 1;
        if (e.kind == TraceEvent::Kind::batch) {
          for (const TraceEvent::Change& change : e.changes)
            if (change.location == input) counts[change.time] += change.diff;
        } else if (e.kind == TraceEvent::Kind::frontier) {
          std::vector<std::string> frontier;
          for (const Coordinates& time : e.frontier)
            frontier.push_back(file.text(file.dataflows().front(), time, {e.subject}));
          CHECK(frontier == state.snapshot().ports[e.subject].frontier);
        } else if (e.kind == TraceEvent::Kind::start || e.kind == TraceEvent::Kind::stop) {
          CHECK(std::exchange(runs[e.worker], e.kind == TraceEvent::Kind::start) ==
                (e.kind == TraceEvent::Kind::stop));
        } else if (e.kind == TraceEvent::Kind::send) {
          sent += e.records;
          channels[e.subject].send(e, weight);
          CHECK(channels[e.subject].at(e.time) <= counts[e.time]);  // what is on its way is counted
        } else if (e.kind == TraceEvent::Kind::receive) {
          received += e.records;
          channels[e.subject].receive(e, weight);  // what comes was sent
          CHECK(counts[e.time] > 0);               // and counts until its step is reported
        }
      }
      // And nothing is missing.
      CHECK(sent > 0);
      CHECK(sent == received);
      for (const auto& [time, count] : counts) CHECK(count == 0);
      for (const auto& [worker, is_running] : runs) CHECK_FALSE(is_running);
    }
}

TEST_CASE("the trace of a run that fails is a consistent cut, too", "[watching][trace][errors]") {
  for (const ExecutorKind kind : tests::executors())
    for (std::uint64_t seed = 0; seed != 10; ++seed) {
      Trace trace;
      const Config config{
          .workers = 5, .threads = 2, .executor = kind, .seed = seed, .trace = &trace};
      INFO(tests::to_text(config));
      std::atomic<Number> left{100 + 50 * seed};
      CHECK_THROWS_AS(tests::run_to_end(config,
                                        [&](Scope<Epoch>& scope) {
                                          sink(tests::rounds(scope, 20, tests::numbers(20)),
                                               tests::by_hash(), "fail", "", [&](auto& in) {
                                                 in.for_each([&](auto& batch) {
                                                   for (Number n : batch)
                                                     if (static_cast<void>(n), left-- == 0)
                                                       throw std::runtime_error("enough");
                                                 });
                                               });
                                        }),
                      StepError);
      Channel channel;
      for (const TraceEvent& e : tests::events_of(trace)) {
        if (e.kind == TraceEvent::Kind::send) channel.send(e, 1);
        if (e.kind == TraceEvent::Kind::receive) channel.receive(e, 1);
      }
      CHECK(trace.read().outcome() != "ended");
    }
}

}  // namespace
}  // namespace tidemark::watching_test
