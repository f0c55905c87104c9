// SPDX-License-Identifier: MIT
//
// Question: what does a stateless step cost beside its work, in large batches and in batches of 1?
#include "chain.hpp"

#include <tidemark/core/fused.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include <benchmark/benchmark.h>

#include "bench.hpp"
#include "by_hand.hpp"
#include "flow_graph.hpp"
#include "virtual_steps.hpp"
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

constexpr std::uint64_t warm_up = 2;  // rounds, until all workers have built theirs

/// An epoch for each `round_items` items of each worker.
double ours(std::uint32_t workers, std::uint64_t rounds, std::uint64_t round_items,
            bool one_by_one) {
  std::vector<Padded<std::uint64_t>> sums(workers);
  double elapsed = 0;
  execute({.workers = workers}, [&](Worker& worker) {
    std::uint64_t& sum = sums[worker.index()].value;
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<std::uint64_t>(scope);
      for (int node = 0; node != chain_nodes; ++node) stream = stream | map(work);
      stream = fuse_in_place(stream, "sum", "", [&](Epoch, std::vector<std::uint64_t>& items) {
        sum = std::accumulate(items.begin(), items.end(), sum);
      });
      return std::pair{std::move(handle), tidemark::probe(stream)};
    });
    Stopwatch watch;
    for (std::uint64_t round = 0; round != warm_up + rounds; ++round) {
      if (round == warm_up) watch = {};
      const std::uint64_t first = (round * workers + worker.index()) * round_items;
      for (std::uint64_t item = first; item != first + round_items; ++item) {
        input.send(item);
        if (one_by_one) input.flush();
      }
      input.advance_to(round + 1);
      worker.step_while([&] { return probe.less_than(input.time()); });
    }
    if (worker.index() == 0) elapsed = watch.ns();
    check(probe.frontier() == Antichain<Epoch>{warm_up + rounds}, "not at the last epoch");
  });
  std::uint64_t sum = 0;
  for (const auto& [of_worker] : sums) sum += of_worker;
  const std::uint64_t items = workers * round_items;  // of a round
  return per_item_and_node(elapsed, rounds * items, sum, warm_up * items);
}

// A pass per node: fused, the passes would be another program.
[[gnu::noinline]] void pass(std::vector<std::uint64_t>& items) {
  for (std::uint64_t& item : items) item = work(item);
  benchmark::ClobberMemory();
}
[[gnu::noinline]] std::uint64_t sum_of(const std::vector<std::uint64_t>& items) {
  return std::accumulate(items.begin(), items.end(), std::uint64_t{0});
}

double batch_loops(std::uint64_t rounds, std::uint64_t round_items) {
  std::uint64_t sum = 0;
  std::vector<std::uint64_t> items;
  const Stopwatch watch;
  for (std::uint64_t round = 0; round != rounds; ++round) {
    items.clear();
    for (std::uint64_t i = 0; i != round_items; ++i) items.push_back(round * round_items + i);
    for (int node = 0; node != chain_nodes; ++node) pass(items);
    sum += sum_of(items);
  }
  return per_item_and_node(watch.ns(), rounds * round_items, sum);
}

double virtual_calls(std::uint64_t rounds) {
  VirtualChain chain(chain_nodes, work);
  const Stopwatch watch;
  for (std::uint64_t item = 0; item != rounds * chain_items; ++item) chain.push(item);
  return per_item_and_node(watch.ns(), rounds * chain_items, chain.sum());
}

}  // namespace

void add_chain_rows(Rows& rows) {
  rows.push_back({.name = "chain_batches",
                  .per = "item and node",
                  .baseline = "a loop over the batch per node",
                  .quick_rounds = 10'000,
                  .full_rounds = 60'000,
                  .ours = [](std::uint64_t rounds) { return ours(1, rounds, chain_items, false); },
                  .by_hand = [](std::uint64_t rounds) { return batch_loops(rounds, chain_items); },
                  .bar = Bar{4}});
  rows.push_back({.name = "chain_single",
                  .per = "item and node",
                  .baseline = "a virtual call per item and node",
                  .quick_rounds = 1'000,
                  .full_rounds = 10'000,
                  .ours = [](std::uint64_t rounds) { return ours(1, rounds, chain_items, true); },
                  .by_hand = virtual_calls,
                  .bar = Bar{.times = 5, .plus = 200.0 / chain_nodes}});
  add_crowds(rows,
             {.name = "chain_batches",
              .per = "item and node",
              .quick_rounds = 10'240,
              .full_rounds = 61'440,
              .bar = crowded},
             [](std::uint32_t workers, std::uint64_t rounds) {
               return ours(workers, rounds / workers, chain_items, false);
             });
  for (const bool one_by_one : {false, true})
    rows.push_back(
        {.name = one_by_one ? "chain_single_tbb" : "chain_batches_tbb",
         .per = "item and node",
         .baseline = "oneTBB flow graph",
         .quick_rounds = one_by_one ? 20u : 2'000u,
         .full_rounds = one_by_one ? 200u : 20'000u,
         .ours = [=](std::uint64_t rounds) { return ours(1, rounds, chain_items, one_by_one); },
         .by_hand = [=](std::uint64_t rounds) { return flow_graph_chain(rounds, one_by_one); }});
  for (const std::uint64_t batch : {1, 10, 100, 1'000, 10'000, 100'000}) {
    const auto rounds_of = [batch](std::uint64_t items) {
      return std::max(std::min(items / batch, items / 10), std::uint64_t{1});
    };
    rows.push_back(
        {.name = "batch_sweep_" + std::to_string(batch),
         .per = "item and node",
         .baseline = "a loop over the batch per node",
         .quick_rounds = 500'000,
         .full_rounds = 10'000'000,
         .ours = [=](std::uint64_t items) { return ours(1, rounds_of(items), batch, false); },
         .by_hand = [=](std::uint64_t items) { return batch_loops(rounds_of(items), batch); },
         .series = "batch_sweep: item and node by items in an epoch",
         .size = static_cast<double>(batch)});
  }
}

}  // namespace tidemark::bench
