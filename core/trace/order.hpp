// SPDX-License-Identifier: MIT
//
// The order in which ledgers and stations have done what they did, as a trace holds it for a
// replay.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

/// One entry: the number of a dataflow, what was done there, and numbers.
struct OrderEntry {
  enum class What : std::uint8_t {
    published,  ///< ledger: what was applied has been propagated and published
    rest,       ///< worker: it has no more to do in the dataflow
    given_up,   ///< ledger, how many, which: locations are published no longer
    applied,    ///< ledger, station: the next report that comes from there has been applied
    watched,    ///< ledger, worker: its next wish to read a frontier has
    reported,   ///< worker: its station has taken in its next report
    sent,       ///< station: it has sent what it had gathered
    arrived,    ///< station, station: the first has taken in what has come next from the second
  };
  static constexpr std::uint64_t kinds = 8;

  std::uint32_t dataflow = 0;
  What what{};
  std::vector<std::uint64_t> numbers{};
  std::uint32_t worker = 0;  ///< of what is applied or reported, or of a rest
  std::string told{};        ///< to the worker, before it reported (outside/told.hpp)
};

}  // namespace tidemark
