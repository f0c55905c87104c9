// SPDX-License-Identifier: MIT
//
// Runs: from a configuration to workers that work.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/worker.hpp>

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// Makes the workers of `config`, has `start` start each, and waits until all have finished. Throws
/// the first error of the run, and ConfigError. `by_hand`: closures drive them, as in `execute`.
void run_workers(const Config& config, const std::function<void(Worker&)>& start,
                 bool by_hand = false);

/// Runs `closure(worker)` by hand at every worker: it builds dataflows, feeds them and steps. When
/// it returns, the worker goes on until its dataflows are complete. The closure is copied for each
/// worker, and may run on any thread, on several in turn. What it throws ends the run, as a
/// ClosureError that names the worker, unless it says where the mistake is by itself (error.hpp).
/// With Config::stop_on_interrupt a signal ends its inputs (operators/ends/input.hpp), as in any
/// run; if it has none, the run ends where it is: closures that step or wait get RunStopped, and
/// the caller Interrupted.
///
/// Gives what the closures have returned, by worker: a std::vector, or nothing if they return
/// nothing. A result outlives the worker's dataflows, so it holds no input, stream or probe.
template <typename Closure>
auto execute(const Config& config, Closure closure) {
  using Result = std::decay_t<std::invoke_result_t<Closure&, Worker&>>;
  if constexpr (std::is_void_v<Result>) {
    const auto start = [&](Worker& worker) { worker.start_closure(closure); };
    run_workers(config, start, true);
  } else {
    std::vector<std::optional<Result>> returned(config.workers);
    const auto start = [&](Worker& worker) {
      worker.start_closure([closure, &result = returned[worker.index()]](Worker& self) mutable {
        result.emplace(closure(self));
      });
    };
    run_workers(config, start, true);
    std::vector<Result> results;
    results.reserve(returned.size());
    for (std::optional<Result>& result : returned) results.push_back(std::move(*result));
    return results;
  }
}

}  // namespace tidemark
