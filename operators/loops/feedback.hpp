// SPDX-License-Identifier: MIT
//
// feedback: a stream that exists before what flows in it, to close a loop.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/progress/nested.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace tidemark {

/// The open end of a feedback. A dataflow in which one is left open is refused.
template <Timestamp T, typename Item>
class Feedback {
 public:
  /// @cond engine
  Feedback(OpenInput<T, Item> input, Scope<T>& scope) : input_(input), scope_(&scope) {}
  /// @endcond

  /// Closes the loop: what comes out of `stream` goes round.
  void connect(const Stream<T, Item>& stream) const {
    input_.connect(stream, Pipeline{});
    scope_->close_feedback(input_.port().target.op);
  }

 private:
  OpenInput<T, Item> input_;
  Scope<T>* scope_;
};

/// A feedback that moves timestamps by `summary`: in a loop by advancing its counter, outside all
/// loops by advancing T. What would leave the range of T is dropped.
///
///     auto [back, again] = feedback<int>(loop, 1);
///     auto next = merge(numbers | enter(loop), again) | map(step);
///     back.connect(next);
template <typename Item, Timestamp T>
std::pair<Feedback<T, Item>, Stream<T, Item>> feedback(Scope<T>& scope,
                                                       const typename T::Summary& summary) {
  OperatorBuilder<T> op(scope, "feedback");
  if (Scope<T>::depth != 0) op.keeps(Keeps::nothing);  // else records go round to later epochs
  const OpenInput<T, Item> input = op.template open_input<Item>();
  auto [out, again] = op.template output<Item>();
  op.connect({{0, 0, summary}});
  scope.open_feedback(
      op.id(), (Scope<T>::depth == 0 ? "a loop of dataflow '" : "the loop '") + scope.name() + "'");
  op.build([&in = input.port(), &out = out] {
    in.for_each([&](auto& batch) {
      if (out.result_of(batch)) out.at(batch).give_all(batch.records);
    });
  });
  return {Feedback<T, Item>(input, scope), again};
}

/// A feedback that adds `step` to the counter of its loop.
template <typename Item, Timestamp T>
  requires(Scope<T>::depth > 0)
std::pair<Feedback<T, Item>, Stream<T, Item>> feedback(Scope<T>& loop, std::uint64_t step = 1) {
  return feedback<Item>(loop, T::Summary::feedback(Scope<T>::depth, step));
}

}  // namespace tidemark
