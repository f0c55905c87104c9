// SPDX-License-Identifier: MIT
//
// The bodies of how fused steps are added.
#pragma once

#include <tidemark/core/building/assembly.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/fused.hpp>
#include <tidemark/core/records/relay.hpp>
#include <tidemark/core/shard/instance.hpp>
#include <tidemark/core/stream.hpp>
#include <tidemark/core/text.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace tidemark {
namespace detail {

/// A push nests at most this many steps deep.
inline constexpr int max_fused_steps = 64;

/// A stream that may be fused onto: itself, or what comes out of a relay behind it.
template <Timestamp T>
AnyStream<T> bounded(const AnyStream<T>& stream) {
  if (stream.fused_steps < max_fused_steps) return stream;
  auto& scope = *stream.scope;
  auto& state = scope.instance().state();
  auto& relay = scope.template make<Relay<T>>(stream.tee->type(), state.rests, state.due,
                                              scope.assembly().node(stream.node).label(),
                                              scope.worker().index());
  stream.feed(relay);
  AnyStream<T> relayed = stream;
  relayed.tee = &relay.tee();
  relayed.fused_steps = 0;
  relayed.relayed = true;
  return relayed;
}

/// Adds a fused step to the logical graph and returns the stream that leaves it, without its tee.
template <Timestamp T>
AnyStream<T> add_fused_step(const AnyStream<T>& input, std::string kind, std::string id) {
  const std::uint32_t node = input.scope->add_node({.kind = std::move(kind),
                                                    .id = std::move(id),
                                                    .inputs = 1,
                                                    .outputs = 1,
                                                    .feeder = input.feeder});
  input.scope->assembly().add_edge(
      {input.node, input.port, node, 0, Contract::fused, &input.tee->type()});
  return {input.scope, nullptr, node, 0, input.feeder, input.fused_steps + 1, input.relayed};
}

template <Timestamp T>
FusedName name_of(const AnyStream<T>& stream) {
  return {stream.scope->node(stream.node).label(), stream.scope->worker().index()};
}

template <Timestamp T>
void FusedName::rethrow(const T& time) const {
  rethrow_as_step_error(step, worker, to_text(time));
}

}  // namespace detail
}  // namespace tidemark
