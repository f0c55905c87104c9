// SPDX-License-Identifier: MIT
//
// to_stream, empty: streams that do not wait for the world.
#pragma once

#include <tidemark/core/operator.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <utility>

namespace tidemark {

/// A stream of `records` at the least timestamp, a batch of them in each activation, so that a long
/// or endless range keeps no other operator waiting. Each worker sends the range that it is given.
///
///     to_stream(scope, std::views::iota(0, 1'000'000))
template <Timestamp T, std::ranges::input_range Range>
auto to_stream(Scope<T>& scope, Range records, std::string id = "") {
  using Item = std::ranges::range_value_t<Range>;
  return source<Item>(scope, std::move(id), [&](Capability<T> first, Activator again) {
    auto kept = std::make_unique<Range>(std::move(records));  // stays where its iterators point
    return [at = std::ranges::begin(*kept), end = std::ranges::end(*kept), kept = std::move(kept),
            capability = std::optional(std::move(first)), again](auto& out) mutable {
      if (!capability) return;
      auto& output = out.at(*capability);
      for (std::size_t i = 0; i != batch_capacity<Item> && at != end; ++i, ++at) output.give(*at);
      if (at != end) return again.activate();
      capability.reset();
    };
  });
}

/// A stream without records, which ends at once.
///
///     empty<int>(scope)
template <typename Item, Timestamp T>
Stream<T, Item> empty(Scope<T>& scope) {
  OperatorBuilder<T> op(scope, "empty");
  auto [out, stream] = op.template output<Item>();
  op.build([] {});
  return stream;
}

}  // namespace tidemark
