// SPDX-License-Identifier: MIT
//
// What a run can be told: how many workers, on what, observed by whom.
#pragma once

#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/network_options.hpp>
#include <tidemark/core/traffic.hpp>
#include <tidemark/progress/policy.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace tidemark {

class Replay;
class Scheduler;
class StateStore;
class Trace;

/// Looks at a run from outside while it goes on.
struct Monitor {
  std::chrono::milliseconds interval{100};  ///< from one look to the next
  /// Called once when the first dataflow has been built and then every `interval`, with the first
  /// that has not ended, on a thread of its own; must not throw. Not called by the deterministic
  /// executor, which has no real time.
  std::function<void(DataflowView&)> look;
};

/// Says why a run does not get on, while it goes on.
struct ExplainOptions {
  std::chrono::milliseconds after{0};  ///< from the start of the run, once; 0: not at all
  /// When nothing has moved for so long, once; 0: not at all. Not on the deterministic executor,
  /// where a run that cannot get on ends with an error.
  std::chrono::milliseconds still{10'000};
  /// At each SIGQUIT (Ctrl-\\); not on the deterministic executor, which has no real time.
  bool on_quit_signal = false;
  /// Called with the explanations of every dataflow; must not throw. Empty: they are printed on
  /// standard error.
  std::function<void(const std::vector<Explanation>&)> report;
};

/// On what workers run (executor.hpp).
enum class ExecutorKind {
  tbb,            ///< oneTBB, for speed
  threads,        ///< plain threads, for sanitizers
  deterministic,  ///< one thread, virtual time, all choices that no Scheduler makes drawn from the
                  ///< seed
};

/// Who has a ledger, which counts what is on its way and finds the frontiers.
enum class Ledgers {
  per_process,  ///< one for all workers of a process: a change costs the same for any number of
                ///< them
  per_worker,   ///< one for each worker: with the direct policy the protocol of Timely Dataflow
};

/// Amounts of the engine's that an experiment may want to vary.
struct Tuning {
  /// A batch leaves at the latest when it holds so many records, and what is given whole
  /// (Emitter::give_all) goes on in as many. 0: 64 KiB of records, at least 16 and at most 1,024;
  /// and what is given whole goes on whole.
  std::uint32_t batch_records = 0;
  /// Of a worker, before what runs it turns to another; at least 1. A closure that never waits
  /// turns to others after 16 times as many.
  std::uint32_t steps_per_turn = 32;
  /// For so many steps at most a batch that is not full waits for more records while its worker has
  /// something to do; at least 1.
  std::uint32_t open_steps = 8;

  friend bool operator==(const Tuning&, const Tuning&) = default;
};

/// Config::check by default: in builds with assertions.
#ifdef NDEBUG
inline constexpr bool checked_by_default = false;
#else
inline constexpr bool checked_by_default = true;
#endif

/// How to run. Every member has a sensible default; use designated initialisers.
struct Config {
  std::uint32_t workers = 1;  ///< at least 1; more workers than threads is an ordinary thing to ask
  /// Virtual processes: the workers are spread over them in blocks, and what goes from one to
  /// another passes the virtual network. Between 1 and `workers`; more than 1 on the deterministic
  /// executor only.
  std::uint32_t processes = 1;
  std::uint32_t threads = 0;                  ///< of the executor; 0: one per core
  ExecutorKind executor = ExecutorKind::tbb;  ///< what runs the workers
  /// Each on a processor of its own, if there are enough, while it runs workers; a closure's where
  /// its worker's would be. Not on the deterministic executor, in a replay, nor of an Embedded.
  bool pin_threads = false;
  /// Which of a worker's operators runs next in a dataflow, and which worker on the deterministic
  /// executor; null: operators in turn, which costs least, and workers as the seed says.
  std::shared_ptr<const Scheduler> scheduler{};
  Tuning tuning{};                         ///< sizes of batches and of turns
  std::uint64_t seed = 0;                  ///< of the deterministic executor
  std::chrono::nanoseconds turn{0};        ///< of its time, that each turn of a worker takes
  Ledgers ledgers = Ledgers::per_process;  ///< who has one
  /// How progress travels between ledgers; null: DirectPolicy{}, every worker sends every report to
  /// every ledger. Of no consequence with a single ledger, unless the policy takes a way round.
  std::shared_ptr<const ProgressPolicy> policy{};
  /// How long a process has to be idle before what is gathered in it leaves, in the time of the
  /// deterministic executor; on the others it leaves at once.
  std::chrono::nanoseconds linger{0};
  /// Of the deterministic executor. Its time goes on by itself only when nobody has anything to do:
  /// with operators that never wait, give links a delay only together with a `turn`.
  NetworkOptions network{};
  Monitor monitor{};         ///< nobody looks unless it has a `look`
  ExplainOptions explain{};  ///< when the run says by itself what it waits for
  /// While it runs, one line on standard error tells how far each input has come, if that is a
  /// terminal. Not on the deterministic executor.
  bool progress = false;
  /// While it runs, standard error shows what it does: operators, rates, frontiers, what is held
  /// back and by whom; in place on a terminal, and as a line every five seconds elsewhere. Not on
  /// the deterministic executor.
  bool watch = false;
  /// At the first SIGINT (Ctrl-C), SIGTERM or SIGHUP all inputs end, the run ends with everything
  /// written, and throws Interrupted; a second one of the same kind does what it did without this.
  /// SIGTERM and SIGHUP that are ignored (nohup) stay so. Not on the deterministic executor.
  bool stop_on_interrupt = false;
  /// Whether every operator's changes obey the batch rule. With the deterministic executor the
  /// engine's own invariants are verified, too, after each step, or after as many as pay for it
  /// where there is much to look at; a broken one stops the program. Not on a network that is
  /// broken on purpose, where they do not hold.
  bool check = checked_by_default;
  /// Where stateful steps, sources and sinks begin, and what they tell of every epoch that is
  /// complete; null: nothing is saved. Outlives the run.
  StateStore* states = nullptr;
  /// Records the run if set; outlives it.
  Trace* trace = nullptr;
  /// Has the run go as an earlier one did, of which this is the trace, if set: on the deterministic
  /// executor, whatever `executor` and `seed` say. Where that one had `states` give it a store in
  /// which nothing is saved. For one run; outlives it.
  Replay* replay = nullptr;
  Traffic* traffic = nullptr;  ///< filled at the end of the run if set; outlives the run
};

/// How the workers and ledgers of a run are spread over its processes.
inline Layout layout_of(const Config& config) {
  return {config.workers, config.processes, config.ledgers == Ledgers::per_worker};
}

}  // namespace tidemark
