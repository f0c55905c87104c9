// SPDX-License-Identifier: MIT
//
// merge: several streams into one.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/routing/concat.hpp>

#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// Every record of every stream, in no particular order between them; see concat.
///
///     merge(odd, even) | map(...)
template <Timestamp T, typename Item, typename... Others>
Stream<T, Item> merge(Stream<T, Item> first, Others... others) {
  static_assert((std::is_same_v<Others, Stream<T, Item>> && ...),
                "merge: all streams must have the same type of record and timestamp");
  return detail::concat_as("merge", std::vector{first, others...});
}

/// The same in a blueprint.
template <typename Item, typename... Others>
FlowStream<Item> merge(FlowStream<Item> first, Others... others) {
  static_assert((std::is_same_v<Others, FlowStream<Item>> && ...),
                "merge: all streams must have the same type of record");
  return first.flow->apply([](auto... streams) { return merge(streams...); }, first, others...);
}

}  // namespace tidemark
