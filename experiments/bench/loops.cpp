// SPDX-License-Identifier: MIT
//
// Question: what does it cost a record to go round a loop, and loops within loops?
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/loops/iterate.hpp>
#include <tidemark/operators/stateless/filter.hpp>
#include <tidemark/operators/stateless/map.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include "cycle.hpp"
#include "virtual_steps.hpp"
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

/// A ball that each hit sends to the next worker, round a loop; nanoseconds per hit.
double pingpong(std::uint32_t workers, std::uint64_t hits) {
  std::atomic<std::uint64_t> count{0};
  const std::uint64_t first = 2 * std::uint64_t{workers};
  const std::uint64_t last = first + hits;  // the clock starts when each has had it twice
  Stopwatch watch;
  double elapsed = 0;
  execute({.workers = workers}, [&](Worker& worker) {
    auto input = worker.dataflow<Nested<Epoch, 1>>([&](auto& scope) {
      auto [handle, served] = new_input<std::uint64_t>(scope);
      cycle(served, [&](auto balls) {
        return unary<std::uint64_t>(balls, Exchange{[](std::uint64_t hit) { return hit; }}, "hit",
                                    "", [&, first, last](auto& in, auto& out) {
                                      in.for_each([&](auto& batch) {
                                        for (const std::uint64_t hit : batch) {
                                          if (hit == first) watch = {};
                                          if (hit == last) elapsed = watch.ns();
                                          if (hit != last) out.at(batch).give(hit + 1);
                                        }
                                        count += batch.records.size();
                                      });
                                    });
      });
      return std::move(handle);
    });
    if (worker.index() == 0) input.send(1);
  });
  check(count == last, "how often the ball was hit");
  return elapsed / static_cast<double>(hits);
}

double flag_there_and_back(std::uint64_t hits) {
  std::atomic<std::uint64_t> ball{1};
  const Patience patience(2);
  const Stopwatch watch;
  run_threads(2, [&](std::uint32_t self) {
    for (std::uint64_t hit = self + 1; hit <= hits; hit += 2) {
      patience.until([&] { return ball.load(std::memory_order_acquire) == hit; });
      ball.store(hit + 1, std::memory_order_release);
    }
    return 0.0;
  });
  const double elapsed = watch.ns();
  check(ball == hits + 1, "how often the ball was hit");
  return elapsed / static_cast<double>(hits);
}

double calls(std::uint64_t hits) {
  VirtualChain chain(1, std::identity{});
  const Stopwatch watch;
  for (std::uint64_t hit = 1; hit <= hits; ++hit) chain.push(hit);
  const double elapsed = watch.ns();
  check(chain.sum() == hits * (hits + 1) / 2, "the sum of the hits");
  return elapsed / static_cast<double>(hits);
}

/// A record goes round the inner loop `turns` times, then once round the outer one.
struct Turn {
  std::uint64_t outer = 0;
  std::uint64_t inner = 0;
};
constexpr std::uint64_t turns = 8;

/// Nanoseconds per turn of the inner loop.
double nested(std::uint32_t workers, std::uint64_t rounds) {
  std::vector<Padded<std::uint64_t>> counts(workers);
  const Stopwatch watch;
  execute({.workers = workers}, [&](Worker& worker) {
    std::uint64_t& count = counts[worker.index()].value;
    auto input = worker.dataflow<Nested<Epoch, 2>>([&](auto& scope) {
      auto [handle, first] = new_input<Turn>(scope);
      iterate(first, [&](auto outer) {
        auto done = iterate(outer, [&](auto inner) {
          return inner | filter([](const Turn& turn) { return turn.inner != turns; }) |
                 map([&count](Turn turn) {
                   ++count;
                   ++turn.inner;
                   return turn;
                 });
        });
        return done | filter([rounds](const Turn& turn) {
                 return turn.inner == turns && turn.outer + 1 != rounds;
               }) |
               map([](const Turn& turn) {
                 return Turn{turn.outer + 1, 0};
               });
      });
      return std::move(handle);
    });
    input.send({});
  });
  const double elapsed = watch.ns();
  for (const auto& [count] : counts) check(count == rounds * turns, "the number of turns");
  return elapsed / static_cast<double>(workers * rounds * turns);
}

double nested_calls(std::uint64_t rounds) {
  VirtualChain outer(2, std::identity{});
  VirtualChain inner(3, std::identity{});
  const Stopwatch watch;
  for (std::uint64_t round = 0; round != rounds; ++round) {
    for (std::uint64_t turn = 0; turn != turns; ++turn) inner.push(1);
    outer.push(1);
  }
  const double elapsed = watch.ns();
  check(inner.sum() == rounds * turns && outer.sum() == rounds, "the number of turns");
  return elapsed / static_cast<double>(rounds * turns);
}

}  // namespace

void add_loop_rows(Rows& rows) {
  for (const std::uint32_t workers : {1u, 2u})
    rows.push_back({.name = "pingpong",
                    .workers = workers,
                    .per = "hit",
                    .baseline = workers == 1 ? "virtual calls" : "2 threads, one shared word",
                    .quick_rounds = 10'000,
                    .full_rounds = 100'000,
                    .ours = [=](std::uint64_t hits) { return pingpong(workers, hits); },
                    .by_hand = workers == 1 ? calls : flag_there_and_back});
  rows.push_back({.name = "nested_loops",
                  .per = "inner turn",
                  .baseline = "virtual calls",
                  .quick_rounds = 2'000,
                  .full_rounds = 20'000,
                  .ours = [](std::uint64_t rounds) { return nested(1, rounds); },
                  .by_hand = nested_calls});
  add_crowds(rows,
             {.name = "pingpong",
              .per = "hit",
              .quick_rounds = 102'400,
              .full_rounds = 409'600,
              .bar = crowded},
             pingpong);
  add_crowds(rows,
             {.name = "nested_loops",
              .per = "inner turn",
              .quick_rounds = 40'960,
              .full_rounds = 204'800,
              .bar = crowded},
             [](std::uint32_t workers, std::uint64_t rounds) {
               return nested(workers, rounds / workers);
             });
}

}  // namespace tidemark::bench
