// SPDX-License-Identifier: MIT
//
// Idle stations: what is gathered in a process leaves it when its last worker goes idle.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/executor.hpp>
#include <tidemark/core/process/dataflow_registry.hpp>
#include <tidemark/core/reports/awake_workers.hpp>
#include <tidemark/core/reports/shared_stations.hpp>
#include <tidemark/core/timers.hpp>
#include <tidemark/progress/policy.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace tidemark {

/// Watches the workers of a run in which reports are gathered anywhere. Thread: any, unless noted.
class IdleStations {
 public:
  /// `network` may be null. Requires: what is given by reference outlives this.
  IdleStations(const Config& config, std::shared_ptr<const Routes> routes, VirtualNetwork* network,
               Executor& executor, const DataflowRegistry& dataflows);
  IdleStations(const IdleStations&) = delete;
  IdleStations& operator=(const IdleStations&) = delete;

  /// What the stations of each dataflow are made with.
  const ReportingSetup& setup() const { return setup_; }

  /// A worker has been woken; called before it is submitted.
  void has_woken(std::uint32_t worker) { awake_.wakes(worker); }
  /// A worker is about to go idle: sends what is gathered at its own station. Thread: that of the
  /// worker, or whoever runs it.
  void goes_idle(std::uint32_t worker);
  /// A worker that was about to has gone idle, and may have been woken since. If it was the last of
  /// its process, sends what is gathered there. This lives until that returns.
  void has_gone_idle(std::uint32_t worker);

  /// Waits for those who are about to go idle: a closure's last rest may still be on its way from
  /// `goes_idle`, on another thread. Called when all workers have finished, before anything is
  /// gone.
  void wait_for_idlers() const;

 private:
  void flush(std::uint32_t process);
  void flush_later(std::uint32_t process);

  const DataflowRegistry* dataflows_;
  std::chrono::nanoseconds linger_;
  AwakeWorkers awake_;
  std::vector<bool> lingering_;               // by process: a timer is set
  std::atomic<std::uint32_t> going_idle_{0};  // between `goes_idle` and the end of `has_gone_idle`
  ReportingSetup setup_;
  Timers timers_;
};

}  // namespace tidemark
