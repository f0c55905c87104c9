// SPDX-License-Identifier: MIT
//
// fold_window: what a fold makes of the values of a window.
#pragma once

#include <tidemark/windowing/aggregates/fold.hpp>
#include <tidemark/windowing/window_step.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {
namespace detail {

template <typename Builder, typename Folder, typename Merger>
struct FoldWindow {
  Fold<Builder, Folder, Merger> fold;

  template <typename Item, typename W>
  auto aggregate() const {
    static_assert(
        KeyedItem<Item>,
        "fold_window: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Accumulator = typename Fold<Builder, Folder, Merger>::Accumulator;
    static_assert(
        std::is_invocable_r_v<Accumulator, Folder&, Accumulator, typename Item::second_type>,
        "fold_window: the folder must take the accumulator and a value and return an accumulator");
    if constexpr (!std::is_null_pointer_v<Merger>) {
      static_assert(std::is_invocable_r_v<Accumulator, Merger&, Accumulator, const Accumulator&>,
                    "fold_window: the merger must take two accumulators and return one");
    } else {
      static_assert(!W::merges,
                    "fold_window: sessions merge; give a merger of two accumulators after the "
                    "folder");
    }
    return fold;
  }
};

}  // namespace detail

/// Folds the values of each window of a key: the accumulator begins as `builder()`, and
/// `folder(accumulator, value)` is the next. When the window closes, a (key, WindowResult) is sent,
/// of the window and the accumulator.
/// Where windows merge, `merger(earlier, later)` joins two accumulators; if it is declared
/// associative, commutative or invertible (declared.hpp), overlapping windows share their work.
///
///     readings | fold_window("readings of an hour", EventClock(&Sample::time, 5s),
///                            TumblingWindow(1h, midnight), [] { return Summary(); },
///                            [](Summary s, const Reading& r) { return s.with(r); })
///
/// `| values()` behind it leaves the results alone, (key, accumulator), and `.late()` of what it
/// returns says which values were too late (windowed_stream.hpp). The clock and the windower:
/// windowing/README.md.
template <typename C, typename W, typename Builder, typename Folder>
auto fold_window(std::string id, C clock, W windower, Builder builder, Folder folder,
                 WindowOptions options = {}) {
  static_assert(std::invocable<Builder&>, "fold_window: the builder must take nothing");
  return detail::window_step("fold_window", std::move(id), std::move(clock), std::move(windower),
                             detail::FoldWindow<Builder, Folder, std::nullptr_t>{
                                 {std::move(builder), std::move(folder), nullptr}},
                             options);
}

/// The same with a `merger`.
template <typename C, typename W, typename Builder, typename Folder, typename Merger>
  requires(!std::same_as<Merger, WindowOptions>)
auto fold_window(std::string id, C clock, W windower, Builder builder, Folder folder, Merger merger,
                 WindowOptions options = {}) {
  static_assert(std::invocable<Builder&>, "fold_window: the builder must take nothing");
  return detail::window_step("fold_window", std::move(id), std::move(clock), std::move(windower),
                             detail::FoldWindow<Builder, Folder, Merger>{
                                 {std::move(builder), std::move(folder), std::move(merger)}},
                             options);
}

}  // namespace tidemark
