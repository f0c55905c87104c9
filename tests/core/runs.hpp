// SPDX-License-Identifier: MIT
//
// Runs for tests: which executors there are, how to name one, and a dog that watches over hangs.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/sanitizers.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tidemark::tests {

// Debian's oneTBB is not instrumented: the thread sanitizer would see races that are none.
inline constexpr bool with_tbb = TIDEMARK_THREAD_SANITIZER == 0;

/// Sanitizers are slow: a stress test divides its rounds by this.
inline constexpr int slowdown = TIDEMARK_ADDRESS_SANITIZER || TIDEMARK_THREAD_SANITIZER ? 4 : 1;

/// The executors that this build can test.
inline std::vector<ExecutorKind> executors() {
  if (with_tbb) return {ExecutorKind::deterministic, ExecutorKind::threads, ExecutorKind::tbb};
  return {ExecutorKind::deterministic, ExecutorKind::threads};
}

/// Those among them on which a closure may throw. The address sanitizer loses track of the stacks
/// of oneTBB's closures when an exception passes, and reports errors that are none.
inline std::vector<ExecutorKind> executors_for_throwing_closures() {
  std::vector<ExecutorKind> kinds = executors();
  if (TIDEMARK_ADDRESS_SANITIZER) std::erase(kinds, ExecutorKind::tbb);
  return kinds;
}

inline std::unique_ptr<Executor> make_executor(ExecutorKind kind, std::uint32_t threads) {
  switch (kind) {
    case ExecutorKind::tbb:
      return make_tbb_executor(threads);
    case ExecutorKind::threads:
      return make_thread_executor(threads);
    case ExecutorKind::deterministic:
      break;
  }
  return make_deterministic_executor(1);
}

inline std::string name_of(ExecutorKind kind) {
  switch (kind) {
    case ExecutorKind::tbb:
      return "tbb";
    case ExecutorKind::threads:
      return "threads";
    case ExecutorKind::deterministic:
      return "deterministic";
  }
  return "";
}

inline std::string to_text(const Config& config) {
  return name_of(config.executor) + ", " + std::to_string(config.workers) + " workers in " +
         std::to_string(config.processes) + " processes, " +
         (config.ledgers == Ledgers::per_process ? "a ledger per process" : "a ledger each") +
         ", policy " + (config.policy ? config.policy->name() : "direct") + ", seed " +
         std::to_string(config.seed);
}

/// Every built-in policy, on the deterministic executor, in 1 process and, with several workers, in
/// up to 3, with both kinds of ledgers. With sanitizers, each policy in one of these ways, in turn.
inline std::vector<Config> protocols(std::uint32_t workers) {
  std::vector<std::pair<std::uint32_t, Ledgers>> ways;  // processes and ledgers
  for (const std::uint32_t processes : std::set{1u, std::min(3u, workers)})
    for (const Ledgers ledgers : {Ledgers::per_process, Ledgers::per_worker})
      ways.emplace_back(processes, ledgers);
  const std::vector<std::string> policies = policy_names();
  std::vector<Config> all;
  for (std::size_t p = 0; p != policies.size(); ++p)
    for (std::size_t way = 0; way != ways.size(); ++way) {
      if (slowdown != 1 && way != p % ways.size()) continue;
      all.push_back({.workers = workers,
                     .processes = ways[way].first,
                     .executor = ExecutorKind::deterministic,
                     .ledgers = ways[way].second,
                     .policy = make_policy(policies[p])});
    }
  return all;
}

/// Builds one dataflow on epochs with `build(scope)` at every worker and runs it to its end.
template <typename Build>
void run_to_end(const Config& config, const Build& build) {
  run_workers(config, [&](Worker& worker) {
    worker.start([&build](Worker& self) {
      self.dataflow<Epoch>([&](Scope<Epoch>& scope) { build(scope); });
    });
  });
}

/// Stops the program, saying who is still waiting for what, if it lives longer than any run on
/// however busy a machine; but before ctest stops it, without a word.
class Watchdog {
 public:
  explicit Watchdog(std::function<std::string()> who_waits)
      : thread_([this, who_waits = std::move(who_waits)](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          ended_.wait_for(lock, stop, std::chrono::seconds(240), [] { return false; });
          if (stop.stop_requested()) return;
          std::fprintf(stderr, "a test hangs: %s\n", who_waits().c_str());
          std::abort();
        }) {}
  explicit Watchdog(std::string name) : Watchdog([name = std::move(name)] { return name; }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread thread_;
};

}  // namespace tidemark::tests
