// SPDX-License-Identifier: MIT
//
// capture: records a stream together with its progress.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/captures/capture_event.hpp>
#include <tidemark/progress/antichain.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

/// Writes one part: batches as they are, frontiers as what has changed.
template <Timestamp T, typename Item>
class Recorder {
 public:
  explicit Recorder(std::unique_ptr<CaptureWriter<T, Item>> writer) : writer_(std::move(writer)) {}

  void write(const T& time, const std::vector<Item>& records) {
    begin();
    writer_->write_batch(time, records);
  }

  void advance(const Antichain<T>& frontier) {
    begin();
    FrontierMove<T> move;
    for (const T& time : frontier)
      if (std::ranges::find(frontier_, time) == frontier_.end()) move.changes.emplace_back(time, 1);
    for (const T& time : frontier_)
      if (std::ranges::find(frontier, time) == frontier.end()) move.changes.emplace_back(time, -1);
    if (!move.changes.empty()) writer_->move_frontier(move);
    frontier_ = frontier;
  }

  void close() {
    advance({});
    writer_->close();
  }

 private:
  void begin() {
    if (std::exchange(begun_, true)) return;
    frontier_.insert(T::minimum());
    writer_->move_frontier({{{T::minimum(), 1}}});
  }

  std::unique_ptr<CaptureWriter<T, Item>> writer_;
  bool begun_ = false;
  Antichain<T> frontier_;  // as written
};

}  // namespace detail

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
    const Worker& worker = input.scope->worker();
    auto& recorder = input.scope->template make<detail::Recorder<T, Item>>(
        sink.template open<T, Item>(worker.index(), worker.peers()));
    OperatorBuilder<T> op(*input.scope, "capture", id);
    op.set_interest(Interest::always);
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

template <typename S>
auto capture(S sink) {
  return capture("", std::move(sink));
}

}  // namespace tidemark
