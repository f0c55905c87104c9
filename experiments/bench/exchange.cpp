// SPDX-License-Identifier: MIT
//
// Question: what does it cost to move a small record to the worker that its hash names?
#include <tidemark/core/fused.hpp>
#include <tidemark/core/hash.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/routing/redistribute.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

constexpr std::uint64_t warm_up = 2;  // rounds, until nothing is allocated any more

/// The records of a worker's round.
using RoundSize = std::uint64_t (*)(std::uint32_t workers);
constexpr std::uint64_t round_records = 1000;
std::uint64_t a_thousand(std::uint32_t) {
  return round_records;
}
std::uint64_t a_batch_each(std::uint32_t workers) {
  return 64 * std::uint64_t{workers};
}

struct Tally {
  std::uint64_t records = 0;
  std::uint64_t sum = 0;
  void add(const std::uint64_t* begin, std::size_t size) {
    records += size;
    sum = std::accumulate(begin, begin + size, sum);
  }
  friend bool operator==(const Tally&, const Tally&) = default;
};
using Tallies = std::vector<Padded<Tally>>;  // by worker

/// Where the records of a worker's round begin: all records of a run differ.
std::uint64_t first_record(std::uint64_t round, std::uint32_t worker, std::uint32_t workers,
                           std::uint64_t size) {
  return (round * workers + worker) * size;
}
/// Of a record; `workers` is a power of two.
std::uint32_t destination(std::uint64_t record, std::uint32_t workers) {
  return static_cast<std::uint32_t>(KeyHash{}(record) & (workers - 1));
}

double per_record(double elapsed, std::uint64_t rounds, std::uint64_t size,
                  const Tallies& tallies) {
  const auto workers = static_cast<std::uint32_t>(tallies.size());
  Tallies expected(workers);
  for (std::uint64_t r = 0; r != (warm_up + rounds) * workers * size; ++r)
    expected[destination(r, workers)].value.add(&r, 1);
  for (std::uint32_t w = 0; w != workers; ++w)
    check(tallies[w].value == expected[w].value, "the records that a worker got");
  return elapsed / static_cast<double>(rounds * workers * size);
}

double ours(std::uint32_t workers, std::uint64_t size, std::uint64_t rounds) {
  Tallies tallies(workers);
  double elapsed = 0;
  execute({.workers = workers}, [&](Worker& worker) {
    Tally& tally = tallies[worker.index()].value;
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<std::uint64_t>(scope);
      auto moved = stream | exchange([](std::uint64_t r) { return r; });
      auto tallied = fuse_in_place(moved, "tally", "", [&tally](Epoch, auto& records) {
        tally.add(records.data(), records.size());
      });
      return std::pair{std::move(handle), tidemark::probe(tallied)};
    });
    Stopwatch watch;
    for (std::uint64_t round = 0; round != warm_up + rounds; ++round) {
      if (round == warm_up) watch = {};
      const std::uint64_t first = first_record(round, worker.index(), workers, size);
      for (std::uint64_t r = first; r != first + size; ++r) input.send(r);
      input.advance_to(round + 1);
      worker.step_while([&] { return probe.less_than(input.time()); });
    }
    if (worker.index() == 0) elapsed = watch.ns();
    check(probe.frontier() == Antichain<Epoch>{warm_up + rounds}, "not at the last round");
  });
  return per_record(elapsed, rounds, size, tallies);
}

double rings(std::uint64_t rounds) {
  constexpr std::uint32_t workers = 2;
  Tallies tallies(workers);
  const auto to = std::make_unique<std::array<Ring, workers>>();  // by receiver
  std::array<Padded<std::atomic<std::uint64_t>>, workers> done{};
  const Patience patience(workers);
  const double elapsed = run_threads(workers, [&](std::uint32_t self) {
    const std::uint32_t other = 1 - self;
    Tally& tally = tallies[self].value;
    std::vector<std::uint64_t> own;
    Stopwatch watch;
    for (std::uint64_t round = 0; round != warm_up + rounds; ++round) {
      if (round == warm_up) watch = {};
      // The ring has room for all blocks of a round.
      Ring::Block* block = (*to)[other].to_fill();
      const std::uint64_t first = first_record(round, self, workers, round_records);
      for (std::uint64_t r = first; r != first + round_records; ++r) {
        if (destination(r, workers) == self) {
          own.push_back(r);
        } else {
          block->records[block->size++] = r;
        }
      }
      (*to)[other].push();
      tally.add(own.data(), own.size());
      own.clear();
      patience.until([&] { return (*to)[self].to_read() != nullptr; });
      const Ring::Block& got = *(*to)[self].to_read();
      tally.add(got.records.data(), got.size);
      (*to)[self].pop();
      done[self].value.store(round + 1, std::memory_order_release);
      patience.until([&] { return done[other].value.load(std::memory_order_acquire) > round; });
    }
    return self == 0 ? watch.ns() : 0;
  });
  return per_record(elapsed, rounds, round_records, tallies);
}

}  // namespace

void add_exchange_rows(Rows& rows) {
  static_assert(round_records <= std::tuple_size_v<decltype(Ring::Block::records)>);
  rows.push_back({.name = "exchange",
                  .workers = 2,
                  .per = "record",
                  .baseline = "2 threads, 2 rings",
                  .quick_rounds = 5'000,
                  .full_rounds = 50'000,
                  .ours = [](std::uint64_t rounds) { return ours(2, round_records, rounds); },
                  .by_hand = rings,
                  .bar = Bar{2}});
  const auto add = [&](std::string name, RoundSize size) {
    add_crowds(rows,
               {.name = std::move(name),
                .per = "record",
                .quick_rounds = 4'096'000,
                .full_rounds = 20'480'000,
                .bar = crowded},
               [size](std::uint32_t workers, std::uint64_t records) {
                 const std::uint64_t round = size(workers) * workers;
                 return ours(workers, size(workers), std::max<std::uint64_t>(records / round, 1));
               });
  };
  add("exchange", a_thousand);  // of which, with 512 workers, two go to each
  add("exchange_wide", a_batch_each);
}

}  // namespace tidemark::bench
