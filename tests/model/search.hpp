// SPDX-License-Identifier: MIT
//
// The search: visits every reachable state of a system, breadth first.
#pragma once

#include <tests/model/model.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace tidemark::model {

struct Found {
  std::uint64_t states = 0;  ///< distinct ones, symmetric ones merged
  std::uint64_t transitions = 0;
  std::uint32_t depth = 0;  ///< steps to the state that is farthest from the beginning
  std::uint64_t ends = 0;   ///< states in which nothing is left
  double seconds = 0;
  bool complete = false;  ///< false if it was cut short by `max_states`
  std::optional<Violation> violation;
  /// The shortest way to it: canonical states, without the last one if the step to it is wrong.
  std::vector<Bytes> way;
  std::uint32_t steps = 0;  ///< of that way
};

struct SearchOptions {
  std::uint64_t max_states = 100'000'000;
  std::function<void(std::uint64_t states)> tell;  ///< called now and then
};

/// Ends with the first violation, which no shorter way leads to.
Found search(Model& model, const SearchOptions& options = {});

}  // namespace tidemark::model
