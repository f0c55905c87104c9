// SPDX-License-Identifier: MIT
//
// What the tests of operators that hold state share: a dataflow whose results and frontiers are
// checked, and records for it.
#pragma once

#include <tidemark/core/scope.hpp>

#include <tests/core/configurations.hpp>
#include <tests/core/runs.hpp>
#include <tests/core/steps.hpp>
#include <tests/support.hpp>

namespace tidemark::tests {

using Number = std::uint64_t;
template <typename Item>
using AtEpochs = std::vector<std::pair<Number, Item>>;

/// Runs the dataflow that ends with the stream `build(scope)` and gives what came out of it,
/// checked against the frontiers there, sorted.
template <typename Item, typename Build>
AtEpochs<Item> results_of(const Config& config, const Build& build) {
  Arrivals<Item> arrivals;
  run_to_end(config, [&](Scope<Epoch>& scope) { collect(build(scope), Pipeline{}, arrivals); });
  REQUIRE(arrivals.complaints() == std::vector<std::string>{});
  return arrivals.sorted();
}

/// All that `rounds(scope, count, records_of)` sends, sorted.
template <typename RecordsOf>
auto sent_by(const Config& config, Number count, RecordsOf records_of) {
  AtEpochs<typename decltype(records_of(0, 0))::value_type> all;
  for (Number round = 0; round != count; ++round)
    for (std::uint32_t worker = 0; worker != config.workers; ++worker)
      for (auto& record : records_of(worker, round)) all.emplace_back(round, std::move(record));
  std::ranges::sort(all);
  return all;
}

/// Pairs of a key below 5 and a value, a few per worker and round, none in some.
inline std::vector<std::pair<Number, Number>> keyed_numbers(std::uint32_t worker, Number round) {
  std::vector<std::pair<Number, Number>> records;
  for (Number i = 0; i != (round * 3 + worker) % 5; ++i)
    records.emplace_back((round + worker * 2 + i * i) % 5, round * 10 + worker + i);
  return records;
}

}  // namespace tidemark::tests
