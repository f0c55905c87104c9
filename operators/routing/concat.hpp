// SPDX-License-Identifier: MIT
//
// concat: any number of streams into one.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/operator_builder.hpp>

#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

template <typename Streams>
void require_some(const std::string& kind, const Streams& streams) {
  if (streams.empty())
    throw DataflowError(kind + ": there is no stream to take; a stream without records is empty()");
}

template <Timestamp T, typename Item>
Stream<T, Item> concat_as(std::string kind, const std::vector<Stream<T, Item>>& streams) {
  require_some(kind, streams);
  OperatorBuilder<T> op(*streams.front().scope, std::move(kind));
  op.keeps(Keeps::nothing);
  std::vector<InputPort<T, Item>*> inputs;
  for (const Stream<T, Item>& stream : streams) inputs.push_back(&op.input(stream, Pipeline{}));
  auto [out, all] = op.template output<Item>();
  op.build([inputs, &out = out] {
    for (InputPort<T, Item>* in : inputs)
      in->for_each([&](Batch<T, Item>& batch) { out.at(batch).give_all(batch.records); });
  });
  return all;
}

}  // namespace detail

/// Every record of every stream, in no particular order between them. For a number of streams that
/// is known in the program there is merge. Throws DataflowError if there are none.
///
///     concat(numbers | partition(n, route))
template <Timestamp T, typename Item>
Stream<T, Item> concat(const std::vector<Stream<T, Item>>& streams) {
  return detail::concat_as("concat", streams);
}

/// The same in a blueprint.
template <typename Item>
FlowStream<Item> concat(const std::vector<FlowStream<Item>>& streams) {
  detail::require_some("concat", streams);
  return streams.front().flow->apply([](const auto& all) { return concat(all); }, streams);
}

}  // namespace tidemark
