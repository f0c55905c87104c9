// SPDX-License-Identifier: MIT
//
// Question: what does it cost to count records by key, each key at one worker?
#include "keyed_count.hpp"

#include <tidemark/core/fused.hpp>
#include <tidemark/core/hash.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/timestamps/count.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include "flow_graph.hpp"
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

constexpr std::uint64_t step_items = 4096;  // that a worker sends between two steps

double ours(std::uint32_t workers, std::uint64_t items) {
  Total total;
  double elapsed = 0;
  execute({.workers = workers}, [&](Worker& worker) {
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<std::uint64_t>(scope);
      auto counts = stream | count();
      auto added = fuse_in_place(counts, "total", "", [&total](Epoch, auto& pairs) {
        for (const auto& [key, count] : pairs) total.add(key, count);
      });
      return std::pair{std::move(handle), tidemark::probe(added)};
    });
    Keys input_keys(worker.index());
    const Stopwatch watch;
    for (std::uint64_t i = 0; i != items / workers; ++i) {
      if (i % step_items == 0) worker.step();
      input.send(input_keys.next());
    }
    input.close();
    worker.step_while([&probe = probe] { return !probe.done(); });
    if (worker.index() == 0) elapsed = watch.ns();
  });
  return per_item(elapsed, items, workers, total);
}

double one_loop(std::uint64_t items) {
  Total total;
  Keys input(0);
  Table table;
  const Stopwatch watch;
  for (std::uint64_t i = 0; i != items; ++i) ++table[input.next()];
  total.add(table);
  return per_item(watch.ns(), items, 1, total);
}

double two_threads(std::uint64_t items) {
  Total total;
  const auto to = std::make_unique<std::array<Ring, 2>>();  // by receiver
  const Patience patience(2);
  const double elapsed = run_threads(2, [&](std::uint32_t self) {
    Ring& out = (*to)[1 - self];
    Ring& in = (*to)[self];
    Keys input(self);
    Table table;
    std::vector<std::uint64_t> own;
    const auto count = [&](const auto* begin, std::size_t size) {
      std::for_each(begin, begin + size, [&](std::uint64_t key) { ++table[key]; });
    };
    bool ended = false;
    const auto read = [&] {
      while (const Ring::Block* block = in.to_read()) {
        count(block->records.data(), block->size);
        ended = block->last;
        in.pop();
      }
    };
    const auto next_block = [&] {
      Ring::Block* block = nullptr;
      patience.until([&] {
        read();
        return (block = out.to_fill()) != nullptr;
      });
      block->last = false;
      return block;
    };
    const Stopwatch watch;
    Ring::Block* block = next_block();
    for (std::uint64_t i = 0; i != items / 2; ++i) {
      const std::uint64_t key = input.next();
      if ((KeyHash{}(key)&1) == self) {
        own.push_back(key);
        if (own.size() < block->records.size()) continue;
        count(own.data(), own.size());
        own.clear();
      } else {
        block->records[block->size++] = key;
        if (block->size < block->records.size()) continue;
        out.push();
        block = next_block();
      }
    }
    count(own.data(), own.size());
    block->last = true;
    out.push();
    patience.until([&] {
      read();
      return ended;
    });
    total.add(table);
    return self == 0 ? watch.ns() : 0;
  });
  return per_item(elapsed, items, 2, total);
}

}  // namespace

void add_keyed_count_rows(Rows& rows) {
  for (const std::uint32_t workers : {1u, 2u})
    rows.push_back({.name = "keyed_count",
                    .workers = workers,
                    .per = "item",
                    .baseline = workers == 1 ? "a loop over the table" : "2 threads, 2 rings",
                    .quick_rounds = 4'000'000,
                    .full_rounds = 20'000'000,
                    .ours = [workers](std::uint64_t items) { return ours(workers, items); },
                    .by_hand = workers == 1 ? one_loop : two_threads,
                    .bar = workers == 1 ? Bar{1.4} : Bar{.times = 1.25, .of_one_worker = true}});
  for (const std::uint32_t workers : {1u, 2u})
    rows.push_back(
        {.name = "keyed_count_tbb",
         .workers = workers,
         .per = "item",
         .baseline = "oneTBB flow graph",
         .quick_rounds = 1'024'000,
         .full_rounds = 10'240'000,
         .ours = [=](std::uint64_t items) { return ours(workers, items); },
         .by_hand = [=](std::uint64_t items) { return flow_graph_count(workers, items); }});
  add_crowds(rows,
             {.name = "keyed_count",
              .per = "item",
              .quick_rounds = 4'096'000,
              .full_rounds = 20'480'000,
              .bar = crowded},
             ours);
}

}  // namespace tidemark::bench
