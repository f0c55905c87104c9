// SPDX-License-Identifier: MIT
//
// What the tests of window steps share: values that know their time, the batch programs that say
// what windows must hold, and how a step's results are logged.
#pragma once

#include <tidemark/core/process.hpp>
#include <tidemark/operators/sources/testing_input.hpp>
#include <tidemark/operators/stateless/map.hpp>
#include <tidemark/windowing/clocks/event_clock.hpp>
#include <tidemark/windowing/window.hpp>
#include <tidemark/windowing/windowed_stream.hpp>
#include <tidemark/windowing/windowers/session_windower.hpp>
#include <tidemark/windowing/windowers/sliding_windower.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

#include <limits>

namespace tidemark::tests {

using Ns = std::int64_t;

constexpr EventTime at_ns(Ns ns) {
  return EventTime(std::chrono::nanoseconds(ns));
}
constexpr std::chrono::nanoseconds ns(Ns count) {
  return std::chrono::nanoseconds(count);
}

/// A value that happened at `time`, in nanoseconds, and that no other is equal to.
struct Value {
  Ns time = 0;
  int id = 0;
  friend auto operator<=>(const Value&, const Value&) = default;
};
using Ids = std::vector<int>;

/// An EventClock for them, under a wall clock that stands still.
inline auto value_clock(Ns wait) {
  return EventClock([](const Value& value) { return at_ns(value.time); }, ns(wait),
                    [] { return at_ns(1'000'000); });
}

/// Which values of one key are on time and which late, if the watermark moves with values only.
struct Judged {
  std::vector<std::pair<Value, Ns>> on_time;  // and the watermark when it came
  std::vector<Value> late;
};
inline Judged judge(const std::vector<Value>& values, Ns wait) {
  Judged judged;
  Ns watermark = std::numeric_limits<Ns>::min();
  for (const Value& value : values) {
    watermark = std::max(watermark, value.time - wait);
    if (value.time < watermark) {
      judged.late.push_back(value);
    } else {
      judged.on_time.emplace_back(value, watermark);
    }
  }
  return judged;
}

/// The values, in the order in which they are to be folded.
inline std::vector<Value> in_order(const Judged& judged, bool ordered) {
  std::vector<Value> values;
  for (const auto& [value, watermark] : judged.on_time) values.push_back(value);
  if (ordered) std::ranges::stable_sort(values, {}, &Value::time);
  return values;
}

/// Windows as (open, close, ids of their values), sorted.
using Contents = std::vector<std::tuple<Ns, Ns, Ids>>;

inline Contents grid_windows(const std::vector<Value>& values, Ns length, Ns offset, Ns align) {
  std::map<Ns, Ids> windows;  // by when they open
  for (const Value& value : values) {
    const Ns since = value.time - align;
    Ns open = align + (since / offset - (since % offset < 0 ? 1 : 0)) * offset;
    for (; open + length > value.time; open -= offset) windows[open].push_back(value.id);
  }
  Contents contents;
  for (auto& [open, ids] : windows) contents.emplace_back(open, open + length, std::move(ids));
  return contents;
}

/// `reach`: how far after a value the next of its session may be.
inline Contents session_windows(const std::vector<Value>& values, Ns reach) {
  std::vector<Value> sorted = values;
  std::ranges::stable_sort(sorted, {}, &Value::time);
  Contents contents;
  for (const Value& value : sorted) {
    if (contents.empty() || value.time - std::get<1>(contents.back()) > reach)
      contents.emplace_back(value.time, value.time, Ids());
    std::get<1>(contents.back()) = value.time;
    std::get<2>(contents.back()).push_back(value.id);
  }
  return contents;
}

inline Contents count_windows(const std::vector<Value>& values, std::size_t size,
                              std::size_t step) {
  Contents contents;
  for (std::size_t begin = 0; begin < values.size(); begin += step) {
    const std::size_t end = std::min(values.size(), begin + size);
    Ids ids;
    for (std::size_t i = begin; i != end; ++i) ids.push_back(values[i].id);
    contents.emplace_back(values[begin].time, values[end - 1].time, std::move(ids));
  }
  return contents;
}

/// A source that gives each record when its time has come, by the clock of the run, which begins at
/// 0 on the deterministic executor.
template <typename Item>
class ScheduledInput {
 public:
  using item_type = Item;
  using Schedule = std::vector<std::pair<Ns, Item>>;

  ScheduledInput(Schedule schedule, Ns end) : schedule_(std::move(schedule)), end_(end) {}

  std::vector<std::string> parts() const { return {"scheduled"}; }
  std::unique_ptr<SourcePart<Item>> open(const std::string&, const SourceContext& context) const {
    auto part = std::make_unique<Part>();
    part->schedule = schedule_;
    part->end = end_;
    part->now = context.now;
    return part;
  }

 private:
  struct Part final : SourcePart<Item> {
    Poll next_batch(std::vector<Item>& batch) override {
      for (; next != schedule.size(); ++next) {
        if (const Clock::time_point due(ns(schedule[next].first)); due > now())
          return {Poll::State::wait, due};
        batch.push_back(schedule[next].second);
      }
      if (const Clock::time_point due{ns(end)}; due > now()) return {Poll::State::wait, due};
      return {Poll::State::end, {}};
    }

    Schedule schedule;
    Ns end = 0;
    std::function<Clock::time_point()> now;
    std::size_t next = 0;
  };

  Schedule schedule_;
  Ns end_;
};

/// The windows of the results of a window step: (key, WindowInfo).
template <typename Results>
auto windows_of(const Results& results) {
  return results.results() | map([](const typename Results::item_type& item) {
           return std::pair(item.first, item.second.window);
         });
}

/// A step that logs when, by the clock of the run, each record passes.
template <typename Item>
auto log_times(Log<std::pair<Ns, Item>>& log) {
  return [&log](Stream<Epoch, Item> stream) {
    const Executor& executor = stream.scope->worker().process().executor();
    return stream | inspect([&log, &executor](const Item& item) {
             log.add({executor.now().time_since_epoch().count(), item});
           });
  };
}

/// What a step has sent, by key.
template <typename Key, typename Item>
class ByKeyLog {
 public:
  /// A step that logs, at the end of a stream.
  void end(FlowStream<std::pair<Key, Item>> stream) {
    stream | inspect([this](const std::pair<Key, Item>& item) { log_.add(item); }) |
        output("", Discard{});
  }
  /// The values of windows alone, unless it logs their windows, too.
  template <typename Results, typename LateStream>
  void end(const Windowed<Results, LateStream>& windows) {
    if constexpr (std::is_same_v<typename Results::item_type, std::pair<Key, Item>>) {
      end(windows.results());
    } else {
      end(windows | values());
    }
  }
  std::map<Key, std::vector<Item>> sorted() const {
    std::map<Key, std::vector<Item>> by_key;
    for (auto& [key, item] : log_.sorted()) by_key[key].push_back(item);
    return by_key;
  }
  std::map<Key, std::vector<Item>> in_order() const {
    std::map<Key, std::vector<Item>> by_key;
    for (auto& [key, item] : log_.entries()) by_key[key].push_back(item);
    return by_key;
  }

 private:
  Log<std::pair<Key, Item>> log_;
};

}  // namespace tidemark::tests
