// SPDX-License-Identifier: MIT
//
// filter_map: one record in, at most one out.
#pragma once

#include <tidemark/core/fused.hpp>

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

/// Applies `f`, which returns an optional, to every record, and keeps the results that are there.
///
///     texts | filter_map([](const std::string& text) -> std::optional<int> { return parse(text);
///     })
template <typename F>
auto filter_map(std::string id, F f) {
  return [id, f]<typename T, typename In>(Stream<T, In> input) {
    static_assert(
        std::invocable<F&, In>,
        "filter_map: the function must take the stream's record, by value or const reference");
    using Result = std::remove_cvref_t<std::invoke_result_t<F&, In>>;
    static_assert(
        requires(Result r) {
          typename Result::value_type;
          r.has_value();
        }, "filter_map: the function must return a std::optional");
    return fuse<typename Result::value_type>(
        input, "filter_map", id, [f](const T&, std::vector<In>& records, auto& out) mutable {
          for (In& record : records)
            if (Result result = std::invoke(f, std::move(record))) out.give(*std::move(result));
        });
  };
}

/// The same without an id.
template <typename F>
auto filter_map(F f) {
  return filter_map("", std::move(f));
}

}  // namespace tidemark
