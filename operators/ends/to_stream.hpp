// SPDX-License-Identifier: MIT
//
// to_stream, empty: streams that do not wait for the world.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/operator.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <utility>

namespace tidemark {
namespace detail {

/// Sends the range, or nothing, a batch in each activation.
template <Timestamp T, typename Range>
auto send_range(Scope<T>& scope, Range records, std::string id, bool all) {
  using Item = std::ranges::range_value_t<Range>;
  return source<Item>(scope, std::move(id), [&](Capability<T> first, Activator again) {
    auto kept = std::make_unique<Range>(std::move(records));  // stays where its iterators point
    auto begin = std::ranges::begin(*kept);
    auto end = std::ranges::end(*kept);
    return [at = std::move(begin), end = std::move(end), kept = std::move(kept),
            capability = all ? std::optional(std::move(first)) : std::nullopt,
            again](auto& out) mutable {
      if (!capability) return;
      auto& output = out.at(*capability);
      for (std::size_t i = output.full_batch(); i != 0 && at != end; --i, ++at) output.give(*at);
      if (at != end) return again.activate();
      capability.reset();
    };
  });
}

}  // namespace detail

/// A stream of `records` at the least timestamp, a batch of them in each activation, so that a long
/// or endless range keeps no other operator waiting. Each worker sends the range that it is given.
///
///     to_stream(scope, std::views::iota(0, 1'000'000))
template <Timestamp T, std::ranges::input_range Range>
auto to_stream(Scope<T>& scope, Range records, std::string id = "") {
  return detail::send_range(scope, std::move(records), std::move(id), true);
}

/// The same in a blueprint, which has one range for all workers: worker 0 sends it.
template <std::ranges::input_range Range>
auto to_stream(Dataflow& flow, Range records, std::string id = "") {
  return flow.add_source([records, id](Scope<Epoch>& scope) {
    return detail::send_range(scope, records, id, scope.worker().index() == 0);
  });
}

/// A stream without records, which ends at once.
///
///     empty<int>(scope)
template <typename Item, Timestamp T>
Stream<T, Item> empty(Scope<T>& scope) {
  OperatorBuilder<T> op(scope, "empty");
  op.keeps(Keeps::nothing);
  auto [out, stream] = op.template output<Item>();
  op.build([] {});
  return stream;
}

/// The same in a blueprint.
template <typename Item>
FlowStream<Item> empty(Dataflow& flow) {
  return flow.add_source([](Scope<Epoch>& scope) { return empty<Item>(scope); });
}

}  // namespace tidemark
