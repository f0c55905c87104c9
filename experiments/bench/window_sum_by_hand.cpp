// SPDX-License-Identifier: MIT
#include "window_sum_by_hand.hpp"

#include <array>
#include <memory>
#include <utility>

namespace tidemark::bench {
namespace {

/// Two rows of sums, which is enough for events that are at most a window ahead.
class TwoRows {
 public:
  TwoRows(Outcome& outcome, std::uint32_t self, std::uint32_t threads)
      : outcome_(outcome),
        self_(self),
        share_(threads) {
    for (Sums& row : rows_) row.resize(share_.keys());
  }

  void add(const Event& event) {
    const std::uint64_t window = event.time / window_slices;
    if (window < first_) {
      ++outcome_.late;
    } else {
      rows_[window % 2][share_.index(event.key)] += event.value;
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
    for (std::size_t i = 0; i != row.size(); ++i)
      if (const std::uint64_t sum = std::exchange(row[i], 0); sum != 0)
        outcome_.add({first_, share_.key(i, self_), sum});
  }

  Outcome& outcome_;
  std::uint32_t self_;
  Share share_;
  std::uint64_t first_ = 0;  // window that is open
  std::array<Sums, 2> rows_;
};

}  // namespace

double per_event(double elapsed, Feed feed, const std::vector<Padded<Outcome>>& outcomes) {
  Outcome expected;
  for (std::uint32_t w = 0; w != outcomes.size(); ++w) {
    Events events(w);
    for (std::uint64_t slice = 0; slice != feed.slices; ++slice)
      for (std::uint64_t i = 0; i != feed.slice_events; ++i) {
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
  return elapsed / static_cast<double>(outcomes.size() * feed.slices * feed.slice_events);
}

double sum_in_a_loop(Feed feed) {
  std::vector<Padded<Outcome>> outcomes(1);
  TwoRows rows(outcomes[0].value, 0, 1);
  Events events(0);
  const Stopwatch watch;
  for (std::uint64_t slice = 0; slice != feed.slices; ++slice) {
    rows.advance_to(slice);
    for (std::uint64_t i = 0; i != feed.slice_events; ++i) rows.add(events.next(slice));
  }
  rows.finish();
  return per_event(watch.ns(), feed, outcomes);
}

double sum_with_two_threads(Feed feed) {
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
    TwoRows rows(outcomes[self].value, self, 2);
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
    for (std::uint64_t slice = 0; slice != feed.slices; ++slice) {
      if (slice != 0 && slice % window_slices == 0) {
        finish_window();
        rows.advance_to(slice);
      }
      for (std::uint64_t i = 0; i != feed.slice_events; ++i) {
        const Event event = events.next(slice);
        if ((event.key & 1) == self) {
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
  return per_event(elapsed, feed, outcomes);
}

}  // namespace tidemark::bench
