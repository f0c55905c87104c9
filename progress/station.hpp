// SPDX-License-Identifier: MIT
//
// Stations: where reports of progress are made, gathered and applied.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

/// A place on the way of a progress batch. What is made at a worker ends at ledgers; in between it
/// may be gathered, at the worker itself, once per process, and at relays.
struct Station {
  /// A worker makes batches and may gather them; processes and relays gather; ledgers apply.
  enum class Kind : std::uint8_t { worker, process, relay, ledger };

  Kind kind{};              ///< what is done there
  std::uint32_t index = 0;  ///< among those of its kind; relays have any that a policy gives them

  friend constexpr auto operator<=>(const Station&, const Station&) = default;
};

/// "worker 3", "relay 0", ...
std::string to_string(Station station);

/// How workers and ledgers are spread over processes: worker w stands in process
/// w * processes / workers, so each process has a block of them. Requires: no more processes than
/// workers, and at least one.
struct Layout {
  std::uint32_t workers = 1;       ///< of all processes
  std::uint32_t processes = 1;     ///< at most one for each worker
  bool ledger_per_worker = false;  ///< else one per process

  /// How many there are in all processes.
  std::uint32_t ledgers() const { return ledger_per_worker ? workers : processes; }
  /// The process in which a worker stands.
  std::uint32_t process_of_worker(std::uint32_t worker) const {
    return static_cast<std::uint32_t>(std::uint64_t{worker} * processes / workers);
  }
  /// The ledger whose frontiers a worker reads.
  std::uint32_t ledger_of_worker(std::uint32_t worker) const {
    return ledger_per_worker ? worker : process_of_worker(worker);
  }
  /// Relay r stands in process r modulo the number of processes.
  std::uint32_t process_of(Station station) const;
};

}  // namespace tidemark
