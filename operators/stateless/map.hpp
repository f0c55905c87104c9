// SPDX-License-Identifier: MIT
//
// map: one record in, one record out.
#pragma once

#include <tidemark/core/fused.hpp>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

/// Applies `f` to every record.
///
///     numbers | map([](int n) { return n * n; })
template <typename F>
auto map(std::string id, F f) {
  return [id, f]<typename T, typename In>(Stream<T, In> input) {
    static_assert(std::invocable<F&, In>,
                  "map: the function must take the stream's record, by value or const reference");
    using Out = std::remove_cvref_t<std::invoke_result_t<F&, In>>;
    static_assert(!std::is_void_v<Out>, "map: the function must return a record; see inspect");
    if constexpr (std::is_same_v<In, Out>) {
      return fuse_in_place(input, "map", id, [f](const T&, auto& records) mutable {
        for (In& r : records) r = Out(std::invoke(f, std::move(r)));  // f may return r itself
      });
    } else {
      return fuse<Out>(input, "map", id, [f](const T&, auto& records, auto& out) mutable {
        for (In& record : records) out.give(std::invoke(f, std::move(record)));
      });
    }
  };
}

/// The same without an id.
template <typename F>
auto map(F f) {
  return map("", std::move(f));
}

}  // namespace tidemark
