// SPDX-License-Identifier: MIT
//
// A loop that nothing leaves: what is computed in it stays at the workers.
#pragma once

#include <tidemark/operators/loops/enter.hpp>
#include <tidemark/operators/loops/feedback.hpp>
#include <tidemark/operators/routing/merge.hpp>

namespace tidemark::bench {

/// As iterate: `body(stream)` is given what enters and what comes round, and returns what goes
/// round once more.
template <Timestamp T, typename Item, typename Body>
void cycle(const Stream<T, Item>& stream, Body body) {
  auto& loop = stream.scope->add_loop("cycle");
  auto [back, again] = feedback<Item>(loop);
  back.connect(body(merge(stream | enter(loop), again)));
}

}  // namespace tidemark::bench
