// SPDX-License-Identifier: MIT
//
// The shard's end of the seam through which a dataflow is watched.
#pragma once

#include <tidemark/core/handover/envelope.hpp>
#include <tidemark/core/observe/batch_rule.hpp>
#include <tidemark/core/observe/watcher.hpp>
#include <tidemark/core/records/outbox.hpp>
#include <tidemark/core/records/step_state.hpp>
#include <tidemark/core/shard/operator_shard.hpp>
#include <tidemark/core/trace.hpp>
#include <tidemark/progress/ledger.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Tells a watcher, if there is one, what the shard does; when there is none, each call is a look
/// at a pointer. Thread: its worker.
template <Timestamp T>
class ShardWatch {
 public:
  using Operators = std::vector<OperatorShard<T>>;

  /// `watcher` may be null. Requires: all that is given outlives this.
  void attach(Watcher<T>* watcher, const Topology<T>& topology, const Operators& operators,
              StepState<T>& state) {
    watcher_ = watcher;
    topology_ = &topology;
    operators_ = &operators;
    state_ = &state;
    state.watched = watcher != nullptr && watcher->tracer;
  }

  bool nobody_watches() const { return watcher_ == nullptr; }

  /// Around the logic of `op`, and the rests that it leaves. Throws CapabilityError for a broken
  /// batch rule. Requires: somebody watches.
  void begin_activation(std::uint32_t op);
  void end_activation(std::uint32_t op);

  /// Before an envelope is accepted.
  void receive(const Envelope& envelope) {
    if (watcher_ != nullptr) [[unlikely]]
      note_received(envelope);
  }

  /// Before a step is reported: what leaves afterwards. Returns what the trace is told with the
  /// report; null if there is no trace.
  StepEvents* send(const Outbox& outbox) {
    if (watcher_ == nullptr) [[likely]]
      return nullptr;
    return note_sent(outbox);
  }

  /// What the trace has not been told yet; null if there is no trace.
  StepEvents* rest() { return state_ != nullptr && state_->watched ? &events_ : nullptr; }

 private:
  [[gnu::noinline]] void note_received(const Envelope& envelope) {
    if (!watcher_->tracer) return;
    for (Envelope::Content& content : envelope.contents())
      add(events_.before, {.kind = TraceEvent::Kind::receive,
                           .subject = envelope.channel,
                           .peer = content.sender,
                           .records = content.records,
                           .time = std::move(content.time)});
  }

  [[gnu::noinline]] StepEvents* note_sent(const Outbox& outbox) {
    if (!watcher_->tracer && !watcher_->traffic) return nullptr;
    for (const auto& [to, envelope] : outbox.envelopes()) {
      if (watcher_->traffic) watcher_->traffic->data_sent(state_->worker, to, 1, envelope->bytes());
      if (watcher_->tracer)
        for (Envelope::Content& content : envelope->contents())
          add_sent(envelope->channel, to, content.records, std::move(content.time));
    }
    for (const Departure* const departure : outbox.departures())
      for (Departure::Content& content : departure->contents()) {
        if (watcher_->traffic && content.to != state_->worker)
          watcher_->traffic->data_sent(state_->worker, content.to, 1, content.bytes);
        if (watcher_->tracer)
          add_sent(content.channel, content.to, content.records, std::move(content.time));
      }
    return rest();
  }

  void add_sent(std::uint32_t channel, std::uint32_t to, std::uint64_t records, std::string time) {
    add(events_.after, {.kind = TraceEvent::Kind::send,
                        .subject = channel,
                        .peer = to,
                        .records = records,
                        .time = std::move(time)});
  }
  void add(std::vector<TraceEvent>& to, TraceEvent event) {
    event.worker = state_->worker;
    to.push_back(std::move(event));
  }

  Watcher<T>* watcher_ = nullptr;
  const Topology<T>* topology_ = nullptr;
  const Operators* operators_ = nullptr;
  StepState<T>* state_ = nullptr;
  StepEvents events_;
  std::optional<BatchRule<T>> rule_;  // of the activation
  ProgressBatch<T> others_changes_;   // of the step before it
};

template <Timestamp T>
void ShardWatch<T>::begin_activation(std::uint32_t op) {
  if (watcher_->tracer) add(events_.before, {.kind = TraceEvent::Kind::start, .subject = op});
  if (!watcher_->checks_batch_rule) return;
  rule_.emplace(*topology_, OperatorId{op});
  for (std::uint32_t each = 0; each != operators_->size(); ++each)
    if (each == op || !(*operators_)[each].how_to_close.empty())
      rule_->note_held({each}, (*operators_)[each].outputs);
  others_changes_ = std::exchange(state_->pending, {});
}

template <Timestamp T>
void ShardWatch<T>::end_activation(std::uint32_t op) {
  if (watcher_->tracer) add(events_.before, {.kind = TraceEvent::Kind::stop, .subject = op});
  if (!watcher_->checks_batch_rule) return;
  rule_->check(state_->pending.view(), state_->worker);
  others_changes_.add(state_->pending);
  state_->pending = std::exchange(others_changes_, {});
}

}  // namespace tidemark
