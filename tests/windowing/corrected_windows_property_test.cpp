// SPDX-License-Identifier: MIT
//
// Windows that late values can still come to, against a batch program.
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/windowing/clocks/source_clock.hpp>
#include <tidemark/windowing/fold_window.hpp>
#include <tidemark/windowing/windowers/corrected.hpp>

#include <tests/support.hpp>
#include <tests/windowing/window_flow.hpp>

namespace tidemark::corrected_windows_property_test {
namespace {

using namespace tests;

/// A window of the batch program.
struct Expected {
  Ns open = 0;
  Ns last = 0;
  Ids ids;
  std::uint32_t results = 0;
  bool changed = true;
};

/// What the windows of one key must hold in the end, and which values were late for one of theirs.
struct Batch {
  std::vector<Expected> windows;
  std::vector<Value> late;
};

/// Goes through the values one by one; `end(window)` is when one is over, `windows_of(value)` are
/// those of a value, which are one with others by `is_one(window, other)`.
template <typename End, typename WindowsOf, typename IsOne>
Batch batch_of(const std::vector<Value>& values, Ns wait, Ns within, const End& end,
               const WindowsOf& windows_of, const IsOne& is_one) {
  Batch batch;
  std::vector<Expected> kept;
  Ns watermark = std::numeric_limits<Ns>::min();
  const auto tell = [&](bool at_end) {
    for (Expected& window : kept)
      if (window.changed && (at_end || end(window) <= watermark)) {
        ++window.results;
        window.changed = false;
      }
    std::erase_if(kept, [&](const Expected& window) {
      if (!at_end && end(window) + within > watermark) return false;
      batch.windows.push_back(window);
      return true;
    });
  };
  for (const Value& value : values) {
    watermark = std::max(watermark, value.time - wait);
    tell(false);
    bool late = false;
    for (Expected window : windows_of(value)) {
      window.ids = {value.id};
      std::vector<Expected> others;
      bool found = false;
      Ns first = 0;  // of those found, which goes on
      for (Expected& other : kept) {
        if (!is_one(window, other)) {
          others.push_back(other);
          continue;
        }
        if (!std::exchange(found, true) || other.open < first) {
          first = other.open;
          window.results = other.results;
        }
        window.open = std::min(window.open, other.open);
        window.last = std::max(window.last, other.last);
        window.ids.insert(window.ids.end(), other.ids.begin(), other.ids.end());
      }
      if (!found && end(window) + within <= watermark) {
        late = true;
        continue;
      }
      window.changed = true;
      others.push_back(std::move(window));
      kept = std::move(others);
    }
    if (late) batch.late.push_back(value);
    tell(false);
  }
  tell(true);
  for (Expected& window : batch.windows) std::ranges::sort(window.ids);
  return batch;
}

/// What a consumer has who puts each result in the place of those that it corrects.
using Held = std::map<std::int64_t, WindowResult<Ids>>;

Held held_of(const std::vector<WindowResult<Ids>>& results) {
  Held held;
  std::map<std::int64_t, std::uint32_t> told;
  for (const WindowResult<Ids>& result : results) {
    const WindowInfo& window = result.window;
    RC_ASSERT(window.revision == told[window.id]++);  // they count up by one
    RC_ASSERT((window.revision != 0) == held.contains(window.id));
    for (const std::int64_t id : window.merged) held.erase(id);
    held[window.id] = result;
    std::ranges::sort(held[window.id].result);
  }
  return held;
}

struct Case {
  std::vector<std::pair<std::string, Value>> items;
  Ns wait = 0;
  Ns within = 1;
  Config config;
  std::size_t batch = 1;
  WindowOptions options;
};

Case draw_case(Tape& tape) {
  Case drawn;
  drawn.wait = tape.below(3) == 0 ? 0 : tape.below(15);
  drawn.within = 1 + tape.below(40);
  drawn.config = deterministic(std::vector{1u, 2u, 7u}[tape.below(3)], tape.below(256));
  drawn.batch = 1 + tape.below(4);
  drawn.options.ordered = tape.below(2) == 0;
  if (tape.below(3) == 1) drawn.options.rules = WindowRules::v0_17;
  drawn.options.remember = true;
  const std::size_t keys = 1 + tape.below(3), disorder = 1 + tape.below(80);
  Ns now = -50;
  for (int id = 1; !tape.at_end(); ++id) {
    now += tape.below(9);
    drawn.items.push_back({std::string(1, static_cast<char>('a' + tape.below(keys))),
                           {now - static_cast<Ns>(tape.below(disorder)), id}});
  }
  return drawn;
}

/// The ids of each window of each key, and which values were late.
struct Run {
  std::map<std::string, std::vector<WindowResult<Ids>>> results;
  std::map<std::string, std::vector<Value>> late;
};
template <typename Windower>
Run run_case(const Case& drawn, const Windower& windower, bool by_source) {
  ByKeyLog<std::string, WindowResult<Ids>> results;
  ByKeyLog<std::string, Late<Value>> late;
  Dataflow flow;
  const auto fold = [&](const auto& stream, const auto& clock) {
    const auto folded =
        stream | fold_window(
                     "ids", clock, Corrected(windower, ns(drawn.within)), [] { return Ids(); },
                     [](Ids ids, const Value& value) {
                       ids.push_back(value.id);
                       return ids;
                     },
                     [](Ids a, const Ids& b) {
                       a.insert(a.end(), b.begin(), b.end());
                       return a;
                     },
                     drawn.options);
    results.end(folded);
    late.end(folded.late());
  };
  const auto in = input(flow, "in", TestingInput(drawn.items, drawn.batch), epoch_per_poll());
  if (by_source) {
    fold(in | event_time("times", [](const auto& item) { return at_ns(item.second.time); },
                         {.wait = ns(drawn.wait)}),
         SourceClock([](const Value& value) { return at_ns(value.time); }));
  } else {
    fold(in, value_clock(drawn.wait));
  }
  cluster_main(flow, drawn.config);
  Run run{results.in_order(), {}};
  for (const auto& [key, all] : late.in_order())
    for (const Late<Value>& one : all) run.late[key].push_back(one.value);
  return run;
}

/// Checks a run by an EventClock against the batch program.
template <typename Check>
void check_run(const Case& drawn, const Run& run, const Check& batch_of_key) {
  std::map<std::string, std::vector<Value>> values, late;
  for (const auto& [key, value] : drawn.items) values[key].push_back(value);
  for (const auto& [key, of_key] : values) {
    const Batch batch = batch_of_key(of_key);
    if (!batch.late.empty()) late[key] = batch.late;
    using Window = std::tuple<Ids, std::uint32_t, EventTime, EventTime>;
    std::vector<Window> expected, found;
    for (const Expected& window : batch.windows)
      expected.emplace_back(window.ids, window.results - 1, at_ns(window.open), at_ns(window.last));
    const auto results = run.results.find(key);
    if (results != run.results.end())
      for (const auto& [id, result] : held_of(results->second))
        found.emplace_back(result.result, result.window.revision, result.window.open,
                           result.window.close);
    std::ranges::sort(expected);
    std::ranges::sort(found);
    RC_ASSERT(found == expected);
  }
  RC_ASSERT(run.late == late);
}

TEST_CASE("the last result of each window on a grid is of all values that came while it was kept",
          "[window][late][oracle]") {
  check_property(250, [] {
    Tape tape = draw_tape("case", 120);
    const Ns length = 1 + tape.below(30), offset = 1 + tape.below(20), align = tape.below(40);
    const bool tumbling = tape.below(2) == 0;
    const Case drawn = draw_case(tape);
    const Ns step = tumbling ? length : offset;
    const Run run =
        tumbling ? run_case(drawn, TumblingWindow(ns(length), at_ns(align)), false)
                 : run_case(drawn, SlidingWindow(ns(length), ns(offset), at_ns(align)), false);
    const Ns later = drawn.options.rules == WindowRules::v0_17 ? 1 : 0;
    check_run(drawn, run, [&](const std::vector<Value>& values) {
      return batch_of(
          values, drawn.wait, drawn.within,
          [&](const Expected& window) { return window.last + later; },
          [&](const Value& value) {
            std::vector<Expected> windows;
            for (const auto& [open, close, ids] : grid_windows({value}, length, step, align))
              windows.push_back({open, close, {}});
            return windows;
          },
          [](const Expected& a, const Expected& b) { return a.open == b.open; });
    });
  });
}

TEST_CASE("the last result of each session is of all values that came while it was kept",
          "[window][late][session][oracle]") {
  check_property(250, [] {
    Tape tape = draw_tape("case", 120);
    const Ns gap = 1 + tape.below(20);
    const Case drawn = draw_case(tape);
    const Ns reach = drawn.options.rules == WindowRules::v0_17 ? gap - 1 : gap;
    check_run(drawn, run_case(drawn, SessionWindow(ns(gap)), false),
              [&](const std::vector<Value>& values) {
                return batch_of(
                    values, drawn.wait, drawn.within,
                    [&](const Expected& window) { return window.last + reach + 1; },
                    [](const Value& value) {
                      return std::vector<Expected>{{value.time, value.time, {}}};
                    },
                    [&](const Expected& a, const Expected& b) {
                      return a.open - b.last <= reach && b.open - a.last <= reach;
                    });
              });
  });
}

TEST_CASE("by the sources, too, each value is late or in the last result of its window",
          "[window][late][oracle]") {
  check_property(150, [] {
    Tape tape = draw_tape("case", 120);
    const Ns length = 1 + tape.below(30);
    const bool sessions = tape.below(2) == 0;
    Case drawn = draw_case(tape);
    drawn.options.remember = std::nullopt;
    const Run run = sessions ? run_case(drawn, SessionWindow(ns(length)), true)
                             : run_case(drawn, TumblingWindow(ns(length), at_ns(0)), true);
    std::map<std::string, std::vector<Value>> values;
    for (const auto& [key, value] : drawn.items) values[key].push_back(value);
    for (const auto& [key, of_key] : values) {
      Ids expected, found;
      for (const Value& value : of_key) expected.push_back(value.id);
      // Ids of sessions begin anew when a key has been forgotten, with a first revision.
      std::map<std::int64_t, Ids> held;
      if (const auto results = run.results.find(key); results != run.results.end())
        for (const auto& [window, ids] : results->second) {
          RC_ASSERT(window.revision == 0 || held.contains(window.id));
          if (window.revision == 0)
            if (const auto before = held.find(window.id); before != held.end())
              found.insert(found.end(), before->second.begin(), before->second.end());
          for (const std::int64_t id : window.merged) held.erase(id);
          held[window.id] = ids;
        }
      for (const auto& [id, ids] : held) found.insert(found.end(), ids.begin(), ids.end());
      if (const auto late = run.late.find(key); late != run.late.end())
        for (const Value& value : late->second) found.push_back(value.id);
      std::ranges::sort(found);
      RC_ASSERT(found == expected);
    }
  });
}

}  // namespace
}  // namespace tidemark::corrected_windows_property_test
