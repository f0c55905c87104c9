// SPDX-License-Identifier: MIT
//
// Every windower and every kind of aggregate against a batch program, under random disorder, keys,
// waits, workers, batches and schedules.
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/count_window.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/reduce_window.hpp>
#include <tidemark/windowing/windowers/count_windower.hpp>

#include <tests/support.hpp>
#include <tests/windowing/window_flow.hpp>

namespace tidemark::window_property_test {
namespace {

using namespace tests;
using Keyed = std::pair<std::string, Value>;
template <typename Item>
using PerKey = std::map<std::string, std::vector<Item>>;

/// A stream, how to run it, and the options of its steps.
struct Case {
  std::vector<Keyed> items;
  Ns wait = 0;
  Config config;
  std::size_t batch = 1;
  bool ordered = true;
  WindowRules rules = WindowRules::v0_21;

  std::map<std::string, std::vector<Value>> values() const {
    std::map<std::string, std::vector<Value>> by_key;
    for (const auto& [key, value] : items) by_key[key].push_back(value);
    return by_key;
  }
};

Case draw_case(Tape& tape) {
  Case drawn;
  drawn.wait = tape.below(4) == 0 ? 0 : tape.below(30);
  drawn.config = deterministic(std::vector{1u, 2u, 7u}[tape.below(3)], tape.below(256));
  drawn.batch = 1 + tape.below(5);
  drawn.ordered = tape.below(2) == 0;
  const std::size_t keys = 1 + tape.below(3);
  const std::size_t disorder = 1 + tape.below(40);
  Ns now = -50;
  for (int id = 1; !tape.at_end(); ++id) {
    now += tape.below(9);
    drawn.items.push_back({std::string(1, static_cast<char>('a' + tape.below(keys))),
                           {now - static_cast<Ns>(tape.below(disorder)), id}});
  }
  return drawn;
}

/// Runs `steps(stream, options)` on the case.
template <typename Steps>
void run_case(const Case& drawn, WindowCounts& counts, const Steps& steps) {
  Dataflow flow;
  steps(input(flow, "in", TestingInput(drawn.items, drawn.batch), epoch_per_poll()),
        WindowOptions{
            .rules = drawn.rules, .ordered = drawn.ordered, .remember = true, .counts = &counts});
  cluster_main(flow, drawn.config);
}

Ids append(Ids ids, const Value& value) {
  ids.push_back(value.id);
  return ids;
}
Ids concatenated(Ids a, const Ids& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
Ids none() {
  return {};
}
template <typename Windower, typename Merger>
auto ids_of(const Case& drawn, std::string id, const Windower& windower, Merger merger,
            WindowOptions options) {
  return fold_window(std::move(id), value_clock(drawn.wait), windower, none, append, merger,
                     options);
}

/// The contents alone, and in the order of ids if the order of folding cannot be foreseen.
PerKey<Ids> contents_of(const std::map<std::string, Contents>& windows, bool sort = false) {
  PerKey<Ids> all;
  for (const auto& [key, contents] : windows)
    for (auto [open, close, ids] : contents) {
      if (sort) std::ranges::sort(ids);
      all[key].push_back(std::move(ids));
    }
  for (auto& [key, contents] : all) std::ranges::sort(contents);
  return all;
}
PerKey<Ids> with_sorted_ids(PerKey<Ids> all) {
  for (auto& [key, contents] : all) {
    for (Ids& ids : contents) std::ranges::sort(ids);
    std::ranges::sort(contents);
  }
  return all;
}
PerKey<std::pair<Ns, Ns>> bounds_of(const std::map<std::string, Contents>& windows) {
  PerKey<std::pair<Ns, Ns>> all;
  for (const auto& [key, contents] : windows)
    for (const auto& [open, close, ids] : contents) all[key].emplace_back(open, close);
  for (auto& [key, bounds] : all) std::ranges::sort(bounds);
  return all;
}
template <typename Log>
PerKey<std::pair<Ns, Ns>> bounds_in(const Log& log) {
  PerKey<std::pair<Ns, Ns>> all;
  for (const auto& [key, windows] : log.sorted())
    for (const WindowInfo& window : windows)
      all[key].emplace_back(window.open.time_since_epoch().count(),
                            window.close.time_since_epoch().count());
  for (auto& [key, bounds] : all) std::ranges::sort(bounds);
  return all;
}

/// Checks late values and counts against `judged`.
template <typename Log>
void check_late(const std::map<std::string, Judged>& judged, const Log& log,
                const WindowCounts& counts, std::size_t steps) {
  PerKey<Value> expected, found;
  std::size_t late = 0;
  for (const auto& [key, one] : judged)
    if (!one.late.empty()) {
      expected[key] = one.late;
      late += one.late.size();
    }
  for (const auto& [key, all] : log.in_order())
    for (const Late<Value>& one : all) {
      RC_ASSERT(one.time == at_ns(one.value.time));
      RC_ASSERT(one.time < one.watermark);
      found[key].push_back(one.value);
    }
  RC_ASSERT(found == expected);
  RC_ASSERT(counts.late == late * steps);
}

std::map<std::string, Judged> judge_all(const Case& drawn) {
  std::map<std::string, Judged> judged;
  for (const auto& [key, values] : drawn.values()) judged[key] = judge(values, drawn.wait);
  return judged;
}

TEST_CASE("sliding windows, plain, associative and invertible, hold what a batch program says",
          "[window][oracle]") {
  check_property(250, [] {
    Tape tape = draw_tape("case", 120);
    const Ns length = 1 + tape.below(30), offset = 1 + tape.below(20), align = tape.below(40);
    const Case drawn = draw_case(tape);
    const SlidingWindow windower(ns(length), ns(offset), at_ns(align));

    ByKeyLog<std::string, Ids> plain, shared;
    ByKeyLog<std::string, int> sums;
    ByKeyLog<std::string, std::uint64_t> sizes;
    ByKeyLog<std::string, WindowInfo> windows;
    ByKeyLog<std::string, Late<Value>> late;
    WindowCounts counts;
    run_case(drawn, counts, [&](auto stream, const WindowOptions& options) {
      const auto folded = stream | ids_of(drawn, "plain", windower, concatenated, options);
      plain.end(folded | values());
      windows.end(windows_of(folded));
      late.end(folded.late());
      shared.end((stream | ids_of(drawn, "shared", windower, associative(concatenated), options)) |
                 values());
      sizes.end((stream | count_window("sizes", value_clock(drawn.wait), windower, options)) |
                values());
    });

    const auto judged = judge_all(drawn);
    std::map<std::string, Contents> expected;
    PerKey<std::uint64_t> expected_sizes;
    for (const auto& [key, one] : judged) {
      Contents contents = grid_windows(in_order(one, drawn.ordered), length, offset, align);
      for (const auto& [open, close, ids] : contents) expected_sizes[key].push_back(ids.size());
      if (!contents.empty()) expected[key] = std::move(contents);
    }
    for (auto& [key, all] : expected_sizes) std::ranges::sort(all);
    RC_ASSERT(plain.sorted() == contents_of(expected));
    RC_ASSERT(bounds_in(windows) == bounds_of(expected));
    RC_ASSERT(sizes.sorted() == expected_sizes);
    if (drawn.ordered) {
      RC_ASSERT(shared.sorted() == contents_of(expected));
    } else {
      RC_ASSERT(with_sorted_ids(shared.sorted()) == contents_of(expected, true));
    }
    check_late(judged, late, counts, 3);
  });
}

TEST_CASE("under the rules of 0.17 a value may be late for one window and not for the next",
          "[window][oracle][0.17]") {
  check_property(250, [] {
    Tape tape = draw_tape("case", 120);
    const Ns length = 1 + tape.below(30), offset = 1 + tape.below(20), align = tape.below(40);
    Case drawn = draw_case(tape);
    drawn.rules = WindowRules::v0_17;
    const SlidingWindow windower(ns(length), ns(offset), at_ns(align));
    ByKeyLog<std::string, Ids> plain, shared;
    ByKeyLog<std::string, std::uint64_t> sizes;
    ByKeyLog<std::string, Late<Value>> late;
    WindowCounts counts;
    run_case(drawn, counts, [&](auto stream, const WindowOptions& options) {
      const auto folded = stream | ids_of(drawn, "plain", windower, concatenated, options);
      plain.end(folded | values());
      late.end(folded.late());
      shared.end((stream | ids_of(drawn, "shared", windower, associative(concatenated), options)) |
                 values());
      sizes.end((stream | count_window("sizes", value_clock(drawn.wait), windower, options)) |
                values());
    });

    std::map<std::string, Contents> expected;
    PerKey<std::uint64_t> expected_sizes;
    PerKey<Value> expected_late;
    for (const auto& [key, values] : drawn.values()) {
      std::map<Ns, Ids> open_windows;
      Ns watermark = std::numeric_limits<Ns>::min();
      for (const Value& value : values) {
        watermark = std::max(watermark, value.time - drawn.wait);
        bool is_late = false;
        for (const auto& [open, close, ids] : grid_windows({value}, length, offset, align)) {
          if (close < watermark) {
            is_late = true;
          } else {
            open_windows[open].push_back(value.id);
          }
        }
        if (is_late) expected_late[key].push_back(value);
      }
      for (const auto& [open, ids] : open_windows) {
        expected[key].emplace_back(open, open + length, ids);
        expected_sizes[key].push_back(ids.size());
      }
    }
    for (auto& [key, all] : expected_sizes) std::ranges::sort(all);
    RC_ASSERT(plain.sorted() == contents_of(expected));
    RC_ASSERT(with_sorted_ids(shared.sorted()) == contents_of(expected, true));
    RC_ASSERT(sizes.sorted() == expected_sizes);
    PerKey<Value> found;
    for (const auto& [key, all] : late.in_order())
      for (const Late<Value>& one : all) found[key].push_back(one.value);
    RC_ASSERT(found == expected_late);
  });
}

TEST_CASE("sessions hold what a batch program says, however they have merged", "[window][oracle]") {
  check_property(250, [] {
    Tape tape = draw_tape("case", 120);
    const Ns gap = 1 + tape.below(20);
    Case drawn = draw_case(tape);
    if (tape.below(3) == 1) drawn.rules = WindowRules::v0_17;
    const SessionWindow windower{ns(gap)};
    ByKeyLog<std::string, Ids> ids;
    ByKeyLog<std::string, std::uint64_t> sizes;
    ByKeyLog<std::string, WindowInfo> windows;
    ByKeyLog<std::string, Late<Value>> late;
    WindowCounts counts;
    run_case(drawn, counts, [&](auto stream, const WindowOptions& options) {
      const auto folded = stream | ids_of(drawn, "ids", windower, concatenated, options);
      ids.end(folded | values());
      windows.end(windows_of(folded));
      late.end(folded.late());
      sizes.end((stream | count_window("sizes", value_clock(drawn.wait), windower, options)) |
                values());
    });

    const bool old = drawn.rules == WindowRules::v0_17;
    const auto judged = judge_all(drawn);
    std::map<std::string, Contents> expected;
    PerKey<std::uint64_t> expected_sizes;
    for (const auto& [key, one] : judged) {
      Contents contents = session_windows(in_order(one, true), old ? gap - 1 : gap);
      for (const auto& [open, close, of_window] : contents)
        expected_sizes[key].push_back(of_window.size());
      std::ranges::sort(expected_sizes[key]);
      expected[key] = std::move(contents);
    }
    if (drawn.ordered && !old) {
      RC_ASSERT(ids.sorted() == contents_of(expected));
    } else {
      RC_ASSERT(with_sorted_ids(ids.sorted()) == contents_of(expected, true));
    }
    RC_ASSERT(sizes.sorted() == expected_sizes);
    RC_ASSERT(bounds_in(windows) == bounds_of(expected));
    for (const auto& [key, infos] : windows.in_order()) {
      std::set<std::int64_t> numbers;
      for (const WindowInfo& info : infos) {
        RC_ASSERT(numbers.insert(info.id).second);
        for (const std::int64_t merged : info.merged) RC_ASSERT(numbers.insert(merged).second);
      }
    }
    check_late(judged, late, counts, 2);
  });
}

TEST_CASE("tumbling and count windows hold what a batch program says", "[window][oracle]") {
  check_property(250, [] {
    Tape tape = draw_tape("case", 120);
    const Ns length = 1 + tape.below(30), align = tape.below(40);
    const std::size_t size = 1 + tape.below(5), step = 1 + tape.below(5);
    const Case drawn = draw_case(tape);
    ByKeyLog<std::string, Ids> tumbling, counted;
    ByKeyLog<std::string, int> sums;
    ByKeyLog<std::string, WindowInfo> tumbling_windows, counted_windows;
    WindowCounts counts;
    run_case(drawn, counts, [&](auto stream, const WindowOptions& options) {
      const TumblingWindow windower(ns(length), at_ns(align));
      const auto folded = stream | fold_window("tumbling", value_clock(drawn.wait), windower, none,
                                               append, options);
      tumbling.end(folded | values());
      tumbling_windows.end(windows_of(folded));
      const auto count_folded =
          stream | fold_window("counted", value_clock(drawn.wait), CountWindow(size, step), none,
                               append, options);
      counted.end(count_folded | values());
      counted_windows.end(windows_of(count_folded));
    });
    std::map<std::string, Contents> by_time, by_count;
    for (const auto& [key, one] : judge_all(drawn)) {
      const auto values = in_order(one, drawn.ordered);
      by_time[key] = grid_windows(values, length, length, align);
      by_count[key] = count_windows(values, size, step);
    }
    RC_ASSERT(tumbling.sorted() == contents_of(by_time));
    RC_ASSERT(bounds_in(tumbling_windows) == bounds_of(by_time));
    RC_ASSERT(counted.sorted() == contents_of(by_count));
    RC_ASSERT(bounds_in(counted_windows) == bounds_of(by_count));
  });
}

}  // namespace
}  // namespace tidemark::window_property_test
