// SPDX-License-Identifier: MIT
//
// Windowers: which values of a key belong together.
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/windowing/window.hpp>
#include <tidemark/windowing/window_options.hpp>

#include <concepts>
#include <type_traits>

namespace tidemark {

/// Gives each value of a key its windows.
///
/// `Window` is an open window of a key, `State` what else is kept of a key, which begins with
/// `State{}`; both are saved. A value that happened at `time` goes to the windows of which
/// `windows_of(state, time, visit)` calls `visit(window)`, in order. Each of them is either one
/// that is open, if that `absorb`s it, or a new one, which then is `number`ed.
///
/// Laws, for the open windows of a key:
///   order    they differ by `<`, and an earlier window is not over later than a later one
///   place    a window can only be absorbed by those next to its place in that order
///   merge    if `merges`, absorbing a window may make its neighbours one; `absorb(a, b)` then says
///            so, and makes `a`, the earlier, the window of both
///   over     a window is over when the watermark is at or after `end(window)`, which lies after
///            all times of its values, and does not move back
///
/// `by_time` says that `end` is a matter of time, so that a window ends although nothing more
/// comes; `numbers` that ids are counted, so that a key is remembered when its windows have closed.
///
/// Models: TumblingWindow, SlidingWindow, CalendarWindow, SessionWindow, CountWindow.
template <typename W>
concept Windower =
    std::copy_constructible<W> && std::copyable<typename W::Window> &&
    std::totally_ordered<typename W::Window> && std::default_initializable<typename W::State> &&
    requires(const W& windower, typename W::State& state, typename W::Window& window,
             const typename W::Window& other, EventTime time, void (*visit)(typename W::Window)) {
      windower.windows_of(state, time, visit);
      { windower.absorb(window, other) } -> std::same_as<bool>;
      windower.number(state, window);
      { windower.end(other) } -> std::same_as<EventTime>;
      { windower.info(other) } -> std::same_as<WindowInfo>;
      { W::merges } -> std::convertible_to<bool>;
      { W::by_time } -> std::convertible_to<bool>;
      { W::numbers } -> std::convertible_to<bool>;
    };

namespace detail {

/// Whether a value may be late for one of its windows and not for the next (the rules of 0.17).
template <Windower W>
bool judges_by_window(const W& windower) {
  if constexpr (requires { windower.judges_by_window(); }) {
    return windower.judges_by_window();
  } else {
    return false;
  }
}

/// Gives a windower whose rules can be chosen those of the options.
template <Windower W>
W under_rules(W windower, WindowRules rules) {
  if constexpr (requires { windower.rules = rules; }) windower.rules = rules;
  return windower;
}

}  // namespace detail
}  // namespace tidemark
