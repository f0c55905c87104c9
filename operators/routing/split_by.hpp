// SPDX-License-Identifier: MIT
//
// split_by: one stream into two, of different types.
#pragma once

#include <tidemark/core/fused_outputs.hpp>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace tidemark {
namespace detail {

template <typename>
inline constexpr bool is_variant_of_two = false;
template <typename A, typename B>
inline constexpr bool is_variant_of_two<std::variant<A, B>> = true;

}  // namespace detail

/// Applies `f`, which returns a std::variant<A, B>, to every record, and makes two streams of the
/// results: those that hold an A, and those that hold a B. Without `f` the records themselves are
/// split. With results and errors as alternatives this is Timely's ok_err.
///
///     auto [numbers, errors] = lines | split_by(parse);
template <typename F = std::identity>
auto split_by(std::string id, F f = {}) {
  return [id, f]<typename T, typename In>(Stream<T, In> input) {
    static_assert(
        std::invocable<F&, In>,
        "split_by: the function must take the stream's record, by value or const reference");
    using Result = std::remove_cvref_t<std::invoke_result_t<F&, In>>;
    static_assert(detail::is_variant_of_two<Result>,
                  "split_by: the function must return a std::variant of two types");
    using A = std::variant_alternative_t<0, Result>;
    using B = std::variant_alternative_t<1, Result>;
    return fuse_pair<A, B>(input, "split_by", id,
                           [f](const T&, auto& records, auto& outputs) mutable {
                             for (In& record : records) {
                               Result result = std::invoke(f, std::move(record));
                               if (result.index() == 0) {
                                 outputs.first.give(std::get<0>(std::move(result)));
                               } else {
                                 outputs.second.give(std::get<1>(std::move(result)));
                               }
                             }
                           });
  };
}

/// The same without an id.
template <typename F = std::identity>
  requires(!std::convertible_to<F, std::string>)
auto split_by(F f = {}) {
  return split_by("", std::move(f));
}

}  // namespace tidemark
