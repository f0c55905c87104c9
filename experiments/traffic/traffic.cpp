// SPDX-License-Identifier: MIT
#include <tidemark/core/error.hpp>
#include <tidemark/experiments/traffic.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tidemark::traffic {
namespace {

std::string brief(double number) {
  return number < 10'000 ? fmt::format("{:.0f}", number)
         : number < 1e7  ? fmt::format("{:.0f}k", number / 1e3)
                         : fmt::format("{:.0f}M", number / 1e6);
}

void check(const Setting& setting) {
  if (setting.per_process == 0)
    throw ConfigError("a process of a traffic setting has at least 1 worker, and was given 0");
  if (setting.rounds == 0)
    throw ConfigError("traffic is measured in at least 1 round, and was given 0");
}

Run run(const Flow& flow, const Protocol& protocol, std::uint32_t workers, const Setting& setting) {
  Run run{.workers = workers,
          .processes = std::min(workers, std::max(2u, workers / setting.per_process)),
          .rounds = setting.rounds};
  Config config{.workers = workers,
                .processes = run.processes,
                .executor = ExecutorKind::deterministic,
                .seed = setting.seed,
                .turn = std::chrono::microseconds(1),
                .ledgers = protocol.ledgers,
                .policy = protocol.policy,
                .linger = setting.linger,
                .traffic = &run.links};
  config.network.link.latency = setting.latency;
  run.taken = flow.run(config, setting.rounds);
  run.sent = run.links.progress_between_processes();
  return run;
}

}  // namespace

std::vector<Protocol> built_in_protocols() {
  std::vector<Protocol> all{
      {"ledger per worker, direct", make_policy("direct"), Ledgers::per_worker}};
  for (const std::string& name : policy_names()) all.push_back({name, make_policy(name)});
  return all;
}

std::optional<double> Row::growth() const {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (const Run& run : runs) {
    if (run.sent.updates == 0) return std::nullopt;
    const double a = std::log(run.workers), b = std::log(run.updates_per_round());
    n += 1, x += a, y += b, xx += a * a, xy += a * b;
  }
  const double spread = n * xx - x * x;
  if (spread <= 0) return std::nullopt;
  return (n * xy - x * y) / spread;
}

Row measure(const Flow& flow, const Protocol& protocol, const Setting& setting) {
  check(setting);
  Row row{flow.name, protocol.name, {}};
  for (const std::uint32_t workers : setting.workers)
    row.runs.push_back(run(flow, protocol, workers, setting));
  return row;
}

std::string heading(const Setting& setting) {
  std::string text = fmt::format("{:<36}", "");
  for (const std::uint32_t workers : setting.workers)
    text += fmt::format("  {:^23}", fmt::format("{} workers", workers));
  text += fmt::format("\n{:<9} {:<26}", "flow", "protocol");
  for (std::size_t i = 0; i != setting.workers.size(); ++i)
    text += fmt::format("  {:>7} {:>7} {:>7}", "updates", "bytes", "us");
  return text + fmt::format("  {:>6}\n", "growth");
}

std::string line(const Row& row) {
  std::string text = fmt::format("{:<9} {:<26}", row.flow, row.protocol);
  for (const Run& run : row.runs)
    text += fmt::format("  {:>7} {:>7} {:>7}", brief(run.updates_per_round()),
                        brief(run.bytes_per_round()), brief(run.microseconds_per_round()));
  const auto growth = row.growth();
  return text + fmt::format("  {:>6}\n", growth ? fmt::format("{:.2f}", *growth) : "");
}

}  // namespace tidemark::traffic
