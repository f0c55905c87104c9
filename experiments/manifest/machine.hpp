// SPDX-License-Identifier: MIT
//
// Where a measurement is made, and whether anybody else is at work there.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tidemark {

/// What cannot be found out is empty, or 0.
struct Machine {
  std::string processor;  ///< its model
  unsigned cores = 0;     ///< that a program may use, of all
  unsigned all_cores = 0;
  std::uint64_t memory_bytes = 0;
  std::string kernel;  ///< name and release
};

Machine this_machine();

/// Watches from its making on what other processes take of the machine.
class Neighbours {
 public:
  Neighbours();

  /// The cores that they have kept busy, on average; 0 where the system does not tell.
  double cores_taken() const;

 private:
  std::optional<double> others_began_;  // in seconds of all cores
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace tidemark
