// SPDX-License-Identifier: MIT
//
// expire_after: a time to live for the keys of a keyed step.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/event_time.hpp>
#include <tidemark/operators/keyed/expiring_outputs.hpp>
#include <tidemark/operators/keyed/key_lives.hpp>
#include <tidemark/operators/keyed/no_expiry.hpp>
#include <tidemark/progress/epoch.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace tidemark {

/// The results of a step whose keys expire: a Stream, or the FlowStream of a blueprint, and used as
/// one.
template <typename Results, typename Told>
struct Expiring : Results {
  /// A (key, state) for each key that expires.
  const Told& expired() const { return told; }
  /// The results alone.
  const Results& results() const { return *this; }

  Told told{};  ///< what `expired` gives
};

namespace detail {

template <typename Step>
struct ExpiringStep;

struct Expires {
  static constexpr bool expires = true;

  template <Timestamp T, typename Out, typename Key, typename Logic>
  using Outputs = ExpiringOutputs<T, Out, std::pair<Key, typename ExpiredOf<Logic>::Kept>>;
  template <typename Step>
  static ExpiringStep<Step> step(Step step) {
    return {std::move(step)};
  }
  /// What a keyed_step returns, as the step does.
  template <typename Results, typename Told>
  static Expiring<Results, Told> expiring(const std::pair<Results, Told>& streams) {
    return {streams.first, streams.second};
  }
};

/// A keyed step with expiry, to be applied to a stream, or to that of a blueprint. `step` makes of
/// a stream a pair of streams.
template <typename Step>
struct ExpiringStep {
  Step step;

  template <Timestamp T, typename Item>
  auto operator()(Stream<T, Item> stream) const {
    return Expires::expiring(Step(step)(stream));
  }
  template <typename Item>
  auto operator()(FlowStream<Item> stream) const {
    return Expires::expiring(stream.flow->apply(step, stream));
  }
};

/// Throws ConfigError unless it is positive.
std::chrono::nanoseconds require_life(std::chrono::nanoseconds life);

/// By the run's clock.
struct RunExpiry : Expires {
  std::chrono::nanoseconds life;

  /// `at_most`: that the clock, which has 292 years, does not run over.
  explicit RunExpiry(Span after)
      : life(std::min<std::chrono::nanoseconds>(require_life(after.length()),
                                                std::chrono::hours(24 * 36500))) {}

  template <Timestamp T, typename Item>
  auto lives(OperatorBuilder<T>& op) const {
    Worker& worker = op.scope().worker();
    return RunLives<T, Item>(life, WakeTimer(op.activator(), worker.executor()), worker);
  }
  /// The same for a join of sides with such values.
  template <typename... Values>
  const RunExpiry& of_sides() const {
    return *this;
  }
};

/// The time of a value, by a getter of the program.
template <typename Getter, typename Value>
EventTime time_of(const Getter& getter, const Value& value) {
  static_assert(std::invocable<const Getter&, const Value&>,
                "expire_after: the getter must take the stream's value");
  static_assert(
      SystemTimePoint<std::remove_cvref_t<std::invoke_result_t<const Getter&, const Value&>>>,
      "expire_after: the getter must return a std::chrono::sys_time of nanoseconds or coarser");
  return to_event_time(std::invoke(getter, value));
}

/// The time of a value of some side of a join: by the getter for all sides, or by that of its own.
template <typename... Getters>
struct SideTime {
  std::tuple<Getters...> getters;

  template <typename... Values>
  EventTime operator()(const std::variant<std::monostate, Values...>& value) const {
    return of<0>(value);
  }

 private:
  template <std::size_t Side, typename... Values>
  EventTime of(const std::variant<std::monostate, Values...>& value) const {
    if constexpr (Side == sizeof...(Values)) {
      return before_all_time;
    } else {
      if (value.index() != Side + 1) return of<Side + 1>(value);
      return time_of(std::get < sizeof...(Getters) == 1 ? 0 : Side > (getters),
                     std::get<Side + 1>(value));
    }
  }
};

/// In event time, which the getters read: one, or for a join one for each side.
template <typename... Getters>
struct EventExpiry : Expires {
  std::chrono::nanoseconds life;
  std::tuple<Getters...> getters;

  explicit EventExpiry(Span after, Getters... all)
      : life(require_life(after.length())),
        getters(std::move(all)...) {}

  template <Timestamp T, typename Item>
  auto lives(OperatorBuilder<T>& op) const {
    static_assert(std::same_as<T, Epoch>,
                  "expire_after: sources are read in epochs, so a step whose keys expire in event "
                  "time must stand outside of loops, in a dataflow on Epoch; without a getter they "
                  "expire by the run's clock");
    static_assert(sizeof...(Getters) == 1,
                  "expire_after: a step on one stream takes one getter of times");
    const auto getter = [get = std::get<0>(getters)](const typename Item::second_type& value) {
      return time_of(get, value);
    };
    auto& sources = op.watermarks(0, "or let keys expire by the run's clock: expire_after(time)");
    op.set_interest(Interest::always);  // so that promises are looked at, and then forgotten
    return EventLives<T, Item, std::remove_const_t<decltype(getter)>>(life, getter, sources);
  }
  template <typename... Values>
  auto of_sides() const {
    static_assert(sizeof...(Getters) == 1 || sizeof...(Getters) == sizeof...(Values),
                  "expire_after: a join takes one getter of times for all sides, or one for each");
    return EventExpiry<SideTime<Getters...>>(life, SideTime<Getters...>{getters});
  }
};

}  // namespace detail

/// Given to a keyed step as its last argument, or to a join after its mode: a key of which nothing
/// has come for `life` expires. Its state is given up, and told as (key, state), by a join as rows
/// that lack what has not come; a key that comes again begins anew.
///
///     auto sums = clicks | stateful_map("sums", begin, add, expire_after(30min));
///     sums.expired() | output("sessions", StdOutput{});
///
/// Here, without a getter, by the clock of the run: `life` after the step has worked on the key's
/// last value. It is told at the earliest timestamp that can still come. At the end of input
/// nothing expires. From run to run what counts is the time on the wall.
///
/// Memory: about 100 bytes a key besides its state. Throws ConfigError unless `life` is positive.
inline auto expire_after(Span life) {
  return detail::RunExpiry(life);
}

/// The same in event time, which must be read at the sources (event_time): a key expires with the
/// epoch by which the step's watermark has come to `life` after the latest of its values, a
/// function of epochs, and of nothing else. `getter(value)` is a std::chrono::sys_time; a join
/// takes one for all its sides, or one for each. A late value counts as one of what the watermark
/// has come to. When all sources have ended time has come to its end, so what is left expires; not
/// if they are stopped.
///
/// So a key is kept for `life` at least: until the watermark has passed, a value still finds it
/// whose own time is later than that. Where it matters how far two values lie apart, compare them.
///
///     const auto expiry = expire_after(1h, &Order::time, &Payment::time);
///     auto paid = join("paid", {}, expiry, orders, payments);
///     paid | filter(within_an_hour) | ...
///     paid.expired() | map(order_of) | output("unpaid", StdOutput{});
template <typename Getter, typename... Getters>
auto expire_after(Span life, Getter getter, Getters... getters) {
  return detail::EventExpiry<Getter, Getters...>(life, std::move(getter), std::move(getters)...);
}

}  // namespace tidemark
