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

/// 20 seeds of the deterministic executor, every batch of changes checked, and each executor once;
/// all with one ledger and with one for each worker. And every policy once, with a seed of its own.
inline std::vector<Config> configurations(std::uint32_t workers) {
  std::vector<Config> all;
  for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker}) {
    for (std::uint64_t seed = 0; seed != 20; ++seed)
      all.push_back({.workers = workers,
                     .executor = ExecutorKind::deterministic,
                     .seed = seed,
                     .ledgers = ledgers,
                     .check = true});
    for (const ExecutorKind kind : executors())
      all.push_back({.workers = workers, .threads = 2, .executor = kind, .ledgers = ledgers});
  }
  std::uint64_t seed = 20;
  for (Config protocol : protocols(workers)) {
    protocol.seed = seed++;
    protocol.check = true;
    all.push_back(std::move(protocol));
  }
  return all;
}

/// Calls `run(config)` for each of them with 1, 2 and 7 workers.
template <typename Run>
void for_each_configuration(Run run) {
  for (const std::uint32_t workers : {1u, 2u, 7u})
    for (const Config& config : configurations(workers)) {
      INFO(to_text(config));
      Watchdog watchdog(to_text(config));
      run(config);
    }
}

}  // namespace tidemark::tests
