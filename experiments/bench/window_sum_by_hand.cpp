// SPDX-License-Identifier: MIT
#include "window_sum_by_hand.hpp"

#include <algorithm>
#include <memory>

namespace tidemark::bench {
namespace {

/// Two rows of sums, which is enough for events that are at most a window ahead.
class TwoRows {
 public:
  explicit TwoRows(Outcome& outcome) : outcome_(outcome) {}

  void add(const Event& event) {
    const std::uint64_t window = event.time / window_slices;
    if (window < first_) {
      ++outcome_.late;
    } else {
      rows_[window % 2][event.key] += event.value;
    }
  }

  /// Sends the windows that end before the watermark.
  void advance_to(std::uint64_t watermark) {
    for (; first_ < watermark / window_slices; ++first_) send();
  }
  void finish() {
    send();
    ++first_;
    send();
  }

 private:
  void send() {
    Sums& row = rows_[first_ % 2];
    for (std::uint32_t key = 0; key != window_keys; ++key)
      if (row[key] != 0) outcome_.add({first_, key, row[key]});
    row.fill(0);
  }

  Outcome& outcome_;
  std::uint64_t first_ = 0;  // window that is open
  std::array<Sums, 2> rows_{};
};

}  // namespace

double per_event(double elapsed, std::uint32_t workers, std::uint64_t slices,
                 const std::vector<Padded<Outcome>>& outcomes) {
  Outcome expected;
  for (std::uint32_t w = 0; w != workers; ++w) {
    Events events(w);
    for (std::uint64_t slice = 0; slice != slices; ++slice)
      for (std::uint64_t i = 0; i != slice_events; ++i) {
        const Event event = events.next(slice);
        const std::uint64_t window = event.time / window_slices;
        if ((window + 1) * window_slices <= slice) {
          ++expected.late;
        } else {
          expected.add({window, event.key, event.value});
        }
      }
  }
  Outcome all;
  for (const auto& [each] : outcomes) {
    all.late += each.late;
    all.mixed += each.mixed;
  }
  check(all.late == expected.late, "the number of late events");
  check(all.mixed == expected.mixed, "the sums by window and key");
  return elapsed / static_cast<double>(workers * slices * slice_events);
}

double sum_in_a_loop(std::uint64_t slices) {
  std::vector<Padded<Outcome>> outcomes(1);
  TwoRows rows(outcomes[0].value);
  Events events(0);
  const Stopwatch watch;
  for (std::uint64_t slice = 0; slice != slices; ++slice) {
    rows.advance_to(slice);
    for (std::uint64_t i = 0; i != slice_events; ++i) rows.add(events.next(slice));
  }
  rows.finish();
  return per_event(watch.ns(), 1, slices, outcomes);
}

double sum_with_two_threads(std::uint64_t slices) {
  // Both threads' watermarks pass the end of a window when each has read the other's last block
  // before it; so no events wait for their window.
  static_assert(window_slices % 2 == 0);
  using Link = RingOf<Event>;
  std::vector<Padded<Outcome>> outcomes(2);
  const auto to = std::make_unique<std::array<Link, 2>>();  // by receiver
  const Patience patience(2);
  const double elapsed = run_threads(2, [&](std::uint32_t self) {
    Link& out = (*to)[1 - self];
    Link& in = (*to)[self];
    TwoRows rows(outcomes[self].value);
    Events events(self);
    std::uint64_t read_windows = 0;  // of the other thread, to their ends
    const auto read = [&](std::uint64_t until) {
      while (read_windows < until) {
        const Link::Block* block = in.to_read();
        if (block == nullptr) return;
        for (std::size_t i = 0; i != block->size; ++i) rows.add(block->records[i]);
        if (block->last) ++read_windows;
        in.pop();
      }
    };
    std::uint64_t window = 0;
    const auto next_block = [&] {
      Link::Block* block = nullptr;
      patience.until([&] {
        read(window + 1);
        return (block = out.to_fill()) != nullptr;
      });
      block->last = false;
      return block;
    };
    const Stopwatch watch;
    Link::Block* block = next_block();
    const auto finish_window = [&] {
      block->last = true;
      out.push();
      block = next_block();
      patience.until([&] {
        read(window + 1);
        return read_windows == window + 1;
      });
      ++window;
    };
    for (std::uint64_t slice = 0; slice != slices / 2; ++slice) {
      if (slice != 0 && slice % window_slices == 0) {
        finish_window();
        rows.advance_to(slice);
      }
      for (std::uint64_t i = 0; i != slice_events; ++i) {
        const Event event = events.next(slice);
        if ((route(event.key) & 1) == self) {
          rows.add(event);
          continue;
        }
        block->records[block->size++] = event;
        if (block->size < block->records.size()) continue;
        out.push();
        block = next_block();
      }
    }
    finish_window();
    rows.finish();
    return self == 0 ? watch.ns() : 0;
  });
  return per_event(elapsed, 2, slices / 2, outcomes);
}

}  // namespace tidemark::bench
