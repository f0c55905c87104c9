// SPDX-License-Identifier: MIT
//
// Where a measurement was made, and whether anybody else was at work there.
#pragma once

#include "bench.hpp"
#include <string>

namespace tidemark::bench {

/// Cores, processor, compiler and build type, in one line.
std::string describe_machine();

/// True in a build whose times are worth something.
bool is_optimised_build();

/// Watches from its making on what other processes take of the machine.
class Neighbours {
 public:
  Neighbours();

  /// The cores that they have kept busy, on average; 0 where the system does not tell.
  double cores_taken() const;

 private:
  double others_began_;  // in seconds of all cores
  Stopwatch watch_;
};

}  // namespace tidemark::bench
