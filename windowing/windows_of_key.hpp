// SPDX-License-Identifier: MIT
//
// What keeps the windows of a key.
#pragma once

#include <tidemark/windowing/corrected_windows.hpp>
#include <tidemark/windowing/each_window.hpp>
#include <tidemark/windowing/sliced_windows.hpp>

#include <type_traits>

namespace tidemark::detail {

/// Of a windower that is Corrected what it keeps, shared slices where windows can overlap and
/// accumulators be combined, else each window for itself.
template <typename Work>
struct WindowsOfKey {
  using type = std::conditional_t<std::is_same_v<typename Work::Windower, SlidingWindow> &&
                                      Work::Aggregate::algebra != Algebra::plain,
                                  SlicedWindows<Work>, EachWindow<Work>>;
};
template <typename Work>
  requires(Work::Windower::corrects)
struct WindowsOfKey<Work> {
  using type = CorrectedWindows<Work>;
};
template <typename Work>
using WindowsOf = typename WindowsOfKey<Work>::type;

/// Whether a late value may have a window.
template <typename Windows>
inline constexpr bool takes_late = requires { requires Windows::corrects; };

}  // namespace tidemark::detail
