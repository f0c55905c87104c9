// SPDX-License-Identifier: MIT
//
// Question: how much memory does a window step take for each key?
#include <tidemark/core/embedded.hpp>
#include <tidemark/core/fused.hpp>
#include <tidemark/core/input_handle.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/windowing/clocks/event_clock.hpp>
#include <tidemark/windowing/count_window.hpp>

#include "bench.hpp"
#include <chrono>
#include <cstdint>
#include <malloc.h>
#include <utility>
#include <vector>

namespace tidemark::bench {
namespace {

using namespace std::chrono_literals;

constexpr EventTime start{};                 // 1970
constexpr std::uint64_t epoch_items = 1024;  // fed at a timestamp

double bytes_in_use() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

/// Bytes for each live key of a step that counts in tumbling windows.
double step_bytes(std::uint64_t keys) {
  std::uint64_t counts = 0;
  Embedded embedded;
  auto [input, probe] = embedded.worker().dataflow<Epoch>([&](Scope<Epoch>& scope) {
    auto [handle, stream] = new_input<std::pair<std::uint64_t, EventTime>>(scope);
    const auto counted =
        stream | count_window("count", EventClock([](EventTime time) { return time; }, 1h),
                              TumblingWindow(1h, start));
    const auto seen = fuse_in_place(counted.results(), "total", "", [&](Epoch, auto& pairs) {
      for (const auto& [key, of_window] : pairs) counts += of_window.result;
    });
    return std::pair{std::move(handle), tidemark::probe(seen)};
  });
  embedded.step();
  const double before = bytes_in_use();
  for (std::uint64_t i = 0; i != keys; ++i) {
    if (i % epoch_items == 0) {
      input.advance_to(i / epoch_items);
      embedded.step();
    }
    input.send({i, start});
  }
  input.advance_to(keys);
  embedded.step_while([&probe = probe, keys] { return probe.less_than(keys - 1); });
  const double bytes = bytes_in_use() - before;
  input.close();
  embedded.step_while([&] { return embedded.has_dataflows(); });
  check(counts == keys, "a window for each key");
  return bytes / static_cast<double>(keys);
}

/// The state itself: a key with its watermark and one open window.
double state_bytes(std::uint64_t keys) {
  struct State {
    std::uint64_t key;
    EventTime base, since;
    std::int64_t window;
    std::uint64_t count;
  };
  const double before = bytes_in_use();
  const std::vector<State> states(keys);
  return (bytes_in_use() - before) / static_cast<double>(states.size());
}

}  // namespace

void add_window_memory_rows(Rows& rows) {
  rows.push_back({.name = "window_key_bytes",
                  .per = "bytes, a live key",
                  .baseline = "its state in a vector",
                  .quick_rounds = 125'000,
                  .full_rounds = 1'000'000,
                  .ours = step_bytes,
                  .by_hand = state_bytes,
                  .bar = Bar{.times = 1, .plus = 200}});
}

}  // namespace tidemark::bench
