// SPDX-License-Identifier: MIT
#include "flow_graph.hpp"

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/task_arena.h>

#include "chain.hpp"
#include "keyed_count.hpp"
#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

namespace flow = oneapi::tbb::flow;

using Batch = std::shared_ptr<std::vector<std::uint64_t>>;

constexpr std::uint64_t ahead = 16;  // batches that are put between two waits

/// `Message` through a chain of serial nodes that do `step`, to one that does `last`. `put` gives
/// the first node all there is to do.
template <typename Message, typename Step, typename Last, typename Put>
void run_chain(Step step, Last last, Put put) {
  oneapi::tbb::task_arena arena(1);
  arena.execute([&] {
    flow::graph graph;
    std::deque<flow::function_node<Message, Message>> steps;
    for (int node = 0; node != chain_nodes; ++node) {
      steps.emplace_back(graph, flow::serial, step);
      if (node != 0) flow::make_edge(steps[steps.size() - 2], steps.back());
    }
    flow::function_node<Message> end(graph, flow::serial, last);
    flow::make_edge(steps.back(), end);
    put(graph, steps.front());
  });
}

}  // namespace

double flow_graph_chain(std::uint64_t rounds, bool one_by_one) {
  std::uint64_t sum = 0;
  double elapsed = 0;
  if (one_by_one) {
    run_chain<std::uint64_t>(
        work,
        [&sum](std::uint64_t item) {
          sum += item;
          return flow::continue_msg();
        },
        [&](flow::graph& graph, auto& first) {
          const Stopwatch watch;
          for (std::uint64_t round = 0; round != rounds; ++round) {
            for (std::uint64_t i = 0; i != chain_items; ++i) first.try_put(round * chain_items + i);
            graph.wait_for_all();
          }
          elapsed = watch.ns();
        });
    return per_item_and_node(elapsed, rounds * chain_items, sum);
  }
  run_chain<Batch>(
      [](const Batch& batch) {
        for (std::uint64_t& item : *batch) item = work(item);
        return batch;
      },
      [&sum](const Batch& batch) {
        for (const std::uint64_t item : *batch) sum += item;
        return flow::continue_msg();
      },
      [&](flow::graph& graph, auto& first) {
        std::vector<Batch> batches(ahead);
        for (Batch& batch : batches) batch = std::make_shared<std::vector<std::uint64_t>>();
        const Stopwatch watch;
        for (std::uint64_t round = 0; round != rounds; ++round) {
          const Batch& batch = batches[round % ahead];
          batch->clear();
          for (std::uint64_t i = 0; i != chain_items; ++i)
            batch->push_back(round * chain_items + i);
          first.try_put(batch);
          if (round % ahead == ahead - 1) graph.wait_for_all();
        }
        graph.wait_for_all();
        elapsed = watch.ns();
      });
  return per_item_and_node(elapsed, rounds * chain_items, sum);
}

double flow_graph_count(std::uint32_t threads, std::uint64_t items) {
  check(threads != 0, "there is a thread");
  Total total;
  double elapsed = 0;
  oneapi::tbb::task_arena arena(static_cast<int>(threads));
  arena.execute([&] {
    constexpr std::uint64_t batch_items = 1024;
    flow::graph graph;
    std::vector<Table> tables(threads);
    std::deque<flow::function_node<Batch>> counters;
    for (Table& table : tables)
      counters.emplace_back(graph, flow::serial, [&table](const Batch& batch) {
        for (const std::uint64_t key : *batch) ++table[key];
        return flow::continue_msg();
      });
    // Each feeds the keys of one worker, and routes them by their hash.
    std::deque<flow::function_node<std::uint64_t>> feeders;
    std::vector<Keys> inputs;
    for (std::uint32_t t = 0; t != threads; ++t) inputs.emplace_back(t);
    for (Keys& input : inputs)
      feeders.emplace_back(graph, flow::serial, [&](std::uint64_t number) {
        std::array<Batch, 2> batches;
        for (std::uint32_t t = 0; t != threads; ++t) {
          batches[t] = std::make_shared<std::vector<std::uint64_t>>();
          batches[t]->reserve(batch_items);
        }
        for (std::uint64_t i = 0; i != number; ++i) {
          const std::uint64_t key = input.next();
          const std::uint64_t hash = KeyHash{}(key);
          batches[hash & (threads - 1)]->push_back(key);
        }
        for (std::uint32_t t = 0; t != threads; ++t) counters[t].try_put(batches[t]);
        return flow::continue_msg();
      });
    const Stopwatch watch;
    const std::uint64_t share = items / threads;  // NOLINT(clang-analyzer-core.DivideZero)
    for (std::uint64_t i = 0; i < share; i += batch_items) {
      for (auto& feeder : feeders) feeder.try_put(std::min(batch_items, share - i));
      if (i / batch_items % ahead == ahead - 1) graph.wait_for_all();
    }
    graph.wait_for_all();
    for (const Table& table : tables) total.add(table);
    elapsed = watch.ns();
  });
  return per_item(elapsed, items, threads, total);
}

}  // namespace tidemark::bench
