// SPDX-License-Identifier: MIT
//
// Clocks: what time it is for a key, and which of its values are late.
#pragma once

#include <tidemark/core/event_time.hpp>

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace tidemark {

/// What a clock reads when a value comes.
struct Reading {
  EventTime time{};       ///< when the value happened
  EventTime watermark{};  ///< up to where the key's values are expected to have come, this one too
};

/// A source of wall time; an empty one stands for that of the run: the system's clock, or the
/// virtual time of the deterministic executor, which begins in 1970.
using Now = std::function<EventTime()>;

/// A clock: for each key it turns values, and the passing of wall time, into a *watermark*, the
/// guess that no value before it will come any more.
///
/// Laws, for one key's state:
///   monotone   the watermark never moves back, as long as `now` does not; the step sees to that,
///              in a run that goes on from another, too
///   awake      watermark(state, now) >= time if and only if now >= due(state, time), for all
///              `now` at or after that of the last reading
///
/// `State` is what the clock keeps of a key, and what is saved of it; a key begins with `State{}`.
/// `due` is `after_all_time` if the passing of time alone will not do. At the end of its input the
/// step takes every watermark to `after_all_time` by itself.
///
/// Models: SystemClock, EventClock; SourceClock, for which the watermark of the step's sources
/// takes the place of wall time. FrontierClock is none: it needs no guess, and no state.
template <typename C, typename Value>
concept WindowClock =
    std::copy_constructible<C> && std::default_initializable<typename C::State> &&
    requires(C& clock, typename C::State& state, const Value& value, EventTime time) {
      { clock.read(state, value, time) } -> std::same_as<Reading>;
      { clock.watermark(std::as_const(state), time) } -> std::same_as<EventTime>;
      { clock.due(std::as_const(state), time) } -> std::same_as<EventTime>;
    } &&
    (
        requires { requires C::by_source; } ||
        requires(C& clock) {
          { clock.now } -> std::convertible_to<Now>;
        });

namespace detail {

/// Whether a clock goes by the watermark of the step's sources, and not by the wall.
template <typename C>
inline constexpr bool is_by_source = requires { requires C::by_source; };

}  // namespace detail

}  // namespace tidemark
