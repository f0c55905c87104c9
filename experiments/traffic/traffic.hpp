// SPDX-License-Identifier: MIT
//
// What do progress protocols send for a dataflow, and how does it grow with the workers?
//
// `tidemark traffic` prints the table for all built-in policies and three flows. One's own policy
// on a flow of one's own:
//
//     const Flow flow = make_flow("squares", "each worker sends a number", one_each,
//                                 [](auto numbers) { return numbers | map(square); });
//     const Setting setting{.workers = {2, 16, 128}};
//     std::cout << heading(setting)
//               << line(measure(flow, {"mine", std::make_shared<Mine>()}, setting));
//
// Runs go on virtual workers in virtual processes, with a ledger each, in virtual time: figures are
// exact, and the same on every machine.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/traffic.hpp>
#include <tidemark/progress/policy.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::traffic {

/// A dataflow that is run for some rounds: in each, all workers advance their inputs and wait until
/// the round is over everywhere.
struct Flow {
  std::string name;  ///< as the table has it
  std::string what;  ///< a line about it
  /// Runs it, and returns the time that the rounds took, of the executor.
  std::function<std::chrono::nanoseconds(const Config& config, std::uint64_t rounds)> run;
};

/// How many numbers each worker sends in a round, by the number of workers.
using RecordsPerRound = std::function<std::uint64_t(std::uint32_t workers)>;
/// One number from each worker, however many there are.
inline std::uint64_t one_each(std::uint32_t) {
  return 1;
}

/// The flow of `build`, which makes of a Stream<T, std::uint64_t>, at each worker, the stream
/// that ends a round. In a round worker w sends w, w + 1, w + 2 and so on. T is Epoch, or
/// Nested<Epoch, N> for N loops in each other.
template <typename T = Epoch, typename Build>
Flow make_flow(std::string name, std::string what, RecordsPerRound records, Build build) {
  auto run = [records = std::move(records), build = std::move(build)](const Config& config,
                                                                      std::uint64_t rounds) {
    std::chrono::nanoseconds taken{0};
    const std::uint64_t sent = records(config.workers);
    execute(config, [&](Worker& worker) {
      auto [input, probe] = worker.dataflow<T>([&](auto& scope) {
        auto [handle, numbers] = new_input<std::uint64_t>(scope);
        return std::pair(std::move(handle), tidemark::probe(build(numbers)));
      });
      const auto begin = worker.process().executor().now();
      for (std::uint64_t round = 0; round != rounds; ++round) {
        for (std::uint64_t n = 0; n != sent; ++n) input.send(worker.index() + n);
        input.advance_to(round + 1);
        worker.step_while([&] { return probe.less_than(round + 1); });
      }
      if (worker.index() == 0) taken = worker.process().executor().now() - begin;
    });
    return taken;
  };
  return {std::move(name), std::move(what), std::move(run)};
}

/// The flows of `tidemark traffic`: "loop", "exchange" and "idle".
const std::vector<Flow>& flows();

/// A policy, and who has a ledger.
struct Protocol {
  std::string name;                              ///< as the table has it
  std::shared_ptr<const ProgressPolicy> policy;  ///< null: direct
  Ledgers ledgers = Ledgers::per_process;        ///< who has one
};

/// Timely Dataflow's, "ledger per worker, direct", and each of `policy_names()`.
std::vector<Protocol> built_in_protocols();

/// With how many workers, for how long and over what network a flow is measured.
struct Setting {
  std::vector<std::uint32_t> workers{2, 16, 128};  ///< a run for each number, of at least 1
  std::uint32_t per_process = 8;  ///< workers; at least 1. There are 2 processes or more.
  std::uint64_t rounds = 10;      ///< of each run; at least 1
  std::chrono::nanoseconds latency = std::chrono::microseconds(100);  ///< between processes
  /// How long reports wait for others in an idle process.
  std::chrono::nanoseconds linger = std::chrono::microseconds(100);
  std::uint64_t seed = 1;  ///< of the order of events
};

/// What one number of workers has sent in all rounds.
struct Run {
  std::uint32_t workers = 0;          ///< in the run
  std::uint32_t processes = 0;        ///< over which they were spread
  std::uint64_t rounds = 1;           ///< Setting::rounds
  ProgressTraffic sent;               ///< between processes
  std::chrono::nanoseconds taken{0};  ///< by all rounds, in virtual time
  Traffic links;                      ///< all that was sent, by link

  ///@{
  /// What a round has sent between processes and, in virtual time, taken, on average.
  double batches_per_round() const { return per_round(sent.batches); }
  double updates_per_round() const { return per_round(sent.updates); }
  double bytes_per_round() const { return per_round(sent.bytes); }
  double microseconds_per_round() const { return per_round(taken.count()) / 1000; }
  ///@}

 private:
  template <typename N>
  double per_round(N total) const {
    return static_cast<double>(total) / static_cast<double>(rounds);
  }
};

/// One flow under one protocol.
struct Row {
  std::string flow;       ///< Flow::name
  std::string protocol;   ///< Protocol::name
  std::vector<Run> runs;  ///< in the order of `Setting::workers`

  /// The exponent of workers in updates per round: the slope of the straight line through the
  /// logarithms by least squares. None if a run has sent nothing, or all are of one size.
  std::optional<double> growth() const;
};

/// Runs the flow once for each number of workers. Throws ConfigError for a setting that is none,
/// and what the run throws, as a DataflowError for a policy that leaves a ledger out.
Row measure(const Flow& flow, const Protocol& protocol, const Setting& setting);

///@{
/// The table of `tidemark traffic`: two lines that say what stands in it, and a line for each row.
std::string heading(const Setting& setting);
std::string line(const Row& row);
///@}

}  // namespace tidemark::traffic
