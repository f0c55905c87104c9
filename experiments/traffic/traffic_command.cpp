// SPDX-License-Identifier: MIT
//
// tidemark traffic: what do progress protocols send, and how does it grow with the workers?
#include <tidemark/experiments/traffic.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "../manifest/manifest.hpp"
#include "../print.hpp"
#include "../program/arguments.hpp"
#include "../write_file.hpp"
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

using namespace traffic;
using Json = nlohmann::ordered_json;

struct Options {
  Setting setting;
  std::uint64_t latency_us = 100;
  std::uint64_t linger_us = 100;
  std::vector<std::string> flows;
  std::string json;
  std::string links;
};

/// The links that a run has used, as lines of a table.
std::string list_links(const Row& row) {
  std::string table;
  for (const Run& run : row.runs)
    for (const Traffic::ProgressLink& link : run.links.progress)
      table += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", row.flow, row.protocol, run.workers,
                           to_string(link.from), to_string(link.to), link.sent.batches,
                           link.sent.updates, link.sent.bytes);
  return table;
}

Json as_json(const Row& row) {
  const auto growth = row.growth();
  Json json{{"flow", row.flow},
            {"protocol", row.protocol},
            {"growth", growth ? Json(*growth) : Json(nullptr)},
            {"runs", Json::array()}};
  for (const Run& run : row.runs)
    json["runs"].push_back({{"workers", run.workers},
                            {"processes", run.processes},
                            {"rounds", run.rounds},
                            {"batches", run.sent.batches},
                            {"updates", run.sent.updates},
                            {"bytes", run.sent.bytes},
                            {"virtual_ns", run.taken.count()},
                            {"batches_per_round", run.batches_per_round()},
                            {"updates_per_round", run.updates_per_round()},
                            {"bytes_per_round", run.bytes_per_round()},
                            {"virtual_us_per_round", run.microseconds_per_round()}});
  return json;
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

void traffic_command(Options options, CLI::App& command) {
  options.setting.latency = std::chrono::microseconds(options.latency_us);
  options.setting.linger = std::chrono::microseconds(options.linger_us);
  const std::vector<Flow> flows = chosen(options.flows);
  const std::vector<FileClaim> claims = claim_files(options);
  require_writable(options.json);
  require_writable(options.links);
  Manifest manifest(command);
  manifest.add_seed("order of events", options.setting.seed);
  std::string links = "flow\tprotocol\tworkers\tfrom\tto\tbatches\tupdates\tbytes\n";
  print(
      "Progress traffic between processes, per round: updates, bytes, and virtual time in us\n\n" +
      heading(options.setting));
  Json rows = Json::array();
  for (const Flow& flow : flows) {
    for (const Protocol& protocol : built_in_protocols()) {
      const Row row = measure(flow, protocol, options.setting);
      print(line(row));
      rows.push_back(as_json(row));
      if (!options.links.empty()) links += list_links(row);
    }
  }
  manifest.finish();
  write_file(options.json, manifest.document({{"rows", std::move(rows)}}));
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
  traffic->add_option("--workers", options->setting.workers, "Numbers of workers")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  traffic
      ->add_option("--per-process", options->setting.per_process,
                   "Workers in each process, of which there are at least 2")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  traffic->add_option("--rounds", options->setting.rounds, "Rounds of each run")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  traffic->add_option("--latency", options->latency_us, "Of a link between processes, in us")
      ->check(CLI::Range(0, 1'000'000'000))
      ->capture_default_str();
  traffic
      ->add_option("--linger", options->linger_us,
                   "How long reports wait for others in an idle process, in us")
      ->check(CLI::Range(0, 1'000'000'000))
      ->capture_default_str();
  traffic->add_option("--seed", options->setting.seed, "Of the order of events")
      ->capture_default_str();
  traffic->add_option("--flow", options->flows, "Only this flow; repeatable")->type_name("NAME");
  traffic->add_option("--json", options->json, "Write all figures, and how they were made, to FILE")
      ->check(file_name())
      ->type_name("FILE");
  traffic
      ->add_option("--links", options->links,
                   "Write what each link carried in the whole run to FILE, tab-separated")
      ->check(file_name())
      ->type_name("FILE");
  traffic->callback([options, traffic] { traffic_command(*options, *traffic); });
}

}  // namespace tidemark
