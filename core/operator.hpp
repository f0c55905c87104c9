// SPDX-License-Identifier: MIT
//
// The usual ways to make an operator of one's own, on top of OperatorBuilder.
#pragma once

#include <tidemark/core/fused.hpp>
#include <tidemark/core/operator_builder.hpp>

#include <string>
#include <utility>

namespace tidemark {

/// An operator with one input: `logic(in, out)` is called when there are batches.
template <typename Out, Timestamp T, typename In, typename Pact, typename Logic>
Stream<T, Out> unary(const Stream<T, In>& stream, Pact pact, std::string kind, std::string id,
                     Logic logic) {
  OperatorBuilder<T> op(*stream.scope, std::move(kind), std::move(id));
  auto& in = op.input(stream, std::move(pact));
  auto [out, output] = op.template output<Out>();
  op.build([&in, &out = out, logic = std::move(logic)]() mutable { logic(in, out); });
  return output;
}

/// An operator with one input that also runs when `in.frontier()` has moved while it holds a
/// capability: it may keep records until their timestamp is complete.
template <typename Out, Timestamp T, typename In, typename Pact, typename Logic>
Stream<T, Out> unary_frontier(const Stream<T, In>& stream, Pact pact, std::string kind,
                              std::string id, Logic logic) {
  OperatorBuilder<T> op(*stream.scope, std::move(kind), std::move(id));
  op.set_interest(Interest::when_holding);
  auto& in = op.input(stream, std::move(pact));
  auto [out, output] = op.template output<Out>();
  op.build([&in, &out = out, logic = std::move(logic)]() mutable { logic(in, out); });
  return output;
}

}  // namespace tidemark
