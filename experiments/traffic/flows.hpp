// SPDX-License-Identifier: MIT
//
// The dataflows whose progress traffic is measured, and what one run of one of them sent.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/traffic.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tidemark::traffic {

/// A dataflow that is run for some rounds: in each, all workers advance their inputs and wait until
/// the round is over everywhere.
struct Flow {
  std::string name;
  std::string what;
  /// Runs it, and returns the virtual time that the rounds took.
  std::chrono::nanoseconds (*run)(const Config& config, std::uint64_t rounds);
};

const std::vector<Flow>& flows();

}  // namespace tidemark::traffic
