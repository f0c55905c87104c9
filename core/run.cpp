// SPDX-License-Identifier: MIT
#include <tidemark/core/process.hpp>
#include <tidemark/core/run.hpp>

#include <exception>
#include <memory>
#include <optional>

namespace tidemark {
namespace {

std::unique_ptr<Executor> make_executor(const Config& config) {
  switch (config.executor) {
    case ExecutorKind::tbb:
      return make_tbb_executor(config.threads);
    case ExecutorKind::threads:
      return make_thread_executor(config.threads);
    case ExecutorKind::deterministic:
      return make_deterministic_executor(config.seed);
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

}  // namespace

void run_workers(const Config& config, const std::function<void(Worker&)>& start) {
  std::optional<Process> process;
  const std::unique_ptr<Executor> executor =
      make_executor(config);  // goes first: it stops the timers
  process.emplace(config, *executor);
  for (std::uint32_t w = 0; w != config.workers; ++w) start(process->worker(w));
  if (config.monitor.look && config.executor != ExecutorKind::deterministic) monitor(*process);
  try {
    executor->serve();
  } catch (...) {
    process->fail(std::current_exception());
  }
  process->rethrow_failure();
}

}  // namespace tidemark
