// SPDX-License-Identifier: MIT
//
// The runs under which an operator must give what a plain computation gives.
#pragma once

#include <tidemark/core/config.hpp>

#include <tests/core/runs.hpp>
#include <tests/support.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// Some seeds of the deterministic executor and each other executor once, every batch of changes
/// checked; all with one ledger and with one for each worker. And every progress policy, with a
/// seed of its own, in 1 and 3 processes.
inline std::vector<Config> configurations(std::uint32_t workers,
                                          std::uint64_t seeds = 20 / slowdown) {
  std::vector<Config> all;
  for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker}) {
    Config config{.workers = workers, .threads = 2, .ledgers = ledgers, .check = true};
    for (const ExecutorKind kind : executors()) {
      config.executor = kind;
      const std::uint64_t runs = kind == ExecutorKind::deterministic ? seeds : 1;
      for (config.seed = 0; config.seed != runs; ++config.seed) all.push_back(config);
    }
  }
  for (Config protocol : protocols(workers)) {
    protocol.seed = seeds++;
    protocol.check = true;
    all.push_back(std::move(protocol));
  }
  return all;
}

/// Calls `run(config)` for each of them with 1, 2 and 7 workers, and once with so many that they
/// share batches.
template <typename Run>
void for_each_configuration(Run run, std::uint64_t seeds = 20 / slowdown) {
  std::vector<Config> all{
      {.workers = 16, .executor = ExecutorKind::deterministic, .seed = seeds, .check = true}};
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : configurations(workers, seeds)) all.push_back(config);
  for (const Config& config : all) {
    INFO(to_text(config));
    Watchdog watchdog(to_text(config));
    run(config);
  }
}

}  // namespace tidemark::tests
