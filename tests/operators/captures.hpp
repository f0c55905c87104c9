// SPDX-License-Identifier: MIT
//
// What the tests of capture and replay share: runs that capture some numbers and replay them.
#pragma once

#include <tidemark/core/run.hpp>
#include <tidemark/operators/ends/capture.hpp>
#include <tidemark/operators/ends/replay.hpp>
#include <tidemark/operators/routing/exchange.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

#include <algorithm>

namespace tidemark::tests {

using Number = std::uint64_t;

inline Config with_workers(Config config, std::uint32_t workers) {
  config.workers = workers;
  config.processes = std::min(config.processes, workers);
  return config;
}

template <typename T>
std::string text_of(const Antichain<T>& frontier) {
  std::ostringstream out;
  out << frontier;
  return out.str();
}

using TimedNumbers = std::vector<std::pair<std::uint64_t, Number>>;

/// Captures 5 epochs of 6 numbers per worker, exchanged by hash, to `sink`, and returns them.
template <typename S>
TimedNumbers capture_numbers(const Config& config, const S& sink) {
  Watchdog watchdog("a capture: " + to_text(config));
  run_to_end(config, [&](Scope<Epoch>& scope) {
    rounds(scope, 5, numbers(6)) | exchange([](Number n) { return n; }) | capture(sink);
  });
  TimedNumbers all;
  for (Number round = 0; round != 5; ++round)
    for (std::uint32_t worker = 0; worker != config.workers; ++worker)
      for (const Number n : numbers(6)(worker, round)) all.emplace_back(round, n);
  std::ranges::sort(all);
  return all;
}

/// What comes out of a replay, sorted. Checks the promises of its frontier.
template <typename S>
TimedNumbers replay_numbers(const Config& config, const S& source) {
  Watchdog watchdog("a replay: " + to_text(config));
  Arrivals<Number> arrivals;
  run_to_end(config, [&](Scope<Epoch>& scope) {
    collect(replay<Number>(scope, "again", source), by_hash(), arrivals);
  });
  CHECK(arrivals.complaints().empty());
  return arrivals.sorted();
}

}  // namespace tidemark::tests
