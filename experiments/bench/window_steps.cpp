// SPDX-License-Identifier: MIT
//
// Question: what do the window steps cost?
#include <tidemark/core/fused.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/random.hpp>
#include <tidemark/core/run.hpp>
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/windowing/clocks/event_clock.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/windowers/sliding_windower.hpp>

#include "bench.hpp"
#include "by_hand.hpp"
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct Amount {
  EventTime time;
  std::uint64_t value;
};
using Item = std::pair<std::uint64_t, Amount>;

constexpr auto zero = [] { return std::uint64_t{0}; };
constexpr auto add = [](std::uint64_t sum, const Amount& amount) { return sum + amount.value; };

constexpr EventTime start{};                 // 1970
constexpr std::uint64_t epoch_items = 1024;  // that a worker feeds at a timestamp
constexpr std::uint64_t epochs_ahead = 64;   // of what is complete, that 1 or 2 workers feed

/// What came out. Mixing each sum with its key keeps apart how values were shared out.
struct Sums {
  std::uint64_t windows = 0;
  std::uint64_t total = 0;
  std::uint64_t mixed = 0;
  void add(std::uint64_t key, std::uint64_t sum) {
    ++windows;
    total += sum;
    mixed += KeyHash{}(KeyHash{}(key) + sum);
  }
  Sums& operator+=(const Sums& other) {
    windows += other.windows;
    total += other.total;
    mixed += other.mixed;
    return *this;
  }
};

/// Sums the amounts of each window; `new_feed(worker)` is what a worker is fed. With event time by
/// source, or by the clock of the original.
template <bool by_source = false, typename W, typename NewFeed>
double sum_by_step(std::uint32_t workers, std::uint64_t items, W windower, nanoseconds wait,
                   NewFeed new_feed, Sums& sums, WindowCounts& counts) {
  std::vector<Padded<Sums>> all(workers);
  double elapsed = 0;
  execute({.workers = workers}, [&](Worker& worker) {
    Sums& own = all[worker.index()].value;
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, stream] = new_input<Item>(scope);
      const auto results = [&, stream = stream] {
        const WindowOptions options{.counts = &counts};
        if constexpr (by_source) {
          const auto time_of = [](const Item& item) { return item.second.time; };
          return stream | event_time("time", time_of, {.wait = wait}) |
                 fold_window("sum", SourceClock(&Amount::time), windower, zero, add, std::plus<>(),
                             options);
        } else {
          return stream | fold_window("sum", EventClock(&Amount::time, wait), windower, zero, add,
                                      std::plus<>(), options);
        }
      }();
      auto added = fuse_in_place(results.results(), "total", "", [&own](Epoch, auto& pairs) {
        for (const auto& [key, of_window] : pairs) own.add(key, of_window.result);
      });
      return std::pair{std::move(handle), tidemark::probe(added)};
    });
    auto feed = new_feed(worker.index());
    const std::uint64_t share = items / workers;
    const auto ahead = std::clamp<std::uint64_t>(2 * epochs_ahead / workers, 1, epochs_ahead);
    const Stopwatch watch;
    for (std::uint64_t i = 0; i != share; ++i) {
      if (i % epoch_items == 0) {
        const std::uint64_t epoch = i / epoch_items;
        input.advance_to(epoch);
        worker.step();
        worker.step_while([&] { return epoch > ahead && probe.less_than(epoch - ahead); });
      }
      input.send(feed.next());
    }
    input.close();
    worker.step_while([&probe = probe] { return !probe.done(); });
    if (worker.index() == 0) elapsed = watch.ns();
  });
  for (const auto& own : all) sums += own.value;
  check(counts.values == items, "the number of values that the step took");
  return elapsed / static_cast<double>(items);
}

// --- Tumbling windows of many keys.

/// A key has 16 events in a window, on average.
constexpr nanoseconds tick = 1min;  // of event time, from one event to the next
constexpr nanoseconds length_for(std::uint64_t keys) {
  return 16 * keys * tick;
}
/// The wall clock moves watermarks, too, but while one measurement lasts by less than half a
/// minute, and so makes nothing late.
constexpr nanoseconds wait_for(std::uint64_t keys) {
  return length_for(keys) / 4 + tick / 2;
}

/// The events that a worker feeds, of keys of its own: up to an eighth of a window out of order.
/// One in 256 comes half a window later than that, which is too late unless its key is a quiet one.
class Events {
 public:
  Events(std::uint64_t keys, std::uint32_t workers, std::uint32_t worker)
      : keys_(keys),
        workers_(workers),
        worker_(worker),
        time_(start + length_for(keys)),
        random_(worker) {}
  [[gnu::always_inline]] Item next() {  // or it is counted differently from where it is used
    const std::uint64_t r = random_.next();
    time_ += workers_ * tick;
    const std::uint64_t key = r % (keys_ / workers_) * workers_ + worker_;
    const std::uint64_t behind =
        ((r >> 32) * (2 * keys_) >> 32) + ((r >> 24 & 255) == 0 ? 8 * keys_ : 0);
    return {key, {time_ - behind * tick, (r >> 16 & 255) + 1}};
  }

 private:
  std::uint64_t keys_;
  std::uint64_t workers_;
  std::uint64_t worker_;
  EventTime time_;
  Random random_;
};

/// The same by hand: since the wait is less than the length, a key has at most two windows open,
/// of which one is even and one odd.
template <std::uint64_t keys>
class TwoWindows {
 public:
  void set_now(nanoseconds now) { now_ = now; }

  void add(const Item& item) {
    const nanoseconds time = item.second.time.time_since_epoch();
    Key& key = table_[item.first];
    const nanoseconds watermark = std::max(time - wait, key.watermark + (now_ - key.since));
    key.watermark = watermark;
    key.since = now_;
    if (time < watermark) {
      ++late;
      return;
    }
    for (Open& open : key.open)
      if (open.end <= watermark) send(item.first, open);
    const std::int64_t window = time / length;
    const nanoseconds end = (window + 1) * length;
    Open& open = key.open[static_cast<std::size_t>(window) % 2];
    open.sum = (open.end == end ? open.sum : 0) + item.second.value;
    open.end = end;
  }
  void finish() {
    for (auto& [name, key] : table_)
      for (Open& open : key.open)
        if (open.end != never) send(name, open);
  }

  Sums sums;
  std::uint64_t late = 0;

 private:
  static constexpr nanoseconds length = length_for(keys);
  static constexpr nanoseconds wait = wait_for(keys);
  static constexpr nanoseconds never = nanoseconds::max();
  struct Open {
    nanoseconds end = never;
    std::uint64_t sum = 0;
  };
  struct Key {
    nanoseconds watermark = nanoseconds::min() / 2;
    nanoseconds since{};  // when the wall clock stood at this
    std::array<Open, 2> open;
  };

  void send(std::uint64_t name, Open& open) {
    sums.add(name, open.sum);
    open.end = never;
  }

  nanoseconds now_{};
  KeyTable<std::uint64_t, Key> table_;
};

/// What must come out: all windows of all keys, without a wall clock.
struct Expected {
  Expected(std::uint64_t keys, std::uint32_t workers, std::uint64_t items) {
    std::map<std::int64_t, KeyTable<std::uint64_t, std::uint64_t>> windows;
    KeyTable<std::uint64_t, EventTime> latest;
    for (std::uint32_t w = 0; w != workers; ++w) {
      Events events(keys, workers, w);
      for (std::uint64_t i = 0; i != items / workers; ++i) {
        const auto [key, amount] = events.next();
        EventTime& last = latest.try_emplace(key, amount.time).first->second;
        last = std::max(last, amount.time);
        if (amount.time < last - wait_for(keys)) {
          ++late;
        } else {
          windows[amount.time.time_since_epoch() / length_for(keys)][key] += amount.value;
        }
      }
    }
    for (const auto& [window, of_keys] : windows)
      for (const auto& [key, sum] : of_keys) sums.add(key, sum);
    check(late != 0, "some events that come too late");
  }

  Sums sums;
  std::uint64_t late = 0;
};

void check_sums(std::uint64_t keys, std::uint32_t workers, std::uint64_t items, const Sums& sums,
                std::uint64_t late) {
  static std::map<std::tuple<std::uint64_t, std::uint32_t, std::uint64_t>, Expected> known;
  const Expected& expected =
      known.try_emplace(std::tuple(keys, workers, items), keys, workers, items).first->second;
  check(late == expected.late, "the number of late events");
  check(sums.windows == expected.sums.windows, "the number of windows");
  check(sums.mixed == expected.sums.mixed, "the sums of the windows");
}

template <std::uint64_t keys>
double tumbling(std::uint32_t workers, std::uint64_t items) {
  Sums sums;
  WindowCounts counts;
  const double cost = sum_by_step(
      workers, items, TumblingWindow(length_for(keys), start), wait_for(keys),
      [=](std::uint32_t worker) { return Events(keys, workers, worker); }, sums, counts);
  check_sums(keys, workers, items, sums, counts.late);
  return cost;
}

/// The same with event time by source: a value is late if it is before what its source has come to
/// at the end of the epoch before, whatever its key.
template <std::uint64_t keys>
double tumbling_by_source(std::uint64_t items) {
  Sums sums;
  WindowCounts counts;
  const double cost = sum_by_step<true>(
      1, items, TumblingWindow(length_for(keys), start), wait_for(keys),
      [](std::uint32_t worker) { return Events(keys, 1, worker); }, sums, counts);
  Events events(keys, 1, 0);
  EventTime greatest = before_all_time, watermark = before_all_time;
  std::uint64_t late = 0, total = 0;
  for (std::uint64_t i = 0; i != items; ++i) {
    if (i % epoch_items == 0) watermark = set_back(greatest, wait_for(keys));
    const auto [key, amount] = events.next();
    greatest = std::max(greatest, amount.time);
    if (amount.time < watermark) {
      ++late;
    } else {
      total += amount.value;
    }
  }
  check(counts.late == late, "the number of late events");
  check(sums.total == total, "the sums of the windows");
  return cost;
}

template <std::uint64_t keys>
double tumbling_by_hand(std::uint64_t items) {
  TwoWindows<keys> windows;
  Events events(keys, 1, 0);
  const Stopwatch watch;
  for (std::uint64_t i = 0; i != items; ++i) {
    if (i % epoch_items == 0) windows.set_now(std::chrono::system_clock::now().time_since_epoch());
    windows.add(events.next());
  }
  windows.finish();
  const double elapsed = watch.ns();
  check_sums(keys, 1, items, windows.sums, windows.late);
  return elapsed / static_cast<double>(items);
}

template <std::uint64_t keys>
void add_tumbling_row(Rows& rows, std::string name, std::uint32_t workers) {
  rows.push_back({.name = std::move(name),
                  .workers = workers,
                  .per = "event",
                  .baseline = "a loop, two windows a key",
                  .quick_rounds = std::max<std::uint64_t>(1 << 20, 64 * keys),
                  .full_rounds = 1 << 24,
                  .ours = [=](std::uint64_t items) { return tumbling<keys>(workers, items); },
                  .by_hand = tumbling_by_hand<keys>,
                  .bar = workers == 1 ? std::optional(Bar{1.5}) : std::nullopt});
}

// --- Windows that overlap.

/// 1,000 events a second, of one key and in order.
class Steady {
 public:
  Item next() {
    time_ += 1ms;
    return {7, {time_, 1}};
  }

 private:
  EventTime time_ = start + 24h;
};

/// Sums them in windows of 1 h, so many of which each event is in.
template <typename W>
double of_an_hour(std::uint64_t items, W windower, std::uint64_t overlap) {
  Sums sums;
  WindowCounts counts;
  const double cost = sum_by_step(
      1, items, windower, 1min, [](std::uint32_t) { return Steady(); }, sums, counts);
  check(sums.total == items * overlap, "each event in each of its windows");
  check(counts.combines <= 2 * counts.windows, "at most two combines for a window");
  return cost;
}

}  // namespace

void add_window_step_rows(Rows& rows) {
  for (const std::uint32_t workers : {1u, 2u})
    add_tumbling_row<1 << 10>(rows, "keyed_tumbling", workers);
  add_crowds(rows,
             {.name = "keyed_tumbling",
              .per = "event",
              .quick_rounds = 1 << 21,
              .full_rounds = 1 << 24,
              .full_repetitions = 5,
              .bar = crowded},
             tumbling<1 << 10>);
  add_tumbling_row<1 << 16>(rows, "keyed_tumbling_65536", 1);
  rows.push_back({.name = "keyed_tumbling_by_source",
                  .per = "event",
                  .baseline = "ours by the clock of the original",
                  .quick_rounds = 1 << 20,
                  .full_rounds = 1 << 24,
                  .ours = [](std::uint64_t items) { return tumbling_by_source<1 << 10>(items); },
                  .by_hand = [](std::uint64_t items) { return tumbling<1 << 10>(1, items); }});
  rows.push_back(
      {.name = "sliding_3600",
       .per = "event",
       .baseline = "our tumbling windows of 1 h",
       .quick_rounds = 4'096'000,
       .full_rounds = 16'384'000,
       .ours =
           [](std::uint64_t items) {
             return of_an_hour(items, SlidingWindow(1h, 1s, start), 3600);
           },
       .by_hand =
           [](std::uint64_t items) { return of_an_hour(items, TumblingWindow(1h, start), 1); },
       .bar = Bar{3}});
}

}  // namespace tidemark::bench
