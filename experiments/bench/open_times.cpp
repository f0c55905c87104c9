// SPDX-License-Identifier: MIT
//
// Question: what does it cost to change the open timestamps at a location, by how many are open?
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/mutable_antichain.hpp>
#include <tidemark/progress/product.hpp>

#include "bench.hpp"
#include "tracker_by_hand.hpp"
#include <cstdint>
#include <string>

namespace tidemark::bench {
namespace {

using Pair = Product<Epoch, Epoch>;

constexpr std::uint64_t counters = 8;  // of each first coordinate, as of a loop's rounds

/// Timestamp number n. Among pairs, two that follow each other are comparable unless the first
/// coordinate changes between them, so a window of them has a frontier of two.
Epoch nth(std::uint64_t n, Epoch) {
  return n;
}
Pair nth(std::uint64_t n, Pair) {
  return {n / counters, n % counters};
}

/// A window of `open` timestamps that slides by one.
template <Timestamp T>
double slide(std::uint64_t open, std::uint64_t slides) {
  MutableAntichain<T> counts;
  for (std::uint64_t t = 0; t != open; ++t) counts.update(nth(t, T{}), +1);
  const Stopwatch watch;
  for (std::uint64_t t = 0; t != slides; ++t) {
    counts.update(nth(t + open, T{}), +1);
    counts.update(nth(t, T{}), -1);
  }
  const double elapsed = watch.ns();
  Antichain<T> expected;
  for (std::uint64_t t = slides; t != slides + open; ++t) expected.insert(nth(t, T{}));
  check(counts.entries().size() == open, "the number of open timestamps");
  check(counts.frontier() == expected, "the least open timestamps");
  return elapsed / static_cast<double>(slides);
}

template <Timestamp T>
void add(Rows& rows, const std::string& name, const std::string& series, std::uint64_t open,
         std::uint64_t quick, std::optional<Bar> bar) {
  rows.push_back({.name = name + '_' + std::to_string(open),
                  .per = "slide",
                  .baseline = "a ring of counts",
                  .quick_rounds = quick,
                  .full_rounds = quick * 10,
                  .ours = [=](std::uint64_t slides) { return slide<T>(open, slides); },
                  .by_hand = [=](std::uint64_t slides) { return slide_ring(open, slides); },
                  .bar = bar,
                  .series = series,
                  .size = static_cast<double>(open)});
}

}  // namespace

void add_open_times_rows(Rows& rows) {
  for (const std::uint64_t open : {1, 100, 10'000})
    add<Epoch>(rows, "open_times", "open_times: slide by open timestamps, totally ordered", open,
               1'000'000, open == 10'000 ? std::optional(Bar{.plus = 50}) : std::nullopt);
  for (const std::uint64_t open : {1, 100, 10'000})
    add<Pair>(rows, "open_pairs", "open_pairs: slide by open timestamps, partially ordered", open,
              open == 10'000 ? 2'000 : 100'000, std::nullopt);
}

}  // namespace tidemark::bench
