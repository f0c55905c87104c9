// SPDX-License-Identifier: MIT
//
// How the elements of a range that a user's function returned are sent.
#pragma once

#include <ranges>
#include <type_traits>
#include <utility>

namespace tidemark::detail {

/// Sends the elements in order. They are moved out of what owns them, and copied out of a view.
template <typename Range, typename Out>
void give_elements(Range&& range, Out& out) {
  for (auto&& element : range) {
    if constexpr (std::ranges::view<std::remove_cvref_t<Range>>) {
      out.give(std::forward<decltype(element)>(element));  // not ours
    } else {
      out.give(std::move(element));
    }
  }
}

}  // namespace tidemark::detail
