// SPDX-License-Identifier: MIT
//
// Runs: from a configuration to workers that work.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/worker.hpp>

#include <functional>
#include <utility>

namespace tidemark {

/// Makes the workers of `config`, has `start` start each, and waits until all have finished. Throws
/// the first error of the run, and ConfigError.
void run_workers(const Config& config, const std::function<void(Worker&)>& start);

/// Runs `closure(worker)` by hand at every worker: it builds dataflows, feeds them and steps. When
/// it returns, the worker goes on until its dataflows are complete. The closure is copied for each
/// worker, and may run on any thread, on several in turn. What it throws ends the run, as a
/// ClosureError that names the worker, unless it says where the mistake is by itself (error.hpp).
template <typename Closure>
void execute(const Config& config, Closure closure) {
  run_workers(config, [&](Worker& worker) { worker.start_closure(closure); });
}

}  // namespace tidemark
