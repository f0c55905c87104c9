// SPDX-License-Identifier: MIT
//
// merge: several streams into one.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/operator_builder.hpp>

#include <array>
#include <type_traits>
#include <utility>

namespace tidemark {

/// Every record of every stream, in no particular order between them.
///
///     merge(odd, even) | map(...)
template <Timestamp T, typename Item, typename... Others>
Stream<T, Item> merge(Stream<T, Item> first, Others... others) {
  static_assert((std::is_same_v<Others, Stream<T, Item>> && ...),
                "merge: all streams must have the same type of record and timestamp");
  OperatorBuilder<T> op(*first.scope, "merge");
  const std::array inputs{&op.input(first, Pipeline{}), &op.input(others, Pipeline{})...};
  auto [out, merged] = op.template output<Item>();
  op.build([inputs, &out = out] {
    for (InputPort<T, Item>* in : inputs)
      in->for_each([&](Batch<T, Item>& batch) { out.at(batch).give_all(batch.records); });
  });
  return merged;
}

/// The same in a blueprint.
template <typename Item, typename... Others>
FlowStream<Item> merge(FlowStream<Item> first, Others... others) {
  static_assert((std::is_same_v<Others, FlowStream<Item>> && ...),
                "merge: all streams must have the same type of record");
  return first.flow->apply([](auto... streams) { return merge(streams...); }, first, others...);
}

}  // namespace tidemark
