// SPDX-License-Identifier: MIT
//
// The virtual network: when messages come and in which order, and what a broken one does to a run.
#include <tidemark/core/error.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/reports/virtual_network.hpp>
#include <tidemark/core/run.hpp>

#include <tests/core/networks.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/safety_flow.hpp>
#include <tests/support.hpp>

#include <chrono>

namespace tidemark::network_test {
namespace {

using namespace std::chrono_literals;
using Kind = VirtualNetwork::Kind;

/// A network on an executor of its own, and a log of what has come.
class Wires {
 public:
  explicit Wires(NetworkOptions options, std::uint64_t seed = 0)
      : executor_(make_deterministic_executor(seed)),
        network_(std::move(options), seed, *executor_) {}

  struct Arrival {
    int message = 0;
    std::uint32_t from = 0;
    std::chrono::nanoseconds when{};
    friend bool operator==(const Arrival&, const Arrival&) = default;
  };

  /// Between two processes, each with one station.
  void send(int message, std::uint64_t bytes = 0, std::uint32_t from = 0, std::uint32_t to = 1,
            Kind kind = Kind::progress) {
    network_.send({kind, from, to, from, to}, bytes, [this, message, from] {
      arrivals_.push_back({message, from, executor_->now() - Clock::time_point{}});
    });
    network_.depart();
  }
  void send_at(std::chrono::nanoseconds when, int message) {
    timers_.call_at(Clock::time_point{} + when, [this, message] { send(message); });
  }

  /// Has everything delivered.
  const std::vector<Arrival>& deliver() {
    timers_.call_at(Clock::time_point{} + std::chrono::hours(1), [this] { executor_->stop(); });
    executor_->serve();
    return arrivals_;
  }
  std::vector<int> messages() {
    std::vector<int> all;
    for (const Arrival& arrival : deliver()) all.push_back(arrival.message);
    return all;
  }

 private:
  std::unique_ptr<Executor> executor_;
  VirtualNetwork network_;
  std::vector<Arrival> arrivals_;
  Timers timers_{*executor_};
};

TEST_CASE("a message comes after the latency and when its bytes have passed", "[network]") {
  Wires wires({.link = {.latency = 5ms, .bandwidth = 1000}});  // a byte in a millisecond
  wires.send(1, 10);
  wires.send(2, 20);
  wires.send_at(100ms, 3);
  CHECK(wires.deliver() == std::vector<Wires::Arrival>{{1, 0, 15ms}, {2, 0, 35ms}, {3, 0, 105ms}});
}

TEST_CASE("a sender's messages come in order, those of different senders in any", "[network]") {
  bool overtaken = false;
  for (const auto& [name, options] : tests::networks())
    for (std::uint64_t seed = 0; seed != 10; ++seed) {
      INFO(name << ", seed " << seed);
      Wires wires(options, seed);
      for (int message = 0; message != 50; ++message)
        for (const std::uint32_t from : {1u, 2u, 3u}) wires.send(message, 10, from, 0);
      std::vector<int> next(4);
      for (const auto& [message, from, when] : wires.deliver()) {
        CHECK(message == next[from]++);
        for (const std::uint32_t other : {1u, 2u, 3u})
          if (next[other] > message + 1) overtaken = true;
      }
      CHECK(next == std::vector{0, 50, 50, 50});
    }
  CHECK(overtaken);
}

TEST_CASE("data and progress of one process may overtake each other", "[network]") {
  std::set<std::vector<int>> orders;
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    Wires wires({}, seed);
    wires.send(1, 0, 0, 1, Kind::progress);
    wires.send(2, 0, 0, 1, Kind::data);
    orders.insert(wires.messages());
  }
  CHECK(orders == std::set<std::vector<int>>{{1, 2}, {2, 1}});
}

TEST_CASE("jitter is at most what it is said to be", "[network]") {
  std::set<std::chrono::nanoseconds> delays;
  for (std::uint64_t seed = 0; seed != 100; ++seed) {
    Wires wires({.link = {.latency = 10us, .jitter = 5us}}, seed);
    wires.send(1);
    delays.insert(wires.deliver().front().when);
  }
  CHECK(delays.size() > 90);
  CHECK(*delays.begin() >= 10us);
  CHECK(*delays.begin() < 11us);
  CHECK(*delays.rbegin() <= 15us);
  CHECK(*delays.rbegin() > 14us);
}

TEST_CASE("in a stall nothing comes, and what waited comes at its end", "[network]") {
  for (const bool of_process : {false, true}) {
    const Stalls stalls{.every = 1ms, .length = 1ms};
    NetworkOptions options{.link = {.latency = 1ns}};
    (of_process ? options.process_stalls : options.link.stalls) = stalls;
    Wires wires(options, 3);
    constexpr int messages = 10'000;
    for (int message = 0; message != messages; ++message) wires.send_at(message * 1us, message);
    const std::vector<Wires::Arrival>& arrivals = wires.deliver();
    REQUIRE(arrivals.size() == messages);
    int late = 0;
    std::map<std::chrono::nanoseconds, int> at;
    for (const auto& [message, from, when] : arrivals) {
      ++at[when];
      if (when > message * 1us + 1ns) ++late;
    }
    // Half of the time on the average.
    CHECK(late > messages / 4);
    CHECK(late < messages * 3 / 4);
    // All that a stall has held back comes at once.
    for (const auto& [when, count] : at) late -= count > 1 ? count : 0;
    CHECK(late <= static_cast<int>(at.size()) / 100);
  }
}

TEST_CASE("a seed gives the same arrivals each time, and another seed others", "[network]") {
  const auto arrivals = [](std::uint64_t seed) {
    Wires wires({.link = {.latency = 1us, .jitter = 9us, .bandwidth = 1'000'000}}, seed);
    for (int message = 0; message != 20; ++message)
      wires.send(message, 7, static_cast<std::uint32_t>(message % 3), 3);
    return wires.deliver();
  };
  CHECK(arrivals(1) == arrivals(1));
  CHECK(arrivals(1) != arrivals(2));
}

TEST_CASE("a broken network loses, repeats and reorders as often as it is told", "[network]") {
  for (const LinkOptions& link : {LinkOptions{}, LinkOptions{.latency = 1us, .jitter = 1us}}) {
    const auto messages = [&](NetworkOptions options) {
      options.link = link;
      Wires wires(std::move(options), 7);
      for (int message = 0; message != 1000; ++message) wires.send(message);
      return wires.messages();
    };
    const std::vector<int> all = messages({});
    REQUIRE(all.size() == 1000);
    REQUIRE(std::ranges::is_sorted(all));

    const std::vector<int> rest = messages({.drop = 0.25});
    CHECK(std::ranges::is_sorted(rest));
    CHECK(rest.size() > 700);
    CHECK(rest.size() < 800);

    std::vector<int> doubled = messages({.duplicate = 0.25});
    CHECK(doubled.size() > 1200);
    CHECK(doubled.size() < 1300);
    CHECK(std::ranges::is_sorted(doubled));
    doubled.erase(std::unique(doubled.begin(), doubled.end()), doubled.end());
    CHECK(doubled == all);

    std::vector<int> mixed = messages({.reorder = 0.25});
    CHECK_FALSE(std::ranges::is_sorted(mixed));
    std::ranges::sort(mixed);
    CHECK(mixed == all);
  }
}

// Sends a record to each worker in each of `rounds` epochs, in one step, and moves on in another.
// So each record is reported before the right to send at its epoch is given up.
void send_slowly(Scope<Epoch>& scope, std::uint64_t rounds, tests::Arrivals<std::uint64_t>& to) {
  OperatorBuilder<Epoch> op(scope, "slow");
  auto [out, stream] = op.output<std::uint64_t>();
  op.build([&out = out, rounds, again = op.activator(), worker = scope.worker().index(),
            workers = scope.worker().peers(), &executor = scope.worker().process().executor(),
            capability = std::optional(op.initial_capability(0)), sent = false]() mutable {
    if (!capability) return;
    const std::uint64_t round = capability->time().value;
    if (std::exchange(sent, !sent)) {
      if (round + 1 == rounds) return capability.reset();
      capability->downgrade(round + 1);
    } else {
      for (std::uint64_t w = 0; w != workers; ++w) out.at(*capability).give(w);
      out.flush();
    }
    again.activate_at(executor.now() + (1 + worker) * 1us);
  });
  tests::collect(stream, tests::by_value(), to);
}

/// How runs on a network end. `led`: a batch came after its frontier.
struct Outcomes {
  int right = 0;
  int led = 0;
  int stuck = 0;
  int refused = 0;
};

Outcomes outcomes_on(NetworkOptions network, const std::string& policy) {
  constexpr std::uint64_t rounds = 10;
  network.link = {.latency = 2us, .jitter = 10us};
  Outcomes outcomes;
  for (std::uint64_t seed = 0; seed != 40 / tests::slowdown; ++seed) {
    tests::Arrivals<std::uint64_t> arrivals;
    bool ended = false;
    try {
      tests::run_to_end({.workers = 4,
                         .processes = 2,
                         .executor = ExecutorKind::deterministic,
                         .seed = seed,
                         .policy = make_policy(policy),
                         .network = network},
                        [&](Scope<Epoch>& scope) { send_slowly(scope, rounds, arrivals); });
      ended = true;
    } catch (const StuckError& error) {
      CHECK_THAT(error.what(), Catch::StartsWith("the run is stuck"));
      ++outcomes.stuck;
    } catch (const std::exception&) {
      ++outcomes.refused;
    }
    if (!arrivals.complaints().empty()) {
      ++outcomes.led;
    } else if (ended && arrivals.all().size() == 4 * 4 * rounds) {
      ++outcomes.right;
    }
  }
  return outcomes;
}

TEST_CASE("a broken network makes frontiers lead, or a run that is stuck and says so",
          "[network][safety][policy]") {
  constexpr int runs = 40 / tests::slowdown;
  int led_by_doubled = 0;
  for (const std::string& policy : policy_names()) {
    INFO(policy);
    CHECK(outcomes_on({}, policy).right == runs);

    // What is lost is counted for ever.
    const Outcomes dropped = outcomes_on({.drop = 0.1}, policy);
    CHECK(dropped.stuck == runs);
    CHECK(dropped.refused == 0);

    // What counts twice is never balanced; and a right that is given up twice hides another's.
    const Outcomes doubled = outcomes_on({.duplicate = 0.1}, policy);
    CHECK(doubled.stuck == runs);
    CHECK(doubled.refused == 0);
    led_by_doubled += doubled.led;

    // A right is given up before what was sent by it is counted.
    const Outcomes mixed = outcomes_on({.reorder = 0.3}, policy);
    CHECK(mixed.led > runs / 4);
    CHECK(mixed.refused == 0);
  }
  CHECK(led_by_doubled > 0);
}

}  // namespace
}  // namespace tidemark::network_test
