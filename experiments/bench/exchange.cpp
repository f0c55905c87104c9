// SPDX-License-Identifier: MIT
//
// Question: what does it cost to move a small record to the worker that its hash names?
#include <tidemark/core/fused.hpp>
#include <tidemark/core/hash.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/redistribute.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

constexpr std::uint32_t workers = 2;
constexpr std::uint64_t round_records = 1000;  // per worker

struct Tally {
  std::uint64_t records = 0;
  std::uint64_t sum = 0;
  void add(const std::uint64_t* begin, std::size_t size) {
    records += size;
    sum = std::accumulate(begin, begin + size, sum);
  }
  friend bool operator==(const Tally&, const Tally&) = default;
};
using Tallies = std::array<Padded<Tally>, workers>;

/// Record `i` of a worker's round: all records of a run differ.
std::uint64_t record(std::uint64_t round, std::uint32_t worker, std::uint64_t i) {
  return (round * workers + worker) * round_records + i;
}
std::uint32_t destination(std::uint64_t record) {
  return static_cast<std::uint32_t>(KeyHash{}(record) & (workers - 1));
}

double per_record(double elapsed, std::uint64_t rounds, const Tallies& tallies) {
  Tallies expected;
  for (std::uint64_t r = 0; r != rounds * workers * round_records; ++r)
    expected[destination(r)].value.add(&r, 1);
  for (std::uint32_t w = 0; w != workers; ++w)
    check(tallies[w].value == expected[w].value, "the records that a worker got");
  return elapsed / static_cast<double>(rounds * workers * round_records);
}

double ours(std::uint64_t rounds) {
  Tallies tallies;
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
    const Stopwatch watch;
    for (std::uint64_t round = 0; round != rounds; ++round) {
      for (std::uint64_t i = 0; i != round_records; ++i)
        input.send(record(round, worker.index(), i));
      input.advance_to(round + 1);
      worker.step_while([&] { return probe.less_than(input.time()); });
    }
    if (worker.index() == 0) elapsed = watch.ns();
    check(probe.frontier() == Antichain<Epoch>{rounds}, "not at the last round");
  });
  return per_record(elapsed, rounds, tallies);
}

double rings(std::uint64_t rounds) {
  Tallies tallies;
  const auto to = std::make_unique<std::array<Ring, workers>>();  // by receiver
  std::array<Padded<std::atomic<std::uint64_t>>, workers> done{};
  const Patience patience(workers);
  const double elapsed = run_threads(workers, [&](std::uint32_t self) {
    const std::uint32_t other = 1 - self;
    Tally& tally = tallies[self].value;
    std::vector<std::uint64_t> own;
    const Stopwatch watch;
    for (std::uint64_t round = 0; round != rounds; ++round) {
      // The ring has room for all blocks of a round.
      Ring::Block* block = (*to)[other].to_fill();
      for (std::uint64_t i = 0; i != round_records; ++i) {
        const std::uint64_t r = record(round, self, i);
        if (destination(r) == self) {
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
  return per_record(elapsed, rounds, tallies);
}

}  // namespace

void add_exchange_rows(Rows& rows) {
  static_assert(round_records <= std::tuple_size_v<decltype(Ring::Block::records)>);
  rows.push_back({.name = "exchange",
                  .workers = workers,
                  .per = "record",
                  .baseline = "2 threads, 2 rings",
                  .quick_rounds = 5'000,
                  .full_rounds = 50'000,
                  .ours = ours,
                  .by_hand = rings});
}

}  // namespace tidemark::bench
