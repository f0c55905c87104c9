// SPDX-License-Identifier: MIT
//
// A process: the workers that share memory, and what they share; and, on the deterministic
// executor, several virtual processes that play at not sharing it.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/explanation.hpp>
#include <tidemark/core/handover/envelope.hpp>
#include <tidemark/core/handover/gate.hpp>
#include <tidemark/core/process/dataflow_registry.hpp>
#include <tidemark/core/process/idle_stations.hpp>
#include <tidemark/core/process/input_progress.hpp>
#include <tidemark/core/process/links.hpp>
#include <tidemark/core/process/pools.hpp>
#include <tidemark/core/process/stopping.hpp>
#include <tidemark/core/reports/virtual_network.hpp>
#include <tidemark/core/timers.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace tidemark {

class Worker;

/// The workers of one run. Thread: any, unless noted.
class Process final : public Mail {
 public:
  /// Throws ConfigError for a configuration that cannot be run, and DataflowError for a policy that
  /// does not bring every report to every ledger.
  Process(const Config& config, Executor& executor);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() override;

  /// As it was given; of a replay with the executor on which that runs.
  const Config& config() const { return config_; }
  /// What runs the workers, and tells the time.
  Executor& executor() { return *executor_; }
  /// Timers that end with the run.
  Timers& timers() { return timers_; }
  /// Requires: `index` is less than Config::workers.
  Worker& worker(std::uint32_t index) { return *workers_[index]; }

  /// @cond engine
  void post(std::uint32_t to, Envelope& envelope) override;
  void deliver(std::uint32_t from, std::uint32_t to, Envelope& envelope) override;
  /// @endcond

  /// Whether the workers on one thread fill batches together (shared_batches.hpp): with many more
  /// workers than threads, unless somebody plays that there are several processes, or a processor
  /// for each worker.
  bool shares_batches() const;
  /// Whether what comes from outside is in the trace of this run.
  bool tells_outside() const;

  /// Takes one explanation for each probe and minimal timestamp; must not throw.
  using Report = std::function<void(const std::vector<Explanation>&)>;

  /// Asks all workers what they hold, waits up to a second for them without holding a thread, and
  /// calls `report` with why every probe has the frontier that it has. On a thread of the
  /// executor's timers, perhaps when the caller's function has returned; or not at all, if the run
  /// ends before.
  void explain(Report report);

  /// The dataflows that have been built so far and have not ended at all workers.
  std::vector<std::shared_ptr<DataflowView>> dataflows() const { return registry_.dataflows(); }
  /// Cancels the dataflow number `index` at all workers (Worker::cancel). Valid as long as the run.
  void cancel(std::uint32_t index) { registry_.cancel(index); }

  /// Has every input end where it is, as if it had no more; the run then ends by itself, with all
  /// sinks closed. Any number of times.
  void request_stop() { stopping_.request(); }
  /// Whether anybody, or a signal, has requested that.
  bool stop_requested() const { return stopping_.requested(); }
  /// Has `action` called when a stop is requested, on the thread of whoever requests it, for as
  /// long as the result is kept.
  StopAction on_stop_request(std::function<void()> action) {
    return stopping_.on_request(std::move(action));
  }

  /// Ends the run: keeps the first error for the caller, and has every worker leave at its next
  /// step.
  void fail(std::exception_ptr error) noexcept;
  ///@{
  /// Whether an error is ending the run. The flag lives as long as this, and may be read relaxed.
  bool stopping() const { return stopping_.failed(); }
  const std::atomic<bool>& failure_flag() const { return stopping_.failure_flag(); }
  ///@}
  /// Throws the error that ended the run, if one did.
  void rethrow_failure() const { stopping_.rethrow_failure(); }

  /// The run is over: from here on those who have kept activators, probes or views of it do nothing
  /// with them, and no timer of this is called. Waits for those who are at it. Called before the
  /// executor goes; any number of times.
  void end_run();
  /// Open until then, for those who share it.
  const std::shared_ptr<Gate>& gate() const { return gate_; }

  /// A worker will do no more; the last one stops the executor.
  void worker_finished();

  /// @cond engine
  Pools& pools() { return pools_; }
  DataflowRegistry& registry() { return registry_; }
  /// @endcond
  /// Where inputs count what they have read, for those who watch the run.
  InputProgressBook& input_progress() { return input_progress_; }
  /// Null if reports go to the only ledger at once.
  IdleStations* idle_stations() { return idle_stations_ ? &*idle_stations_ : nullptr; }

 private:
  void note_silence(Explanation& explanation) const;
  void end_trace() noexcept;
  void post_to_all(const std::function<Envelope&(std::uint32_t worker)>& make);

  Config config_;
  Executor* executor_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  Pools pools_;  // before all that holds batches, for these come home to them
  Stopping stopping_;
  InputProgressBook input_progress_;
  std::unique_ptr<VirtualNetwork> network_;  // null on executors with real threads
  Links links_;
  DataflowRegistry registry_;
  std::optional<IdleStations> idle_stations_;
  std::atomic<std::uint32_t> unfinished_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Timers timers_;
};

}  // namespace tidemark
