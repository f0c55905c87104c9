// SPDX-License-Identifier: MIT
//
// How the state of a key begins.
#pragma once

#include <concepts>
#include <functional>

namespace tidemark::detail {

/// `builder(key)` or `builder()`.
template <typename Builder, typename Key>
auto build_state(Builder& builder, const Key& key) {
  if constexpr (std::invocable<Builder&, const Key&>) {
    return std::invoke(builder, key);
  } else {
    static_assert(std::invocable<Builder&>,
                  "a stateful step: the builder must take the key or nothing");
    return std::invoke(builder);
  }
}

}  // namespace tidemark::detail
