// SPDX-License-Identifier: MIT
//
// flat_map_batch: the records of a batch in, any number out.
#pragma once

#include <tidemark/core/fused.hpp>
#include <tidemark/operators/stateless/give_elements.hpp>

#include <concepts>
#include <functional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// Applies `f`, which takes a std::vector of records and returns a range, to every batch: records
/// of one timestamp that happen to arrive together, so its size means nothing. For what costs less
/// when it is done for several records at once.
///
///     keys | flat_map_batch([](std::vector<Key> keys) { return look_up(keys); })
template <typename F>
auto flat_map_batch(std::string id, F f) {
  return [id, f]<typename T, typename In>(Stream<T, In> input) {
    static_assert(std::invocable<F&, std::vector<In>>,
                  "flat_map_batch: the function must take a std::vector of the stream's records");
    using Range = std::remove_cvref_t<std::invoke_result_t<F&, std::vector<In>>>;
    static_assert(std::ranges::input_range<Range>,
                  "flat_map_batch: the function must return a range, such as a std::vector");
    return fuse<std::ranges::range_value_t<Range>>(
        input, "flat_map_batch", id, [f](const T&, std::vector<In>& records, auto& out) mutable {
          detail::give_elements(std::invoke(f, std::move(records)), out);
        });
  };
}

/// The same without an id.
template <typename F>
auto flat_map_batch(F f) {
  return flat_map_batch("", std::move(f));
}

}  // namespace tidemark
