// SPDX-License-Identifier: MIT
//
// Question: what does it cost to give a stream to many operators, and to make one of many streams?
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/routing/concat.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

constexpr std::uint64_t branches = 16;
constexpr std::uint64_t round_items = 1024;
constexpr std::uint64_t warm_up = 2;  // rounds, until all workers have built theirs

using Numbers = Stream<Epoch, std::uint64_t>;
using Items = std::vector<std::uint64_t>;

constexpr auto work = [](std::uint64_t x) { return 3 * x + 1; };

/// Each item passes each branch once; nanoseconds per item and branch.
/// `sum` is that of so many rounds, and of `more` before the time was taken.
double per_item_and_branch(double elapsed, std::uint64_t rounds, std::uint64_t sum,
                           std::uint64_t more = 0) {
  std::uint64_t expected = 0;
  for (std::uint64_t item = 0; item != (more + rounds) * round_items; ++item)
    expected += work(item);
  check(sum == expected * branches, "the sum over all items");
  return elapsed / static_cast<double>(rounds * round_items * branches);
}

/// `build(stream, sum)` makes the branches and what comes of them. Each worker has `rounds` rounds.
template <typename Build>
double run_branches(std::uint32_t workers, std::uint64_t rounds, Build build) {
  std::vector<Padded<std::uint64_t>> sums(workers);
  double elapsed = 0;
  execute({.workers = workers}, [&](Worker& worker) {
    std::uint64_t& sum = sums[worker.index()].value;
    auto [input, probes] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<std::uint64_t>(scope);
      std::vector<Probe<Epoch>> ends;
      for (const Numbers& end : build(stream, sum)) ends.push_back(tidemark::probe(end));
      return std::pair{std::move(handle), std::move(ends)};
    });
    Stopwatch watch;
    for (std::uint64_t round = 0; round != warm_up + rounds; ++round) {
      if (round == warm_up) watch = {};
      const std::uint64_t first = (round * workers + worker.index()) * round_items;
      for (std::uint64_t item = first; item != first + round_items; ++item) input.send(item);
      input.advance_to(round + 1);
      for (const Probe<Epoch>& probe : probes)
        worker.step_while([&] { return probe.less_than(input.time()); });
    }
    if (worker.index() == 0) elapsed = watch.ns();
  });
  std::uint64_t sum = 0;
  for (const auto& [of_worker] : sums) sum += of_worker;
  return per_item_and_branch(elapsed, workers * rounds, sum, workers * warm_up);
}

/// One stream, of which 16 operators take a copy each.
double fan_out(std::uint32_t workers, std::uint64_t rounds) {
  return run_branches(workers, rounds, [](const Numbers& stream, std::uint64_t& sum) {
    std::vector<Numbers> ends;
    for (std::uint64_t b = 0; b != branches; ++b)
      ends.push_back(
          unary<std::uint64_t>(stream, Pipeline{}, "branch", "", [&sum](auto& in, auto&) {
            in.for_each([&](auto& batch) {
              for (const std::uint64_t item : batch) sum += work(item);
            });
          }));
    return ends;
  });
}

double copies(std::uint64_t rounds) {
  std::vector<Items> copies(branches);
  Items items;
  std::uint64_t sum = 0;
  const Stopwatch watch;
  for (std::uint64_t round = 0; round != rounds; ++round) {
    items.clear();
    for (std::uint64_t i = 0; i != round_items; ++i) items.push_back(round * round_items + i);
    for (Items& copy : copies) copy = items;
    for (const Items& copy : copies)
      for (const std::uint64_t item : copy) sum += work(item);
  }
  return per_item_and_branch(watch.ns(), rounds, sum);
}

/// 16 streams, each a map's, into one operator.
double fan_in(std::uint32_t workers, std::uint64_t rounds) {
  return run_branches(workers, rounds, [](const Numbers& stream, std::uint64_t& sum) {
    std::vector<Numbers> streams;
    for (std::uint64_t b = 0; b != branches; ++b) streams.push_back(stream | map(work));
    return std::vector{fuse_in_place(concat(streams), "sum", "", [&sum](Epoch, const Items& items) {
      sum = std::accumulate(items.begin(), items.end(), sum);
    })};
  });
}

double appended(std::uint64_t rounds) {
  std::vector<Items> mapped(branches);
  Items items;
  Items all;
  std::uint64_t sum = 0;
  const Stopwatch watch;
  for (std::uint64_t round = 0; round != rounds; ++round) {
    items.clear();
    for (std::uint64_t i = 0; i != round_items; ++i) items.push_back(round * round_items + i);
    for (Items& branch : mapped) {
      branch = items;
      std::ranges::transform(branch, branch.begin(), work);
    }
    all.clear();
    for (const Items& branch : mapped) all.insert(all.end(), branch.begin(), branch.end());
    sum = std::accumulate(all.begin(), all.end(), sum);
  }
  return per_item_and_branch(watch.ns(), rounds, sum);
}

}  // namespace

void add_fan_rows(Rows& rows) {
  const auto add = [&](const std::string& name, std::string baseline, MeasureWorkers ours,
                       Measure by_hand) {
    rows.push_back({.name = name,
                    .per = "item and branch",
                    .baseline = std::move(baseline),
                    .quick_rounds = 1'024,
                    .full_rounds = 10'240,
                    .ours = [ours](std::uint64_t rounds) { return ours(1, rounds); },
                    .by_hand = std::move(by_hand)});
    add_crowds(rows,
               {.name = name,
                .per = "item and branch",
                .quick_rounds = 4'096,
                .full_rounds = 40'960,
                .bar = crowded},
               [ours](std::uint32_t workers, std::uint64_t rounds) {
                 return ours(workers, rounds / workers);
               });
  };
  add("fan_out", "a copy for each", fan_out, copies);
  add("fan_in", "all appended to one vector", fan_in, appended);
}

}  // namespace tidemark::bench
