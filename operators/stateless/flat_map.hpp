// SPDX-License-Identifier: MIT
//
// flat_map: one record in, any number out.
#pragma once

#include <tidemark/core/fused.hpp>
#include <tidemark/operators/stateless/give_elements.hpp>

#include <functional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

namespace detail {

template <typename F>
auto flat_map_as(std::string kind, std::string id, F f) {
  return [kind, id, f]<typename T, typename In>(Stream<T, In> input) {
    static_assert(
        std::invocable<F&, In>,
        "flat_map: the function must take the stream's record, by value or const reference");
    using Range = std::remove_cvref_t<std::invoke_result_t<F&, In>>;
    static_assert(std::ranges::input_range<Range>,
                  "flat_map: the function must return a range, such as a std::vector");
    using Out = std::ranges::range_value_t<Range>;
    return fuse<Out>(input, kind, id, [f](const T&, std::vector<In>& records, auto& out) mutable {
      for (In& record : records) give_elements(std::invoke(f, std::move(record)), out);
    });
  };
}

}  // namespace detail

/// Applies `f`, which returns a range, to every record, and sends the range's elements in order.
///
///     lines | flat_map([](const std::string& line) { return split(line); })
template <typename F>
auto flat_map(std::string id, F f) {
  return detail::flat_map_as("flat_map", std::move(id), std::move(f));
}

/// The same without an id.
template <typename F>
auto flat_map(F f) {
  return flat_map("", std::move(f));
}

}  // namespace tidemark
