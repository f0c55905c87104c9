// SPDX-License-Identifier: MIT
//
// Question: what does it cost to pair the values of two streams by their keys?
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/keyed/join.hpp>

#include "bench.hpp"
#include "meeting.hpp"
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

constexpr std::uint64_t values_per_key = 10;   // on each side
constexpr std::uint64_t batch_items = 10'000;  // of each side, that 1 or 2 workers feed in an epoch

using Item = std::pair<std::uint64_t, std::uint64_t>;  // key, value

/// What one worker feeds to both sides, of which each has `items` in all.
class Items {
 public:
  Items(std::uint32_t worker, std::uint64_t items)
      : random_(worker),
        keys_(items / values_per_key) {}
  Item next() {
    const std::uint64_t r = random_.next();
    return {((r >> 32) * keys_) >> 32, r & 0xFFFF};
  }

 private:
  Random random_;
  std::uint64_t keys_;
};

struct Pairs {
  std::uint64_t number = 0;
  std::uint64_t sum = 0;  // of a * (b + 1)
  void add(std::uint64_t a, std::uint64_t b) {
    ++number;
    sum += a * (b + 1);
  }
  friend bool operator==(const Pairs&, const Pairs&) = default;
};

/// By key: how many values there are on each side, and their sums.
Pairs expected(std::uint32_t workers, std::uint64_t items) {
  static std::map<std::pair<std::uint32_t, std::uint64_t>, Pairs> known;
  const auto at = known.find({workers, items});
  if (at != known.end()) return at->second;
  struct Side {
    std::uint64_t number = 0;
    std::uint64_t sum = 0;
  };
  std::vector<std::array<Side, 2>> keys(items / values_per_key);
  for (std::uint32_t w = 0; w != workers; ++w) {
    Items input(w, items);
    for (std::uint64_t i = 0; i != items / workers; ++i)
      for (const int side : {0, 1}) {
        const auto [key, value] = input.next();
        ++keys[key][static_cast<std::size_t>(side)].number;
        keys[key][static_cast<std::size_t>(side)].sum += value;
      }
  }
  Pairs pairs;
  for (const auto& [a, b] : keys) {
    pairs.number += a.number * b.number;
    pairs.sum += a.sum * (b.sum + b.number);
  }
  return known.emplace(std::pair(workers, items), pairs).first->second;
}

/// Nanoseconds per value, of both sides.
double per_value(double elapsed, std::uint64_t items, const std::vector<Padded<Pairs>>& found) {
  Pairs all;
  for (const auto& [pairs] : found) {
    all.number += pairs.number;
    all.sum += pairs.sum;
  }
  check(all == expected(static_cast<std::uint32_t>(found.size()), items), "the pairs");
  return elapsed / static_cast<double>(2 * items);
}

double ours(std::uint32_t workers, std::uint64_t items) {
  std::vector<Padded<Pairs>> found(workers);
  const Stopwatch watch;
  execute({.workers = workers}, [&](Worker& worker) {
    Pairs& pairs = found[worker.index()].value;
    auto [left, right, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [a, lefts] = new_input<Item>(scope);
      auto [b, rights] = new_input<Item>(scope);
      auto joined = fuse_in_place(join("", lefts, rights), "pairs", "", [&pairs](Epoch, auto& all) {
        for (const auto& [key, values] : all) pairs.add(values.first, values.second);
      });
      return std::tuple{std::move(a), std::move(b), tidemark::probe(joined)};
    });
    Items input(worker.index(), items);
    const std::uint64_t epoch_items =
        std::clamp<std::uint64_t>(2 * batch_items / workers, 1, batch_items);
    for (std::uint64_t i = 0; i != items / workers; ++i) {
      left.send(input.next());
      right.send(input.next());
      if (i % epoch_items != epoch_items - 1) continue;
      const std::uint64_t epoch = left.time().value + 1;
      left.advance_to(epoch);
      right.advance_to(epoch);
      worker.step_while([&] { return epoch > 4 && probe.less_than(epoch - 4); });
      worker.step();
    }
  });
  return per_value(watch.ns(), items, found);
}

/// The values of each key so far.
class Table {
 public:
  explicit Table(Pairs& pairs) : pairs_(pairs) {}
  void add_left(const Item& item) {
    Values& values = table_[item.first];
    for (const std::uint64_t b : values.right) pairs_.add(item.second, b);
    values.left.push_back(item.second);
  }
  void add_right(const Item& item) {
    Values& values = table_[item.first];
    for (const std::uint64_t a : values.left) pairs_.add(a, item.second);
    values.right.push_back(item.second);
  }

 private:
  struct Values {
    std::vector<std::uint64_t> left;
    std::vector<std::uint64_t> right;
  };
  Pairs& pairs_;
  KeyTable<std::uint64_t, Values> table_;
};

double one_thread(std::uint64_t items) {
  std::vector<Padded<Pairs>> found(1);
  const Stopwatch watch;
  {
    Table table(found[0].value);
    Items input(0, items);
    for (std::uint64_t i = 0; i != items; ++i) {
      table.add_left(input.next());
      table.add_right(input.next());
    }
  }
  return per_value(watch.ns(), items, found);
}

double two_threads(std::uint64_t items) {
  struct Sent {
    bool left;
    Item item;
  };
  std::vector<Padded<Pairs>> found(2);
  Meeting<Sent> meeting(2);
  const Stopwatch watch;
  run_threads(2, [&](std::uint32_t self) {
    Table table(found[self].value);
    Items input(self, items);
    const auto send = [&](bool left) {
      const Item item = input.next();
      meeting.to(self, static_cast<std::uint32_t>(KeyHash{}(item.first) & 1))
          .push_back({left, item});
    };
    for (std::uint64_t i = 0; i < items / 2; i += batch_items) {
      for (std::uint64_t j = i; j != std::min(i + batch_items, items / 2); ++j) {
        send(true);
        send(false);
      }
      meeting.meet(self);
      for (const std::uint32_t other : {0u, 1u})
        for (const auto& [left, item] : meeting.from(other, self))
          left ? table.add_left(item) : table.add_right(item);
    }
    return 0.0;
  });
  return per_value(watch.ns(), items, found);
}

}  // namespace

void add_hash_join_rows(Rows& rows) {
  for (const std::uint32_t workers : {1u, 2u})
    rows.push_back({.name = "hash_join",
                    .workers = workers,
                    .per = "value",
                    .baseline = workers == 1 ? "a loop over the table" : "2 threads that meet",
                    .quick_rounds = 100'000,
                    .full_rounds = 10'000'000,
                    .full_repetitions = 3,
                    .ours = [=](std::uint64_t items) { return ours(workers, items); },
                    .by_hand = workers == 1 ? one_thread : two_threads});
  add_crowds(rows,
             {.name = "hash_join",
              .per = "value",
              .quick_rounds = 1'024'000,
              .full_rounds = 10'240'000,
              .full_repetitions = 3,
              .bar = crowded},
             ours);
}

}  // namespace tidemark::bench
