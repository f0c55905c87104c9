// SPDX-License-Identifier: MIT
//
// event_time, event_time_within: read event times where a stream still is its source.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/event_stamps.hpp>
#include <tidemark/core/fused.hpp>
#include <tidemark/core/fused_outputs.hpp>
#include <tidemark/core/worker.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// How event times are read; use designated initialisers.
struct EventTimeOptions {
  /// By how much a record may be older than one before it, of the same part of the source. With
  /// `Span::forever` nothing is late, and nothing closes before the end.
  Span wait{};
  /// A part that has given nothing for so long, by the run's clock, is not waited for. What it
  /// brings when it comes back may be late. While no part is waited for, time has come as far as
  /// any has told. nullopt, or for ever: it is waited for, as long as it takes. A hand-driven input
  /// has no such parts: it is as far as it is advanced.
  std::optional<Span> idle_after{};
};

/// How far ahead a stamp may lie, not to carry everybody's time away; use designated initialisers.
/// One at least is to be said.
struct AheadLimits {
  /// Of the run's clock.
  std::optional<Span> of_clock{};
  /// Of the greatest stamp that was accepted before, of the same part of the source.
  std::optional<Span> of_part{};
  /// After so many stamps in a row that lie too far ahead of their part, it goes on from the next
  /// such one: time has really moved. 0: never.
  std::uint32_t believe_after = 0;
};

namespace detail {

template <typename Getter, typename Item>
constexpr void require_getter() {
  static_assert(std::invocable<Getter&, const Item&>,
                "event_time: the getter must take the stream's record");
  static_assert(SystemTimePoint<std::remove_cvref_t<std::invoke_result_t<Getter&, const Item&>>>,
                "event_time: the getter must return a std::chrono::sys_time of nanoseconds or "
                "coarser");
}

/// The time of a record, by a getter of the program.
template <typename Getter, typename Item>
EventTime read_time(Getter& getter, const Item& record) {
  require_getter<Getter, Item>();
  return to_event_time(std::invoke(getter, record));
}

/// The same; nullopt for one that lies beyond what EventTime reaches.
template <typename Getter, typename Item>
std::optional<EventTime> read_any_time(Getter& getter, const Item& record) {
  require_getter<Getter, Item>();
  const auto time = std::invoke(getter, record);
  using Coarse = std::chrono::sys_time<std::chrono::duration<long double, std::nano>>;
  if (Coarse(time) > Coarse(after_all_time)) return std::nullopt;
  return to_event_time(time);
}

/// Throws ConfigError for a negative wait or limit.
void require_event_time_options(const std::string& id, const EventTimeOptions& options,
                                const AheadLimits& limits);
/// Throws ConfigError unless there is one.
void require_ahead_limits(const std::string& id, const AheadLimits& limits);

/// True if the stamp is accepted, and then the part has come to it.
bool accept_stamp(PartTimes& part, EventTime time, EventTime wall, const AheadLimits& limits);

}  // namespace detail

/// Reads the time of each record where the stream still is its source: right behind an input, or
/// after stateless steps behind it. What goes by event time downstream (SourceClock) then knows, at
/// the end of each epoch, before which time nothing more will come of which part of which source.
///
///     input(flow, "readings", CSVInput("a.csv")) | map(to_reading)
///         | event_time("time", &Reading::time, {.wait = 5s})
///
/// `getter(record)` is a std::chrono::sys_time. Cost: the getter and a comparison for each record.
/// What is read is of the whole source, also for those who use the stream before this step.
/// Throws ConfigError for a negative wait, and DataflowError where it does not stand behind an
/// input.
template <typename Getter>
auto event_time(std::string id, Getter getter, EventTimeOptions options = {}) {
  detail::require_event_time_options(id, options, {});
  return [id, getter, options]<typename T, typename Item>(Stream<T, Item> input) {
    const auto source = std::make_shared<EventSource<typename Level<T>::Ledger>*>(nullptr);
    Stream<T, Item> stamped = fuse_in_place(
        input, "event_time", id, [getter, source](const T&, std::vector<Item>& records) mutable {
          EventTime greatest = before_all_time;
          for (const Item& record : records)
            greatest = std::max(greatest, detail::read_time(getter, record));
          PartTimes& part = (*source)->part();
          part.greatest = std::max(part.greatest, greatest);
        });
    *source = &read_stamps<T>(stamped, options.wait, options.idle_after);
    return stamped;
  };
}

/// The same with a bound on how far ahead a time may lie. Makes two streams: what is within, and
/// what lies too far ahead, beyond the year 2262 in any case, of which no time is read. Throws
/// ConfigError without a limit.
///
///     auto [readings, too_far] = lines | event_time_within("time", &Reading::time,
///                                            AheadLimits{.of_clock = 1h}, {.wait = 5s});
template <typename Getter>
auto event_time_within(std::string id, Getter getter, AheadLimits limits,
                       EventTimeOptions options = {}) {
  detail::require_event_time_options(id, options, limits);
  detail::require_ahead_limits(id, limits);
  return [id, getter, limits, options]<typename T, typename Item>(Stream<T, Item> input) {
    const auto source = std::make_shared<EventSource<typename Level<T>::Ledger>*>(nullptr);
    Worker& worker = input.scope->worker();
    auto streams = fuse_pair<Item, Item>(
        input, "event_time_within", id,
        [getter, source, limits, &worker](const T&, std::vector<Item>& records,
                                          auto& outputs) mutable {
          PartTimes& part = (*source)->part();
          const EventTime wall = limits.of_clock ? worker.wall_time() : after_all_time;
          for (Item& record : records) {
            const auto time = detail::read_any_time(getter, std::as_const(record));
            if (time && detail::accept_stamp(part, *time, wall, limits)) {
              outputs.first.give(std::move(record));
            } else {
              outputs.second.give(std::move(record));
            }
          }
        });
    *source = &read_stamps<T>(streams.first, options.wait, options.idle_after);
    return streams;
  };
}

}  // namespace tidemark
