// SPDX-License-Identifier: MIT
//
// map_in_place: changes records where they are.
#pragma once

#include <tidemark/core/fused.hpp>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// Calls `f(record)` with a reference to every record, to change it.
///
///     texts | map_in_place([](std::string& text) { text += '!'; })
template <typename F>
auto map_in_place(std::string id, F f) {
  return [id, f]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(std::is_invocable_v<F&, Item&>,
                  "map_in_place: the function must take a reference to the stream's record");
    static_assert(std::is_void_v<std::invoke_result_t<F&, Item&>>,
                  "map_in_place: the function must change the record and return nothing; see map");
    return fuse_in_place(input, "map_in_place", id,
                         [f](const T&, std::vector<Item>& records) mutable {
                           for (Item& record : records) std::invoke(f, record);
                         });
  };
}

/// The same without an id.
template <typename F>
auto map_in_place(F f) {
  return map_in_place("", std::move(f));
}

}  // namespace tidemark
