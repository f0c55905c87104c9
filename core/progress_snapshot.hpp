// SPDX-License-Identifier: MIT
//
// Progress snapshots: the state of a ledger at one instant, as plain data with timestamps as text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

/// The progress state of one location (input or output port of an operator).
struct PortProgress {
  /// What is counted there at one timestamp.
  struct Count {
    std::string time;  ///< as it is printed there
    /// Batches in flight to a target, and each record of shared ones; capabilities held at a
    /// source.
    std::int64_t count = 0;
  };

  std::string name;                   ///< such as `words.in0`
  bool is_target = false;             ///< an input port; else an output port
  std::vector<Count> counts;          ///< sorted by time; none that is zero
  std::vector<std::string> frontier;  ///< minimal timestamps that may still appear; empty: none can
};

/// The progress state of a whole dataflow after `sequence` batches: a consistent cut.
struct ProgressSnapshot {
  std::uint64_t sequence = 0;  ///< batches of changes; the first is the initial capabilities
  std::uint64_t visits = 0;    ///< of locations and labels, made for those batches (tracker.hpp)
  std::vector<PortProgress> ports;  ///< by location number
};

}  // namespace tidemark
