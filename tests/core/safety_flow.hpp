// SPDX-License-Identifier: MIT
//
// A dataflow that finds frontiers out which lead, and what it must give.
#pragma once

#include <tests/core/steps.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark::tests {

using TimedResults = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

inline std::uint64_t tripled(std::uint64_t n) {
  return n * 3 + 1;
}
inline std::uint64_t delay_of(std::uint64_t n) {
  return KeyHash{}(n) % 4;
}

/// Branches, holds until complete, delays, merges and exchanges.
inline void build_safety_flow(Scope<Epoch>& scope, std::uint64_t rounds, std::uint64_t per_round,
                              Arrivals<std::uint64_t>& arrivals) {
  auto source = tests::rounds(scope, rounds, numbers(per_round));
  auto held = hold(source, by_hash(), delay_of, arrivals);
  auto mapped = map_numbers(source, tripled);
  OperatorBuilder<Epoch> op(scope, "merge");
  auto& left = op.input(held, by_value());
  auto& right = op.input(mapped, Pipeline{});
  auto [out, merged] = op.output<std::uint64_t>();
  op.build([&left, &right, &out = out] {
    left.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
    right.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
  });
  auto again = hold(
      merged, by_hash(), [](std::uint64_t) { return 1; }, arrivals);
  collect(again, by_value(), arrivals);
  collect(map_numbers(merged, [](std::uint64_t n) { return ~n; }), Pipeline{}, arrivals);
}

inline TimedResults plain_loop(std::uint32_t workers, std::uint64_t rounds,
                               std::uint64_t per_round) {
  TimedResults results;
  const auto merged = [&](std::uint64_t time, std::uint64_t n) {
    results.emplace_back(time + 1, n);
    results.emplace_back(time, ~n);
  };
  for (std::uint32_t worker = 0; worker != workers; ++worker)
    for (std::uint64_t round = 0; round != rounds; ++round)
      for (const std::uint64_t n : numbers(per_round)(worker, round)) {
        merged(round + delay_of(n), n);
        merged(round, tripled(n));
      }
  std::ranges::sort(results);
  return results;
}

}  // namespace tidemark::tests
