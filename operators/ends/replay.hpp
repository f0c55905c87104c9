// SPDX-License-Identifier: MIT
//
// replay: a captured stream once more, with its progress.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/captures/replayed_part.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Begins a stream with what `capture` has kept, or is keeping: the same records at the same
/// timestamps, and a timestamp is complete as soon as every captured part has passed it. The parts
/// are dealt out over the workers, whose number need not be that of the capture. Throws
/// CaptureError, and FileError for a file.
///
///     replay<int>(scope, "numbers", CaptureFile("numbers.capture")) | ...
template <typename Item, Timestamp T, typename S>
Stream<T, Item> replay(Scope<T>& scope, std::string id, const S& source) {
  static_assert(CaptureSource<S, T, Item>,
                "replay: the source must hold this timestamp and this type of record");
  OperatorBuilder<T> op(scope, "replay", std::move(id));
  auto [out, stream] = op.template output<Item>();
  const Capability<T> first = op.initial_capability(0);
  std::vector<detail::ReplayedPart<T, Item>> parts;
  const std::function<void()> wake = [activator = op.activator()] { activator.activate(); };
  const std::uint32_t count = source.template parts<T, Item>();
  for (std::uint32_t p = scope.worker().index(); p < count; p += scope.worker().peers())
    parts.emplace_back(source.template read<T, Item>(p, wake), first.delayed(first.time()));
  op.build([&out = out, &worker = scope.worker(), parts = std::move(parts),
            again = op.reactivate()]() mutable {
    std::erase_if(parts, [&](auto& part) {
      const Poll::State state = part.play(out, worker);
      if (state == Poll::State::more) again();
      return state == Poll::State::end;
    });
  });
  return stream;
}

/// The same in a blueprint.
template <typename Item, typename S>
FlowStream<Item> replay(Dataflow& flow, std::string id, const S& source) {
  return flow.add_source(
      [id, source](Scope<Epoch>& scope) { return replay<Item>(scope, id, source); });
}

}  // namespace tidemark
