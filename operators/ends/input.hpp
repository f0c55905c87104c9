// SPDX-License-Identifier: MIT
//
// input: reads a source and says in which epoch its records are.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/ends/input_shard.hpp>
#include <tidemark/operators/keyed/saved_keys.hpp>
#include <tidemark/operators/sources/assign_parts.hpp>
#include <tidemark/operators/sources/source.hpp>
#include <tidemark/progress/epoch.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

/// The parts of a source, by name, with the worker that reads each.
template <typename S>
std::map<std::string, std::uint32_t> readers_of(const S& source, std::uint32_t workers) {
  std::vector<std::vector<std::string>> lists(workers);
  for (std::uint32_t w = 0; w != workers; ++w) {
    if constexpr (DynamicSource<S>) {
      lists[w] = {std::to_string(w)};
    } else if constexpr (requires { source.parts_at(w, workers); }) {
      lists[w] = source.parts_at(w, workers);
    } else if (w == 0) {
      lists[w] = source.parts();
    } else {
      lists[w] = lists[0];
    }
  }
  return assign_parts(lists);
}

/// The last positions of parts in an earlier run. Throws DataflowError for one that is not there.
std::map<std::string, std::string> positions_of(const KeptPositions& kept,
                                                const std::map<std::string, std::uint32_t>& parts);

/// Opens the parts that a worker reads, each with a capability of its own, made of `first`.
template <typename S>
auto open_parts_of(const S& source, Worker& worker, const Activator& activator,
                   const KeptPositions& kept, const Capability<Epoch>& first) {
  using Item = typename S::item_type;
  std::vector<OpenPart<Item>> parts;
  const auto readers = readers_of(source, worker.peers());
  std::map<std::string, std::string> positions;
  if (!DynamicSource<S>) positions = positions_of(kept, readers);
  for (const auto& [name, reader] : readers) {
    if (reader != worker.index()) continue;
    auto woken = std::make_shared<std::atomic<bool>>(false);
    SourceContext context{
        .wake =
            [activator, woken] {
              woken->store(true);
              activator.activate();
            },
        .may_block = worker.process().config().executor == ExecutorKind::deterministic,
        .now = [&worker] { return worker.process().executor().now(); },
        .resume_at = std::nullopt,
        .worker = worker.index(),
        .workers = worker.peers()};
    const auto position = positions.find(name);
    if (position != positions.end()) context.resume_at = position->second;
    const auto open = [&] {
      if constexpr (DynamicSource<S>) {
        return source.build(context);
      } else {
        return source.open(name, context);
      }
    };
    parts.push_back({name, open(), first.delayed(first.time()), woken});
  }
  return parts;
}

}  // namespace detail

/// Begins a stream with the records of `source`. Each part is read by one worker, in epochs of its
/// own; no records move to other workers. In a run with a StateStore the position of each part is
/// kept at the end of its epochs, and it goes on from there.
template <typename S>
Stream<Epoch, typename S::item_type> input(Scope<Epoch>& scope, std::string id, S source,
                                           InputOptions options = {}) {
  static_assert(
      PartitionedSource<S> || DynamicSource<S>,
      "input: the source must be copy-constructible, name its item_type, and have parts() or "
      "parts_at(worker, workers) and open(part, context), or build(context)");
  using Item = typename S::item_type;
  if (options.epochs_ahead == 0)
    throw ConfigError("input '" + id + "' may run 0 epochs ahead, so no epoch could ever begin; " +
                      "epochs_ahead must be at least 1");
  Worker& worker = scope.worker();
  const detail::KeptPositions kept{worker.process().config().states, id, worker.index()};
  if (kept.store != nullptr) detail::require_savable("input", id, true, true);
  OperatorBuilder<Epoch> op(scope, "input", std::move(id));
  op.set_interest(Interest::when_holding);
  auto [out, stream] = op.template output<Item>();
  detail::InputShard<Item> shard(options, out, op.watch_ends(), op.reactivate(), op.activator(),
                                 kept, worker, scope.instance().index());
  worker.process().on_stop_request([activator = op.activator()] { activator.activate(); });
  auto open_parts = [source = std::move(source), activator = op.activator(), kept, &worker,
                     first = std::optional(op.initial_capability(0))]() mutable {
    auto parts = detail::open_parts_of(source, worker, activator, kept, *first);
    first.reset();
    return parts;
  };
  op.build([shard = std::move(shard), open_parts = std::move(open_parts)]() mutable {
    shard.run(open_parts);
  });
  return stream;
}

/// The same in a blueprint.
template <typename S>
FlowStream<typename S::item_type> input(Dataflow& flow, std::string id, S source,
                                        InputOptions options = {}) {
  return flow.add_source(
      [id, source, options](Scope<Epoch>& scope) { return input(scope, id, source, options); });
}

}  // namespace tidemark
