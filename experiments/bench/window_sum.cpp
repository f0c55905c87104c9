// SPDX-License-Identifier: MIT
//
// Question: what does a tumbling window over event time cost, as an operator on frontiers?
#include <tidemark/core/fused.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/run.hpp>

#include "bench.hpp"
#include "window_sum_by_hand.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace tidemark::bench {
namespace {

/// The sums of each key by window, sent when the frontier has passed the window. In order, two
/// windows are open at a time at most; any number may be.
Stream<Epoch, WindowSum> window_sums(const Stream<Epoch, Event>& events, std::uint64_t& late) {
  const Worker& worker = events.scope->worker();
  return unary_due<WindowSum>(
      events, Exchange{[](const Event& event) { return event.key; }}, "window_sum", "",
      [&late, self = worker.index(), share = Share(worker.peers()),
       open = OpenTimes<Epoch, Sums>{}](auto& in, auto& out) mutable {
        in.for_each([&](auto& batch) {
          struct Row {
            std::uint64_t window = ~std::uint64_t{0};
            std::uint64_t* sums = nullptr;
          };
          std::array<Row, 2> rows;  // the last two that this batch has used
          for (const Event& event : batch) {
            const std::uint64_t window = event.time / window_slices;
            Row& row = rows[window % 2];
            if (row.window != window) {
              const std::uint64_t last = (window + 1) * window_slices - 1;
              if (last < batch.time.value) {
                ++late;
                continue;
              }
              Sums& sums = open.at(batch, out, last);
              sums.resize(share.keys());
              row = {window, sums.data()};
            }
            row.sums[share.index(event.key)] += event.value;
          }
        });
        const auto send = [&](const Capability<Epoch>& at, const Sums& sums) {
          const std::uint64_t window = at.time().value / window_slices;
          auto& output = out.at(at);
          for (std::size_t i = 0; i != sums.size(); ++i)
            if (sums[i] != 0) output.give({window, share.key(i, self), sums[i]});
        };
        open.release(send, in.frontier());
      });
}

double ours(std::uint32_t workers, Feed feed) {
  std::vector<Padded<Outcome>> outcomes(workers);
  double elapsed = 0;
  execute({.workers = workers}, [&](Worker& worker) {
    Outcome& outcome = outcomes[worker.index()].value;
    auto [input, probe] = worker.dataflow<Epoch>([&](Scope<Epoch>& scope) {
      auto [handle, events] = new_input<Event>(scope);
      auto sums = window_sums(events, outcome.late);
      auto added = fuse_in_place(sums, "total", "", [&outcome](Epoch, auto& records) {
        for (const WindowSum& sum : records) outcome.add(sum);
      });
      return std::pair{std::move(handle), tidemark::probe(added)};
    });
    Events events(worker.index());
    std::vector<Event> batch;
    // Of many workers each is less far ahead, so that about as many events are on their way as
    // with 2.
    const auto ahead = std::clamp<std::uint64_t>(2 * slices_ahead / workers, 1, slices_ahead);
    const Stopwatch watch;
    for (std::uint64_t slice = 0; slice != feed.slices; ++slice) {
      for (std::uint64_t i = 0; i != feed.slice_events; ++i) batch.push_back(events.next(slice));
      input.send_all(batch);
      input.advance_to(slice + 1);
      worker.step();
      worker.step_while([&] { return slice > ahead && probe.less_than(slice - ahead); });
    }
    input.close();
    worker.step_while([&probe = probe] { return !probe.done(); });
    if (worker.index() == 0) elapsed = watch.ns();
  });
  return per_event(elapsed, feed, outcomes);
}

}  // namespace

void add_window_sum_rows(Rows& rows) {
  for (const std::uint32_t workers : {1u, 2u}) {
    const auto feed = [=](std::uint64_t slices) { return Feed{slices / workers, 1024}; };
    const auto by_hand = workers == 1 ? sum_in_a_loop : sum_with_two_threads;
    rows.push_back({.name = "window_sum",
                    .workers = workers,
                    .per = "event",
                    .baseline = workers == 1 ? "a loop, two rows of sums" : "2 threads, 2 rings",
                    .quick_rounds = 4'096,
                    .full_rounds = 20'480,
                    .ours = [=](std::uint64_t slices) { return ours(workers, feed(slices)); },
                    .by_hand = [=](std::uint64_t slices) { return by_hand(feed(slices)); },
                    .bar = workers == 1 ? Bar{2} : Bar{.times = 1.25, .of_one_worker = true}});
  }
  add_crowds(rows,
             {.name = "window_sum",
              .per = "event",
              .quick_rounds = 16'384,
              .full_rounds = 65'536,
              .bar = crowded},
             [](std::uint32_t workers, std::uint64_t slices) {
               return ours(workers, {slices / workers, 512});
             });
}

}  // namespace tidemark::bench
