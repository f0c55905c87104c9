// SPDX-License-Identifier: MIT
//
// What a run can be told: how many workers, on what, observed by whom.
#pragma once

#include <tidemark/core/dataflow_view.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace tidemark {

class Trace;

/// Looks at a run from outside while it goes on.
struct Monitor {
  std::chrono::milliseconds interval{100};
  /// Called once when the first dataflow has been built and then every `interval`, on a thread of
  /// its own; must not throw. Not called by the deterministic executor, which has no real time.
  std::function<void(DataflowView&)> look;
};

/// Says why a run does not get on, while it goes on.
struct ExplainOptions {
  std::chrono::milliseconds after{0};  ///< from the start of the run, once; 0: not at all
  /// At each SIGQUIT (Ctrl-\\); not on the deterministic executor, which has no real time.
  bool on_quit_signal = false;
  /// Called with the explanations of every dataflow; must not throw. Empty: they are printed on
  /// standard error.
  std::function<void(const std::vector<Explanation>&)> report;
};

enum class ExecutorKind {
  tbb,            ///< oneTBB, for speed
  threads,        ///< plain threads, for sanitizers
  deterministic,  ///< one thread, virtual time, all choices drawn from the seed
};

enum class Ledgers {
  per_process,  ///< one ledger for all workers: the cost of a change is independent of their number
  per_worker,   ///< every worker broadcasts to a ledger of each: the protocol of Timely Dataflow
};

#ifdef NDEBUG
inline constexpr bool checked_by_default = false;
#else
inline constexpr bool checked_by_default = true;
#endif

/// How to run. Every member has a sensible default; use designated initialisers.
struct Config {
  std::uint32_t workers = 1;  ///< at least 1; more workers than threads is an ordinary thing to ask
  std::uint32_t threads = 0;  ///< of the executor; 0: one per core
  ExecutorKind executor = ExecutorKind::tbb;
  std::uint64_t seed = 0;  ///< of the deterministic executor
  Ledgers ledgers = Ledgers::per_process;
  Monitor monitor;
  ExplainOptions explain;
  bool check = checked_by_default;  ///< whether every operator's changes obey the batch rule
  Trace* trace = nullptr;           ///< records the first dataflow if set; outlives the run
};

}  // namespace tidemark
