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
/// - *From a step.* A worker is counted before it is submitted and until it has gone idle. So a
///   step first puts its report down, and its worker takes itself off the count later. Whoever
///   brings the count to 0 does so not before that, and then looks at all stations.
/// - *From elsewhere.* The report is put down, then the count is looked at. If it is 0, the report
///   is sent on. Else whoever brings it to 0 has not done so yet, and will look.
///
/// Both put down and look under the station's lock. If the look comes first, then the unlocking
/// after it makes the 0 visible to whoever puts down next. The count may be 0 a moment too early:
/// when a worker that has just gone idle is being woken. Then something is sent earlier than it had
/// to be, which is never wrong.
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
