// SPDX-License-Identifier: MIT
#include <tidemark/core/execution/signal_watch.hpp>
#include <tidemark/core/explanation.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

namespace tidemark {
namespace {

std::unique_ptr<Executor> make_executor(const Config& config) {
  switch (config.executor) {
    case ExecutorKind::tbb:
      return make_tbb_executor(config.threads);
    case ExecutorKind::threads:
      return make_thread_executor(config.threads);
    case ExecutorKind::deterministic:
      return make_deterministic_executor(config.seed, config.turn);
  }
  throw ConfigError("an executor that does not exist was asked for");
}

void monitor(Process& process) {
  for (const auto& dataflow : process.dataflows()) {
    process.config().monitor.look(*dataflow);
    break;
  }
  process.executor().call_at(process.executor().now() + process.config().monitor.interval,
                             [&process] { monitor(process); });
}

/// Shows how far the inputs have come, as long as it lives.
class ProgressLine {
 public:
  explicit ProgressLine(Process& process) : process_(&process) {
    show({}, process.executor().now());
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { std::fputs("\r\033[K", stderr); }

 private:
  void show(const std::vector<InputProgress>& before, Clock::time_point since) {
    const Clock::time_point now = process_->executor().now();
    const std::vector<InputProgress> inputs = process_->inputs();
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    const std::string line =
        progress_line(before, inputs, now - since, known ? size.ws_col - 1u : 79u);
    std::fputs(("\r\033[K" + line).c_str(), stderr);
    process_->executor().call_at(now + interval, [this, inputs, now] { show(inputs, now); });
  }

  static constexpr std::chrono::milliseconds interval{200};
  Process* process_;
};

void report(const Process& process, const std::vector<Explanation>& explanations) {
  if (const auto& report = process.config().explain.report) return report(explanations);
  if (explanations.empty()) std::fputs("nothing is waited for\n", stderr);
  for (const Explanation& explanation : explanations)
    std::fputs((to_text(explanation) + "\n").c_str(), stderr);
}

void explain(Process& process) {
  process.explain([&process](const auto& explanations) { report(process, explanations); });
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

}  // namespace

void run_workers(const Config& config, const std::function<void(Worker&)>& start) {
  std::optional<Process> process;
  const std::unique_ptr<Executor> executor =
      make_executor(config);  // goes first: it stops the timers
  process.emplace(config, *executor);
  const bool has_real_time = config.executor != ExecutorKind::deterministic;
  std::optional<SignalWatch> quit_signal, interrupt_signal;
  if (config.explain.on_quit_signal && has_real_time)
    quit_signal.emplace(SIGQUIT, SignalWatch::Times::every, [&] {
      executor->call_at(executor->now(), [&process] { explain(*process); });
    });
  if (config.stop_on_interrupt && has_real_time)
    interrupt_signal.emplace(SIGINT, SignalWatch::Times::first, [&] { process->request_stop(); });
  for (std::uint32_t w = 0; w != config.workers; ++w) start(process->worker(w));
  if (config.monitor.look && has_real_time) monitor(*process);
  if (config.explain.after.count() > 0)
    executor->call_at(executor->now() + config.explain.after, [&process] { explain(*process); });
  std::optional<ProgressLine> progress;
  if (config.progress && has_real_time && ::isatty(STDERR_FILENO) == 1) progress.emplace(*process);
  try {
    executor->serve();
  } catch (const StuckError& error) {
    process->fail(std::make_exception_ptr(StuckError(why_stuck(*process, *executor, error))));
  } catch (...) {
    process->fail(std::current_exception());
  }
  progress.reset();
  process->rethrow_failure();
  if (process->stop_requested()) throw Interrupted();
}

}  // namespace tidemark
