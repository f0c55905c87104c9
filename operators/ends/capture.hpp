// SPDX-License-Identifier: MIT
//
// capture: records a stream together with its progress.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/captures/recorder.hpp>
#include <tidemark/operators/sinks/file_claim.hpp>

#include <string>
#include <utility>

namespace tidemark {
/// Writes all that arrives at each worker to `sink`, in order: records with their timestamps, and
/// how the frontier moves. Then passes the records on. `replay` makes the same stream of it. A
/// capture is whole when its dataflow has ended, neither failed nor cancelled.
///
///     Captured<Epoch, int> kept;  // or CaptureFile("numbers.capture")
///     numbers | capture(kept);
template <typename S>
auto capture(std::string id, S sink) {
  return [id, sink]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(CaptureSink<S, T, Item>,
                  "capture: the sink must be able to keep the stream's timestamps and records");
    Worker& worker = input.scope->worker();
    if constexpr (requires { sink.file(); })
      if (worker.index() == 0)  // for all of them
        input.scope->template make<FileClaim>(
            FileClaim::of_user(&worker.process(), "capture '" + id + "'", sink.file()));
    auto& recorder = input.scope->template make<detail::Recorder<T, Item>>(
        sink.template open<T, Item>(worker.index(), worker.peers()));
    OperatorBuilder<T> op(*input.scope, "capture", id);
    op.set_interest(Interest::always);
    op.keeps(Keeps::nothing);
    auto& in = op.input(input, Pipeline{});
    auto [out, passed] = op.template output<Item>();
    op.on_close([&recorder] { recorder.close(); });
    op.build([&in, &out = out, &recorder] {
      in.for_each([&](Batch<T, Item>& batch) {
        recorder.write(batch.time, batch.records);
        out.at(batch).give_all(batch.records);
      });
      recorder.advance(in.frontier());
    });
    return passed;
  };
}

/// The same without an id.
template <typename S>
auto capture(S sink) {
  return capture("", std::move(sink));
}

}  // namespace tidemark
