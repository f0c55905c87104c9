// SPDX-License-Identifier: MIT
//
// How many workers of each process are awake: who goes idle last has to send what is gathered.
#pragma once

#include <tidemark/progress/station.hpp>

#include <atomic>
#include <cstdint>
#include <vector>

namespace tidemark {

/// Counts, by process, the workers that are not idle. Thread: any.
///
/// Race "the last worker goes idle, and a report comes to a station of its process": nothing may
/// stay at a station while its whole process is idle.
/// - A worker is counted before it is submitted and until it has gone idle, so whoever reports from
///   a step is counted. It puts the report down, and takes itself off the count later; whoever
///   brings the count to 0, be it another worker, does so later still, and then looks at all
///   stations.
/// - A report that comes from elsewhere is put down first; then the count is looked at. If it is 0
/// the
///   report is sent on. If it is not, whoever brings it to 0 has not done so yet, and will look.
/// Between putting down and looking stands the station's lock on both sides: if the look at the
/// station came first, its unlocking, and so the count of 0, is visible to whoever puts down after.
/// The count may be 0 a moment too early, when a worker that has just gone idle is being woken.
/// Then something is sent earlier than it had to be, which is never wrong.
class AwakeWorkers {
 public:
  /// All are awake in the beginning.
  explicit AwakeWorkers(const Layout& layout) : layout_(layout), awake_(layout.processes) {
    for (std::uint32_t w = 0; w != layout.workers; ++w) wakes(w);
  }

  /// Called for a worker that has become queued, before it is submitted.
  void wakes(std::uint32_t worker) { count_of(worker).fetch_add(1, std::memory_order_seq_cst); }
  /// Called for a worker that has become idle. True if no worker of its process is awake any more.
  bool sleeps(std::uint32_t worker) {
    return count_of(worker).fetch_sub(1, std::memory_order_seq_cst) == 1;
  }
  bool idle(std::uint32_t process) const {
    return awake_[process].workers.load(std::memory_order_seq_cst) == 0;
  }

 private:
  struct alignas(64) Count {  // a cache line each
    std::atomic<std::uint32_t> workers{0};
  };
  std::atomic<std::uint32_t>& count_of(std::uint32_t worker) {
    return awake_[layout_.process_of_worker(worker)].workers;
  }

  Layout layout_;
  std::vector<Count> awake_;
};

}  // namespace tidemark
