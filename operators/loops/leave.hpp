// SPDX-License-Identifier: MIT
//
// leave: takes a stream out of the loop that it stands in.
#pragma once

#include <tidemark/core/operator_builder.hpp>

namespace tidemark {

/// Takes a stream out of its loop. Timestamps lose the loop's counter, so that what comes in one
/// round cannot be told from what comes in another, and a timestamp is complete outside when it is
/// complete in all rounds.
///
///     again | leave()
inline auto leave() {
  return []<typename Inner, typename Item>(Stream<Inner, Item> stream) {
    using Outer = typename Level<Inner>::Outer;
    using Ledger = typename Level<Inner>::Ledger;
    OperatorBuilder<Outer> op(stream.scope->outer(), "leave");
    op.keeps(Keeps::nothing);
    const OpenInput<Inner, Item> input = op.template open_input<Item>(*stream.scope);
    input.connect(stream, Pipeline{});
    auto [out, left] = op.template output<Item>();
    op.connect_in_ledger({{0, 0, Ledger::Summary::leave(Scope<Inner>::depth)}});
    op.build([&in = input.port(), &out = out] {
      in.for_each([&](auto& batch) { out.at(batch).give_all(batch.records); });
    });
    return left;
  };
}

}  // namespace tidemark
