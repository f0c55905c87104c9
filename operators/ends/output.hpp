// SPDX-License-Identifier: MIT
//
// output: writes records to a sink, and passes them on.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/ends/output_shard.hpp>
#include <tidemark/operators/sinks/sink.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

template <Timestamp T, typename Item, typename S>
Stream<T, Item> write_everywhere(const Stream<T, Item>& input, std::string id, const S& sink) {
  OperatorBuilder<T> op(*input.scope, "output", std::move(id));
  op.keeps(Keeps::nothing);
  auto& in = op.input(input, Pipeline{});
  auto [out, written] = op.template output<Item>();
  auto& shard =
      input.scope->template make<OutputShard<Item, S>>(sink, input.scope->worker().index());
  op.on_close([&shard] { shard.close(); });
  op.build([&in, &out = out, &shard] {
    in.for_each([&](Batch<T, Item>& batch) {
      shard.write(batch.records);
      out.at(batch).give_all(batch.records);
    });
  });
  return written;
}

template <Timestamp T, typename Item, typename S>
Stream<T, Item> write_parts(const Stream<T, Item>& input, std::string id, const S& sink) {
  Worker& worker = input.scope->worker();
  OperatorBuilder<T> op(*input.scope, "output", id);
  op.keeps(Keeps::saved);
  op.set_interest(Interest::when_holding);
  SinkParts parts(id, sink.parts(), worker.peers());
  if constexpr (requires { sink.file_of(id); })
    input.scope->template make<std::vector<FileClaim>>(parts.claim_files(sink, id, worker));
  const auto route = [sink, writers = parts.writers](const Item& item) -> std::uint64_t {
    return writers[sink.part_of(item) % writers.size()];
  };
  auto& in = op.input(input, Exchange{route});
  auto [out, written] = op.template output<Item>();
  auto& shard = input.scope->template make<PartitionedShard<T, Item, S>>(sink, std::move(parts), id,
                                                                         worker, in, out);
  op.on_close([&shard] { shard.close_parts(); });
  op.add_invariant([&shard] { return shard.verify(); });
  op.build([&shard] { shard.run(); });
  return written;
}

}  // namespace detail

/// Writes every record to `sink`, then passes it on. Of a sink with parts, or a single one, the
/// records move to the worker that writes the part.
template <typename S>
auto output(std::string id, S sink) {
  return [id, sink]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(SinkOf<S, Item> || PartitionedSinkOf<S, Item>,
                  "output: the sink must be able to write the stream's record");
    if constexpr (PartitionedSinkOf<S, Item>) {
      return detail::write_parts(input, id, sink);
    } else if constexpr (is_single_sink<S>) {
      return detail::write_parts(input, id, detail::SinglePart<S>{sink});
    } else {
      return detail::write_everywhere(input, id, sink);
    }
  };
}

}  // namespace tidemark
