// SPDX-License-Identifier: MIT
//
// What the tests of expiry share: readings that know their time, and steps that gather them by key.
#pragma once

#include <tidemark/core/process.hpp>
#include <tidemark/operators/ends/event_time.hpp>
#include <tidemark/operators/keyed/expiry.hpp>
#include <tidemark/operators/keyed/stateful_map.hpp>

#include <tests/operators/flow.hpp>
#include <tests/support.hpp>

namespace tidemark::tests {

/// Something that happened at `time`, in nanoseconds.
struct Reading {
  std::int64_t time = 0;
  int id = 0;
  friend auto operator<=>(const Reading&, const Reading&) = default;
};
using KeyedReading = std::pair<std::string, Reading>;
using Ids = std::vector<int>;

constexpr EventTime at_ns(std::int64_t ns) {
  return EventTime(std::chrono::nanoseconds(ns));
}
constexpr auto time_of = [](const Reading& reading) { return at_ns(reading.time); };
constexpr auto time_of_record = [](const KeyedReading& record) { return time_of(record.second); };

/// Keeps the ids of a key, and sends how many there are.
template <typename Expiry>
auto gather(Expiry expiry) {
  return stateful_map(
      "ids", [] { return Ids(); },
      [](Ids ids, const Reading& reading) {
        ids.push_back(reading.id);
        const auto size = static_cast<int>(ids.size());
        return std::pair(std::move(ids), size);
      },
      expiry);
}

/// A step that logs every record with the time of the run's clock, in milliseconds.
template <typename Item>
auto log_times(Log<std::pair<std::int64_t, Item>>& log) {
  return [&log](Stream<Epoch, Item> stream) {
    const Executor& executor = stream.scope->worker().process().executor();
    return stream | inspect([&log, &executor](const Item& item) {
             const auto now = executor.now().time_since_epoch();
             log.add({std::chrono::floor<std::chrono::milliseconds>(now).count(), item});
           });
  };
}

}  // namespace tidemark::tests
