// SPDX-License-Identifier: MIT
//
// The bodies of how event times are read behind sources, and watermarks at inputs.
#pragma once

#include <tidemark/core/building/assembly.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/event_source.hpp>
#include <tidemark/core/event_stamps.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/shard/instance.hpp>
#include <tidemark/core/stream.hpp>
#include <tidemark/core/watermark_reader.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tidemark {

template <Timestamp T>
auto OperatorBuilder<T>::event_source(std::uint32_t output) -> EventSource<Ledger>& {
  auto& times = assembly().template make<EventSource<Ledger>>(ports().name);
  assembly().add_event_source({op_, output}, times);
  return times;
}

template <Timestamp T>
auto OperatorBuilder<T>::watermarks(std::uint32_t input, std::string instead)
    -> WatermarkReader<T>& {
  auto& reader = assembly().template make<WatermarkReader<T>>();
  assembly().add_watermark_port({op_, input}, std::move(instead));
  assembly().when_attached([&reader, port = TargetPort{op_, input},
                            &instance = scope_->instance()](const Topology<Ledger>& topology) {
    reader.attach(instance.ledger(), topology.location(port), instance.state().worker);
  });
  return reader;
}

template <Timestamp T>
EventSource<typename Level<T>::Ledger>& read_stamps(const AnyStream<T>& stream, Span wait,
                                                    std::optional<Span> idle_after) {
  auto& assembly = stream.scope->assembly();
  const std::string step = assembly.node(stream.node).label();
  auto* const source = assembly.event_source(stream.feeder);
  if (source == nullptr)
    throw DataflowError("step '" + step + "' reads the event times of what '" +
                        assembly.ports(stream.feeder.op).name +
                        "' sends, which is no source with parts; put it behind an input, with "
                        "nothing but stateless steps between");
  if (stream.relayed)
    throw DataflowError("step '" + step + "' reads the event times of '" + source->step() +
                        "' too far behind it; put fewer than 64 steps between");
  if (source->read())
    throw DataflowError("step '" + step + "' reads the event times of '" + source->step() +
                        "', which another step reads already; use what leaves that one");
  source->read_stamps(wait, idle_after);
  return *source;
}

}  // namespace tidemark
