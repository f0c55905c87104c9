// SPDX-License-Identifier: MIT
//
// The shard's end of the seam through which a dataflow is watched.
#pragma once

#include <tidemark/core/capability_book.hpp>
#include <tidemark/core/handover/envelope.hpp>
#include <tidemark/core/named_events.hpp>
#include <tidemark/core/observe/batch_rule.hpp>
#include <tidemark/core/observe/watcher.hpp>
#include <tidemark/core/records/outbox.hpp>
#include <tidemark/core/records/step_state.hpp>
#include <tidemark/core/shard/operator_shard.hpp>
#include <tidemark/core/trace_event.hpp>
#include <tidemark/progress/ledger.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark {

/// Tells a watcher, if there is one, what the shard does; when there is none, each call is a look
/// at a pointer. Thread: its worker.
template <Timestamp T>
class ShardWatch final : public CapabilityWatch<T>, public NoteTaker {
 public:
  using Operators = std::vector<OperatorShard<T>>;

  /// `watcher` may be null. Requires: all that is given outlives this.
  void attach(Watcher* watcher, const Topology<T>& topology, const Operators& operators,
              StepState<T>& state) {
    watcher_ = watcher;
    topology_ = &topology;
    operators_ = &operators;
    state_ = &state;
    state.watched = traced_ = watcher != nullptr && watcher->tracer;
  }

  bool nobody_watches() const { return watcher_ == nullptr; }
  /// Who is to be told of capabilities; null if nobody is.
  CapabilityWatch<T>* capabilities() { return is_traced() ? this : nullptr; }

  // No two workers give one number, and what is done again has the same.
  std::uint64_t minted(LocationId at, const T& time, std::uint64_t parent) override {
    const std::uint64_t number = ++minted_ * state_->peers + state_->worker;
    add(events_.before, {.kind = TraceEvent::Kind::mint,
                         .subject = at.value,
                         .capability = number,
                         .parent = parent,
                         .time = numbers(time)});
    return number;
  }
  void downgraded(LocationId at, std::uint64_t number, const T& to) override {
    add(events_.before, {.kind = TraceEvent::Kind::downgrade,
                         .subject = at.value,
                         .capability = number,
                         .time = numbers(to)});
  }
  void dropped(LocationId at, std::uint64_t number) noexcept override {
    add(events_.before,
        {.kind = TraceEvent::Kind::drop, .subject = at.value, .capability = number});
  }

  const bool& takes_notes() const override { return traced_; }
  void note(std::uint32_t op, const NamedEvents& kind,
            const std::vector<EventValue>& values) override {
    TraceEvent event = watcher_->tracer->note(kind, values);
    event.subject = op;
    add(events_.before, std::move(event));
  }

  /// Something from outside asks that `op` be run.
  void wake(std::uint32_t op) {
    if (is_traced()) add(events_.before, {.kind = TraceEvent::Kind::wake, .subject = op});
  }

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
  StepEvents* rest() { return is_traced() ? &events_ : nullptr; }

 private:
  bool is_traced() const { return traced_; }
  Coordinates numbers(const T& time) const {
    if constexpr (HasCoordinates<T>) {
      return coordinates(time);
    } else {
      return watcher_->tracer->numbers(traced_time(time));
    }
  }

  [[gnu::noinline]] void note_received(const Envelope& envelope) {
    if (!watcher_->tracer && !watcher_->activity) return;
    for (const Envelope::Content& content : envelope.contents(0)) {
      if (watcher_->activity) watcher_->activity->received(envelope.channel, content.records);
      if (!watcher_->tracer) continue;
      add(events_.before, {.kind = TraceEvent::Kind::receive,
                           .subject = envelope.channel,
                           .peer = content.sender,
                           .records = content.records,
                           .time = watcher_->tracer->numbers(content.time)});
    }
  }

  [[gnu::noinline]] StepEvents* note_sent(const Outbox& outbox) {
    if (!watcher_->tracer && !watcher_->traffic) return nullptr;
    for (const auto& [to, envelope] : outbox.envelopes()) {
      if (watcher_->traffic) watcher_->traffic->data_sent(state_->worker, to, 1, envelope->bytes());
      if (watcher_->tracer)
        for (Envelope::Content& content : envelope->contents(watcher_->tracer->records_as_text()))
          add_sent(envelope->channel, to, content.records, content.time, content.first);
    }
    for (const Departure* const departure : outbox.departures())
      for (Departure::Content& content :
           departure->contents(watcher_->tracer ? watcher_->tracer->records_as_text() : 0)) {
        if (watcher_->traffic && content.to != state_->worker)
          watcher_->traffic->data_sent(state_->worker, content.to, 1, content.bytes);
        if (watcher_->tracer)
          add_sent(content.channel, content.to, content.records, content.time, content.first);
      }
    return rest();
  }

  void add_sent(std::uint32_t channel, std::uint32_t to, std::uint64_t records,
                const TracedTime& time, std::vector<std::string>& first) {
    std::vector<std::uint64_t> texts;
    for (std::string& text : first) texts.push_back(watcher_->tracer->add_text(std::move(text)));
    add(events_.after, {.kind = TraceEvent::Kind::send,
                        .subject = channel,
                        .peer = to,
                        .records = records,
                        .time = watcher_->tracer->numbers(time),
                        .values = std::move(texts)});
  }
  void add(std::vector<TraceEvent>& to, TraceEvent event) {
    event.worker = state_->worker;
    to.push_back(std::move(event));
  }

  Watcher* watcher_ = nullptr;
  const Topology<T>* topology_ = nullptr;
  const Operators* operators_ = nullptr;
  StepState<T>* state_ = nullptr;
  StepEvents events_;
  std::optional<BatchRule<T>> rule_;  // of the activation
  ProgressBatch<T> others_changes_;   // of the step before it
  std::uint64_t minted_ = 0;
  bool traced_ = false;  // from `attach` on
};

template <Timestamp T>
void ShardWatch<T>::begin_activation(std::uint32_t op) {
  if (watcher_->activity) watcher_->activity->ran(op);
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
