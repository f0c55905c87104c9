// SPDX-License-Identifier: MIT
//
// iterate: sends a stream round a loop.
#pragma once

#include <tidemark/operators/loops/enter.hpp>
#include <tidemark/operators/loops/feedback.hpp>
#include <tidemark/operators/loops/leave.hpp>
#include <tidemark/operators/routing/merge.hpp>

#include <string>
#include <utility>

namespace tidemark {

/// `body(stream)` is given what enters the loop and what comes round, and returns what goes round
/// once more. That leaves the loop, too, in each round. The loop ends when nothing is left in it,
/// so the body must let some records go.
///
///     iterate(numbers, [](auto n) { return n | filter(is_not_one) | map(collatz); })
template <Timestamp T, typename Item, typename Body>
Stream<T, Item> iterate(const Stream<T, Item>& stream, Body body, std::string name = "iterate") {
  auto& loop = stream.scope->add_loop(std::move(name));
  auto [back, again] = feedback<Item>(loop);
  auto next = body(merge(stream | enter(loop), again));
  back.connect(next);
  return next | leave();
}

}  // namespace tidemark
