// SPDX-License-Identifier: MIT
//
// A process: the workers that share memory, and what they share; and, on the deterministic
// executor, several virtual processes that play at not sharing it.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/dataflow_view.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/process/input_progress.hpp>
#include <tidemark/core/reports/awake_workers.hpp>
#include <tidemark/core/reports/virtual_network.hpp>
#include <tidemark/core/shard/shared_dataflow.hpp>

#include <any>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

namespace tidemark {

class Worker;

/// The workers of one run. Thread: any, unless noted.
class Process {
 public:
  /// Throws ConfigError for a configuration that cannot be run, and DataflowError for a policy that
  /// does not bring every report to every ledger.
  Process(const Config& config, Executor& executor);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  const Config& config() const { return config_; }
  Executor& executor() { return *executor_; }
  Worker& worker(std::uint32_t index) { return *workers_[index]; }

  /// Has a worker look at its mailbox and frontiers; all of them if `worker` is
  /// SharedLedger::everyone.
  void wake(std::uint32_t worker);

  /// Puts the envelope that `make(worker)` makes into each worker's mailbox.
  void post_to_all(const std::function<Envelope&(std::uint32_t worker)>& make);

  /// Puts an envelope that `from` sends into the mailbox of `to`; between virtual processes by way
  /// of the network. Thread: that of `from`.
  void deliver(std::uint32_t from, std::uint32_t to, Envelope& envelope);

  /// Whether the workers on one thread fill batches together (shared_batches.hpp): with many more
  /// workers than threads, unless somebody looks at who sends to whom, or plays that there are
  /// several processes, or a processor for each worker.
  bool shares_batches() const {
    return config_.workers >= crowded * executor_->threads() && config_.processes == 1 &&
           config_.turn.count() == 0 && config_.trace == nullptr && config_.traffic == nullptr;
  }

  /// Whether reports are gathered anywhere, and the three functions that follow are to be called.
  bool gathers_reports() const { return awake_.has_value(); }
  /// A worker has been woken; called before it is submitted.
  void has_woken(std::uint32_t worker) { awake_->wakes(worker); }
  /// A worker is about to go idle: sends what is gathered at its own station. Thread: that of the
  /// worker, or whoever runs it.
  void goes_idle(std::uint32_t worker);
  /// A worker that was about to has gone idle, and may have been woken since. If it was the last of
  /// its process, sends what is gathered there. The process lives until this returns.
  void has_gone_idle(std::uint32_t worker);

  using Report = std::function<void(const std::vector<Explanation>&)>;

  /// Asks all workers what they hold, waits up to a second for them without holding a thread, and
  /// calls `report` with why every probe has the frontier that it has. On a thread of the
  /// executor's timers, perhaps when the caller's function has returned; or not at all, if the run
  /// ends before.
  void explain(Report report);
  /// The same for questions that have been asked already.
  void explain(std::vector<std::shared_ptr<Question>> questions, Report report);

  /// Cancels the dataflow number `index` at all workers (Worker::cancel). Valid as long as the run.
  void cancel(std::uint32_t index);

  /// Where `worker` counts what it reads of the input `id`, of any dataflow.
  InputCounters& input_counters(const std::string& id, std::uint32_t worker);
  /// How far the inputs have come, in the order of their ids.
  std::vector<InputProgress> inputs() const;

  /// Has every input end where it is, as if it had no more; the run then ends by itself, with all
  /// sinks closed. Any number of times.
  void request_stop();
  bool stop_requested() const { return stop_requested_.load(std::memory_order_seq_cst); }
  /// Has `action` called when a stop is requested, on the thread of whoever requests it; it may be
  /// called late, when its dataflow is gone.
  void on_stop_request(std::function<void()> action);

  /// Ends the run: keeps the first error for the caller, and has every worker leave at its next
  /// step.
  void fail(std::exception_ptr error) noexcept;
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }
  /// Throws the error that ended the run, if one did.
  void rethrow_failure() const;

  /// A worker will do no more; the last one stops the executor.
  void worker_finished();

  /// The dataflow number `index`: made from these parts by the first worker that comes, compared by
  /// the others. Throws DataflowError if they differ, naming the first operator that does.
  template <Timestamp T>
  std::shared_ptr<SharedDataflow<T>> attach(std::uint32_t index, std::uint32_t worker,
                                            Topology<T> topology, FlowGraph graph,
                                            std::span<const SourcePort> initial);

  /// Worker `worker` will build no more than the `count` dataflows that it has. Throws
  /// DataflowError if another worker has built more.
  void has_built(std::uint32_t worker, std::uint32_t count);

  /// The object of type `Pool` of one worker, or thread, made on first use. It lives as long as the
  /// process, since a batch may come home after its dataflow is gone.
  template <typename Pool, typename... Arguments>
  Pool& pool(std::uint32_t of, Arguments&&... arguments);

  /// The dataflows that have been built so far.
  std::vector<std::shared_ptr<DataflowView>> dataflows() const;

 private:
  static constexpr std::uint32_t crowded = 16;  // workers on a thread

  std::vector<ReportStations*> stations() const;
  void flush_process(std::uint32_t process);
  void flush_process_later(std::uint32_t process);
  void fill(Traffic& traffic) const;
  void require_same_number(std::uint32_t worker, std::uint32_t count) const;

  Config config_;
  Executor* executor_;
  std::optional<AwakeWorkers> awake_;         // none if reports go to the only ledger at once
  std::atomic<std::uint32_t> going_idle_{0};  // between `goes_idle` and the end of `has_gone_idle`
  std::unique_ptr<VirtualNetwork> network_;   // null on executors with real threads
  std::vector<std::vector<DataTraffic>> data_;  // by worker, then by process; empty: not counted
  std::vector<bool> lingering_;                 // by process: a timer is set
  ReportingSetup reporting_;

  mutable std::mutex mutex_;  // guards the members up to on_stop_request_
  std::map<std::pair<std::type_index, std::uint32_t>, std::shared_ptr<void>> pools_;
  std::vector<std::any> dataflows_;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> fewest_;  // built, and by which worker
  std::vector<std::shared_ptr<DataflowView>> views_;
  std::vector<ReportStations*> stations_;  // of the dataflows that have any
  std::exception_ptr failure_;
  std::map<std::string, std::map<std::uint32_t, InputCounters>> inputs_;  // by id and worker
  std::vector<std::function<void()>> on_stop_request_;

  std::atomic<bool> stop_requested_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint32_t> unfinished_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

template <Timestamp T>
std::shared_ptr<SharedDataflow<T>> Process::attach(std::uint32_t index, std::uint32_t worker,
                                                   Topology<T> topology, FlowGraph graph,
                                                   std::span<const SourcePort> initial) {
  const std::lock_guard lock(mutex_);
  require_same_number(worker, index + 1);
  if (index >= dataflows_.size()) dataflows_.resize(index + 1);
  if (!dataflows_[index].has_value()) {
    Config config = config_;
    if (index != 0) config.trace = nullptr;
    auto shared = std::make_shared<SharedDataflow<T>>(
        std::move(topology), std::move(graph), initial, config, reporting_,
        [this](std::uint32_t w) { wake(w); }, [this](const auto& make) { post_to_all(make); });
    shared->index = index;
    dataflows_[index] = shared;
    views_.push_back(shared);
    if (shared->stations() != nullptr) stations_.push_back(shared->stations());
    return shared;
  }
  const auto* known = std::any_cast<std::shared_ptr<SharedDataflow<T>>>(&dataflows_[index]);
  const std::string where =
      "worker " + std::to_string(worker) + " built dataflow " + std::to_string(index);
  if (known == nullptr)
    throw DataflowError(where + " with another timestamp type than the worker before it");
  if (const std::optional<OperatorId> op = first_difference((*known)->topology(), topology)) {
    const auto name = [&](const Topology<T>& t) {
      return op->value < t.operators().size() ? "'" + t.operators()[op->value].name + "'"
                                              : std::string("missing");
    };
    throw DataflowError(where + " differently: operator " + std::to_string(op->value) + " is " +
                        name(topology) + ", and was " + name((*known)->topology()) +
                        " at the worker that built it first (or is connected differently)");
  }
  return *known;
}

template <typename Pool, typename... Arguments>
Pool& Process::pool(std::uint32_t of, Arguments&&... arguments) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<void>& pool = pools_[{typeid(Pool), of}];
  if (!pool) pool = std::make_shared<Pool>(std::forward<Arguments>(arguments)...);
  return *static_cast<Pool*>(pool.get());
}

}  // namespace tidemark
