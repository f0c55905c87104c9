// SPDX-License-Identifier: MIT
//
// tidemark traffic: what do progress protocols send, and how does it grow with the workers?
#include <tidemark/operators/file_error.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>
#include <tidemark/progress/policy.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "../write_file.hpp"
#include "flows.hpp"
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

using namespace traffic;

struct Options {
  std::vector<std::uint32_t> workers{2, 16, 128};
  std::uint32_t per_process = 8;
  std::uint64_t rounds = 10;
  std::uint64_t latency_us = 100;
  std::uint64_t linger_us = 100;
  std::uint64_t seed = 1;
  std::vector<std::string> flows;
  std::string json;
  std::string links;
};

/// One protocol, one flow, one number of workers; all figures are per round.
struct Cell {
  std::uint32_t workers = 0;
  std::uint32_t processes = 0;
  double batches = 0;
  double updates = 0;
  double bytes = 0;
  double microseconds = 0;
};

struct Row {
  std::string flow;
  std::string protocol;
  std::vector<Cell> cells;

  /// The exponent of workers in updates per round: the slope of the straight line through the
  /// logarithms by least squares. None if something is not positive, or there is one point only.
  std::optional<double> growth() const {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (const Cell& cell : cells) {
      if (cell.updates <= 0) return std::nullopt;
      const double a = std::log(cell.workers), b = std::log(cell.updates);
      n += 1, x += a, y += b, xx += a * a, xy += a * b;
    }
    const double spread = n * xx - x * x;
    if (spread <= 0) return std::nullopt;
    return (n * xy - x * y) / spread;
  }
};

/// A policy, and whether each worker has a ledger, as in Timely Dataflow, or each process.
struct Protocol {
  std::string name;
  std::string policy;
  Ledgers ledgers;
};

std::vector<Protocol> protocols() {
  std::vector<Protocol> all{{"ledger per worker, direct", "direct", Ledgers::per_worker}};
  for (const std::string& policy : policy_names())
    all.push_back({policy, policy, Ledgers::per_process});
  return all;
}

/// Adds the links that a run has used to `table`.
void list_links(const Traffic& traffic, const std::string& run, std::string& table) {
  for (const Traffic::ProgressLink& link : traffic.progress)
    table += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", run, to_string(link.from), to_string(link.to),
                         link.sent.batches, link.sent.updates, link.sent.bytes);
}

Cell measure(const Flow& flow, const Protocol& protocol, std::uint32_t workers,
             const Options& options, std::string& links) {
  Traffic traffic;
  Config config{.workers = workers,
                .processes = std::min(workers, std::max(2u, workers / options.per_process)),
                .executor = ExecutorKind::deterministic,
                .seed = options.seed,
                .turn = std::chrono::microseconds(1),
                .ledgers = protocol.ledgers,
                .policy = make_policy(protocol.policy),
                .traffic = &traffic};
  config.linger = std::chrono::microseconds(options.linger_us);
  config.network.link.latency = std::chrono::microseconds(options.latency_us);
  const auto taken = flow.run(config, options.rounds);
  if (!options.links.empty())
    list_links(traffic, fmt::format("{}\t{}\t{}", flow.name, protocol.name, workers), links);
  const auto rounds = static_cast<double>(options.rounds);
  const ProgressTraffic sent = traffic.progress_between_processes();
  return {workers,
          config.processes,
          static_cast<double>(sent.batches) / rounds,
          static_cast<double>(sent.updates) / rounds,
          static_cast<double>(sent.bytes) / rounds,
          static_cast<double>(taken.count()) / 1000 / rounds};
}

std::string brief(double number) {
  return number < 10'000 ? fmt::format("{:.0f}", number)
         : number < 1e7  ? fmt::format("{:.0f}k", number / 1e3)
                         : fmt::format("{:.0f}M", number / 1e6);
}

void print(const Row& row) {
  fmt::print("{:<9} {:<26}", row.flow, row.protocol);
  for (const Cell& cell : row.cells)
    fmt::print("  {:>7} {:>7} {:>7}", brief(cell.updates), brief(cell.bytes),
               brief(cell.microseconds));
  const auto growth = row.growth();
  fmt::print("  {:>6}\n", growth ? fmt::format("{:.2f}", *growth) : "");
  if (std::fflush(stdout) != 0) throw_file_error("write", "standard output", errno);
}

std::string to_json(const std::vector<Row>& rows) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Row& row : rows)
    for (const Cell& cell : row.cells)
      all.push_back({{"flow", row.flow},
                     {"protocol", row.protocol},
                     {"workers", cell.workers},
                     {"processes", cell.processes},
                     {"batches_per_round", cell.batches},
                     {"updates_per_round", cell.updates},
                     {"bytes_per_round", cell.bytes},
                     {"virtual_us_per_round", cell.microseconds}});
  return all.dump(2) + "\n";
}

std::vector<Flow> chosen(const std::vector<std::string>& names) {
  std::vector<Flow> all = flows();
  for (const std::string& name : names)
    if (std::ranges::none_of(all, [&](const Flow& flow) { return flow.name == name; }))
      throw std::invalid_argument("there is no flow '" + name + "'; traffic --help names them");
  if (!names.empty())
    std::erase_if(
        all, [&](const Flow& flow) { return std::ranges::find(names, flow.name) == names.end(); });
  return all;
}

/// Refuses a command that would write one file twice.
std::vector<FileClaim> claim_files(const Options& options) {
  std::vector<FileClaim> claims;
  if (!options.json.empty()) claims.push_back(FileClaim::of_user(&options, "--json", options.json));
  if (!options.links.empty())
    claims.push_back(FileClaim::of_user(&options, "--links", options.links));
  return claims;
}

void traffic_command(const Options& options) {
  const std::vector<Flow> flows = chosen(options.flows);
  const std::vector<FileClaim> claims = claim_files(options);
  require_writable(options.json);
  require_writable(options.links);
  std::string links = "flow\tprotocol\tworkers\tfrom\tto\tbatches\tupdates\tbytes\n";
  fmt::print(
      "Progress traffic between processes, per round: updates, bytes, and virtual time in "
      "us\n\n{:<36}",
      "");
  for (const std::uint32_t workers : options.workers)
    fmt::print("  {:^23}", fmt::format("{} workers", workers));
  fmt::print("\n{:<9} {:<26}", "flow", "protocol");
  for (std::size_t i = 0; i != options.workers.size(); ++i)
    fmt::print("  {:>7} {:>7} {:>7}", "updates", "bytes", "us");
  fmt::print("  {:>6}\n", "growth");
  std::vector<Row> rows;
  for (const Flow& flow : flows) {
    for (const Protocol& protocol : protocols()) {
      Row& row = rows.emplace_back(Row{flow.name, protocol.name, {}});
      for (const std::uint32_t workers : options.workers)
        row.cells.push_back(measure(flow, protocol, workers, options, links));
      print(row);
    }
  }
  write_file(options.json, to_json(rows));
  write_file(options.links, links);
}

}  // namespace

void add_traffic_command(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* const traffic = app.add_subcommand("traffic", "Measures what progress protocols send.");
  std::string footer = "Flows:\n";
  for (const Flow& flow : flows()) footer += fmt::format("  {:<10}{}\n", flow.name, flow.what);
  traffic->footer(
      footer +
      "\nEach protocol of progress/policy.hpp runs each flow on virtual workers, in virtual\n"
      "processes with a ledger each; `ledger per worker, direct` has one for every worker, as\n"
      "Timely Dataflow has. All figures are exact, and the same on every machine. `growth` is the\n"
      "exponent of workers in updates per round (least squares on logarithms).");
  traffic->add_option("--workers", options->workers, "Numbers of workers")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  traffic
      ->add_option("--per-process", options->per_process,
                   "Workers in each process, of which there are at least 2")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  traffic->add_option("--rounds", options->rounds, "Rounds of each run")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  traffic->add_option("--latency", options->latency_us, "Of a link between processes, in us")
      ->capture_default_str();
  traffic
      ->add_option("--linger", options->linger_us,
                   "How long reports wait for others in an idle process, in us")
      ->capture_default_str();
  traffic->add_option("--seed", options->seed, "Of the order of events")->capture_default_str();
  traffic->add_option("--flow", options->flows, "Only this flow; repeatable")->type_name("NAME");
  traffic->add_option("--json", options->json, "Write the table to FILE as a list of objects, too")
      ->type_name("FILE");
  traffic
      ->add_option("--links", options->links,
                   "Write what each link carried in the whole run to FILE, tab-separated")
      ->type_name("FILE");
  traffic->callback([options] { traffic_command(*options); });
}

}  // namespace tidemark
