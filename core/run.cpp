// SPDX-License-Identifier: MIT
#include <tidemark/core/alternate_stack.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/execution/signal_watch.hpp>
#include <tidemark/core/explanation.hpp>
#include <tidemark/core/pin_thread.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/process/progress_display.hpp>
#include <tidemark/core/process/watch_display.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/core/scheduler.hpp>
#include <tidemark/core/standard_descriptors.hpp>
#include <tidemark/core/start_thread.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

std::unique_ptr<Executor> make_executor(const Config& config) {
  if (config.replay != nullptr) return make_deterministic_executor(0);
  const bool has_threads = config.executor != ExecutorKind::deterministic;
  if (config.pin_threads && has_threads && !PinnedThread(0).is_pinned())
    throw ConfigError("the system does not let threads be pinned (Config::pin_threads)");
  switch (config.executor) {
    case ExecutorKind::tbb:
      return make_tbb_executor(config.threads, config.pin_threads);
    case ExecutorKind::threads:
      return make_thread_executor(config.threads, config.pin_threads);
    case ExecutorKind::deterministic:
      return make_deterministic_executor(config.seed, config.turn,
                                         config.scheduler ? config.scheduler->workers() : nullptr);
  }
  throw ConfigError("an executor that does not exist was asked for");
}

void monitor(Process& process) {
  for (const auto& dataflow : process.dataflows()) {
    process.config().monitor.look(*dataflow);
    break;
  }
  process.timers().call_at(process.executor().now() + process.config().monitor.interval,
                           [&process] { monitor(process); });
}

void report(const Process& process, const std::vector<Explanation>& explanations) {
  if (const auto& report = process.config().explain.report) return report(explanations);
  if (explanations.empty()) std::fputs("nothing is waited for\n", stderr);
  for (const Explanation& explanation : explanations)
    std::fputs((to_text(explanation) + "\n").c_str(), stderr);
}

void explain(Process& process) {
  process.explain([&process](const auto& explanations) { report(process, explanations); });
}

/// Says so, once, if between two looks no ledger has applied anything, though there is a dataflow.
void explain_if_still(Process& process, std::vector<std::uint64_t> before) {
  const auto still = process.config().explain.still;
  process.timers().call_at(
      process.executor().now() + still, [&process, still, before = std::move(before)] {
        std::vector<std::uint64_t> now;
        for (const auto& dataflow : process.dataflows())
          now.push_back(dataflow->snapshot().sequence);
        if (now.empty() || now != before) return explain_if_still(process, std::move(now));
        if (!process.config().explain.report)
          std::fprintf(stderr, "tidemark: nothing has moved for %g s (Config::explain)\n",
                       std::chrono::duration<double>(still).count());
        explain(process);
      });
}

/// Serves again, for the workers to say what they hold.
std::string why_stuck(Process& process, Executor& executor, const StuckError& error) {
  std::string text = error.what();
  process.explain([&text](const auto& explanations) {
    for (const Explanation& explanation : explanations) text += "\n" + to_text(explanation);
  });
  try {
    executor.serve();
  } catch (const StuckError&) {  // still
  }
  return text;
}

/// A process, and the executor that runs it, which goes first: what has begun knows the process.
struct Run {
  explicit Run(const Config& config) : executor(make_executor(config)) {
    process.emplace(config, *executor);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() { process->end_run(); }

  std::optional<Process> process;
  std::unique_ptr<Executor> executor;
};

/// Of a run whose workers are driven by hand.
struct EndedAtOnce : Interrupted {
  using Interrupted::Interrupted;
  const char* what() const noexcept override {
    return "the run was interrupted, and has ended where it was";
  }
};

void run_to_end(const Config& config, const std::function<void(Worker&)>& start, bool by_hand) {
  const StandardDescriptors standard_descriptors;  // before anything is opened
  Run run(config);
  Process& process = *run.process;
  Executor& executor = *run.executor;
  have_alternate_stack();  // this thread may be one of the executor's
  const bool has_real_time = !executor.has_virtual_time();
  std::atomic<int> stop_signal = 0;  // that has requested the stop
  std::optional<SignalWatch> quit_signal, stop_signals;
  if (config.explain.on_quit_signal && has_real_time)
    quit_signal.emplace(std::vector{SIGQUIT}, SignalWatch::Times::every, [&](int) {
      process.timers().call_at(executor.now(), [&process] { explain(process); });
    });
  if (config.stop_on_interrupt && has_real_time)
    stop_signals.emplace(std::vector{SIGINT, SIGTERM, SIGHUP}, SignalWatch::Times::first,
                         [&](int signal) {
                           if (!process.stop_requested()) stop_signal = signal;
                           process.request_stop();
                           if (by_hand && process.input_progress().all().empty())
                             process.fail(std::make_exception_ptr(EndedAtOnce(signal)));
                         });
  for (std::uint32_t w = 0; w != config.workers; ++w) start(process.worker(w));
  std::optional<ProgressDisplay> progress;
  std::optional<WatchDisplay> watch;
  try {
    if (config.monitor.look && has_real_time) monitor(process);
    if (config.explain.after.count() > 0)
      process.timers().call_at(executor.now() + config.explain.after,
                               [&process] { explain(process); });
    if (config.explain.still.count() > 0 && has_real_time) {
      try {
        explain_if_still(process, {});
      } catch (const ThreadError&) {  // the run gets on without
      }
    }
    if (config.watch && has_real_time)
      watch.emplace(
          executor, process.input_progress(), [&process] { return process.dataflows(); }, stderr);
    if (config.progress && !config.watch && has_real_time && ::isatty(STDERR_FILENO) == 1)
      progress.emplace(executor, process.input_progress(), stderr);
  } catch (...) {  // of a timer; the workers, which have begun, are to end
    process.fail(std::current_exception());
  }
  try {
    executor.serve();
  } catch (const StuckError& error) {
    process.fail(std::make_exception_ptr(StuckError(why_stuck(process, executor, error))));
  } catch (...) {
    process.fail(std::current_exception());
  }
  progress.reset();
  watch.reset();
  process.rethrow_failure();
  if (process.stop_requested()) throw Interrupted(stop_signal);
}

}  // namespace

void run_workers(const Config& config, const std::function<void(Worker&)>& start, bool by_hand) {
  std::exception_ptr error;
  try {
    run_to_end(config, start, by_hand);
  } catch (...) {  // so the run is over, and its sinks too, even if nobody catches the error
    error = std::current_exception();
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace tidemark
