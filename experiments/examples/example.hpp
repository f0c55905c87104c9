// SPDX-License-Identifier: MIT
//
// What every example begins with: the hand-driven interface, a program with options, a worker's
// share, and a stopwatch.
#pragma once

#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/experiments/program.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/nested.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <ranges>

namespace tidemark::examples {

/// A number of things, of which there is one at least.
inline constexpr Bounds<std::uint64_t> positive{1, 1'000'000'000};

/// Those of the numbers from 0 to `count` - 1 that fall to this worker.
inline auto share_of(const Worker& worker, std::uint64_t count) {
  const auto begin_of = [&](std::uint64_t index) { return count * index / worker.peers(); };
  return std::views::iota(begin_of(worker.index()), begin_of(worker.index() + 1));
}

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace tidemark::examples
