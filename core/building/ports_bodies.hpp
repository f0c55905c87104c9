// SPDX-License-Identifier: MIT
//
// The bodies of what records pass between two steps: batches, branches, queues and ports.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/capability_book.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/in_hand.hpp>
#include <tidemark/core/ports.hpp>
#include <tidemark/core/records/consumer.hpp>
#include <tidemark/core/records/input_queue.hpp>
#include <tidemark/core/records/step_state.hpp>
#include <tidemark/core/text.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

template <Timestamp T>
void AnyBatch<T>::release() {
  owner_->give_back(*this);
}

template <Timestamp T>
std::size_t AnyBatch<T>::bytes() const {
  return 16 + sizeof(T) + records.size() * records.type().record_bytes;
}

template <Timestamp T>
std::vector<Envelope::Content> AnyBatch<T>::contents(std::uint64_t as_text) const {
  std::vector<Content> all;
  if (parts.empty()) {
    Content& whole = all.emplace_back(Content{sender, traced_time(time), records.size()});
    for (std::size_t i = 0; i != std::min<std::uint64_t>(as_text, whole.records); ++i)
      whole.first.push_back(records.as_text(i));
  }
  for (const Part& part : parts) all.push_back({part.sender, traced_time(time), part.records});
  return all;
}

template <Timestamp T>
Envelope& AnyBatch<T>::another() {
  AnyBatch& batch = owner_->take();
  batch.dataflow = dataflow;
  batch.channel = channel;
  batch.time = time;
  batch.count = 0;
  batch.parts.clear();
  return batch;
}

template <Timestamp T>
void AnyBatch<T>::take(Envelope& from, std::uint64_t begin, std::uint64_t end) {
  auto& other = static_cast<AnyBatch&>(from);
  const std::vector<std::uint32_t> to_this(end);  // all the first of one
  AnyRecords* const all = &records.get();
  records.type().scatter(other.records.get(), begin, end, to_this.data(), &all,
                         RecordType::no_limit);
  const std::uint32_t by = other.parts.front().sender;
  if (parts.empty() || parts.back().sender != by) parts.push_back({by, 0});
  parts.back().records += end - begin;
  count += static_cast<std::int64_t>(end - begin);
}

template <Timestamp T>
AnyBatch<T>& BatchPool<T>::take() {
  if (--until_look_ == 0) [[unlikely]]
    look();
  if (Envelope* const free = free_.take()) return static_cast<AnyBatch<T>&>(*free);
  ++made_;
  return *new AnyBatch<T>(*this, *type_);
}

template <Timestamp T>
void BatchPool<T>::look() {
  until_look_ = period;
  since_dry_ = free_.ran_dry() ? 0 : since_dry_ + period;
  if (since_dry_ == 0) return;
  free_.gather();
  if (since_dry_ > made_ + patience) made_ -= free_.drop(period, few);
}

template <Timestamp T>
void BatchPool<T>::trim() {
  free_.gather();
  made_ -= free_.drop(made_, few);
}

template <Timestamp T>
void BatchPool<T>::give_back(AnyBatch<T>& batch) {
  batch.records.clear();
  free_.give_back(batch);
}

template <Timestamp T>
void Tee<T>::branch(const T& time, AnyRecords& records) {
  if (consumers_.empty()) return;
  if (copies_.empty()) copies_.emplace_back(*type_);
  RecordStore& copy = copies_.front();
  for (std::size_t c = 0; c + 1 < consumers_.size(); ++c) {
    type_->copy(copy.get(), records);
    consumers_[c]->push(time, copy.get());
  }
  copy.clear();
  consumers_.back()->push(time, records);
}

template <Timestamp T>
InputQueue<T>::InputQueue(StepState<Ledger>& state, TargetPort at, std::string step)
    : state_(&state),
      step_(std::move(step)) {
  this->target = at;
}

template <Timestamp T>
InputQueue<T>::~InputQueue() {
  while (first_ != nullptr) pop().release();
}

template <Timestamp T>
void InputQueue<T>::rethrow(const T& time) const {
  rethrow_as_step_error(step_, state_->worker, to_text(time));
}

template <Timestamp T>
void InputQueue<T>::enqueue(AnyBatch<T>& batch) {
  batch.next = nullptr;
  (first_ == nullptr ? first_ : last_->next) = &batch;
  last_ = &batch;
  state_->active.insert(this->target.op.value);
}

template <Timestamp T>
void InputQueue<T>::list_queued(const InputQueueBase<Ledger>::List& list) const {
  for (const Envelope* each = first_; each != nullptr; each = each->next) {
    const auto& batch = static_cast<const AnyBatch<T>&>(*each);
    list(Level<T>::to_ledger(batch.time), batch.count);
  }
}

template <Timestamp T>
void InputQueue<T>::accept(Envelope& envelope) {
  enqueue(static_cast<AnyBatch<T>&>(envelope));
}

template <Timestamp T>
void InputQueue<T>::take_all(void (*take)(const void* context, AnyBatch<T>& batch),
                             const void* context) {
  const Envelope* const last = last_;
  for (bool more = first_ != nullptr; more;) {
    auto& batch = static_cast<AnyBatch<T>&>(*first_);
    more = &batch != last;
    working_on(batch.time, [&] { take(context, batch); });
    count(batch.time, -batch.count);
    pop().release();
  }
}

template <Timestamp T>
void InputQueue<T>::count(const T& time, std::int64_t diff) {
  state_->pending.update({this->location, Level<T>::to_ledger(time)}, diff);
  state_->due.set();
}

template <Timestamp T>
const InHand*& InputQueue<T>::in_hand() {
  return state_->in_hand;
}

template <Timestamp T>
Envelope& InputQueue<T>::pop() {
  Envelope& batch = *first_;
  first_ = batch.next;
  return batch;
}

template <Timestamp T>
AnyInput<T>::~AnyInput() = default;

template <Timestamp T>
const Antichain<T>& AnyInput<T>::frontier() {
  watch.reader.refresh();
  return seen_from<T>(watch.reader.frontier(), frontier_);
}

template <Timestamp T>
void AnyInput<T>::set_location(LocationId at) {
  this->location = watch.location = at;
}

template <Timestamp T>
std::optional<T> AnyOutput<T>::result(const void* batch, const From& from) const {
  const std::uint32_t input = require_in_hand(batch, from);
  if (book_->keeps_time(input)) return Level<T>::from_ledger(from.time);
  const auto links = book_->links_from(input);
  if (links.size() != 1)
    book_->refuse("tried to send for a batch at " + to_text(from.time, from.depth) +
                  " of an input which has " +
                  (links.empty() ? "no connection to this output"
                                 : "several connections to this output; name the timestamp"));
  const auto result = links.front().summary.results_in(from.time);
  if (!result) return std::nullopt;
  return Level<T>::from_ledger(*result);
}

template <Timestamp T>
T AnyOutput<T>::require_result(const void* batch, const From& from) const {
  const std::optional<T> time = result(batch, from);
  if (!time)
    book_->refuse("tried to send for a batch at " + to_text(from.time, from.depth) +
                  ", which results in no timestamp here: it would be out of range");
  return *time;
}

template <Timestamp T>
void AnyOutput<T>::require_in_reach(const void* batch, const From& from, const T& time) const {
  Antichain<T> results;
  const std::uint32_t input = require_in_hand(batch, from);
  if (book_->keeps_time(input)) {
    results.insert(Level<T>::from_ledger(from.time));
  } else {
    for (const auto& link : book_->links_from(input))
      if (const auto result = link.summary.results_in(from.time))
        results.insert(Level<T>::from_ledger(*result));
  }
  if (is_beyond_all_time(time)) refuse_beyond_all_time(time);
  if (!results.less_equal_to(time))
    book_->refuse("tried to send at " + to_text(time) + " for a batch at " +
                  to_text(from.time, from.depth) + "; it covers timestamps at or after " +
                  to_text(results));
}

template <Timestamp T>
std::uint32_t AnyOutput<T>::require_in_hand(const void* batch, const From& from) const {
  const InHand* in_hand = *book_->in_hand;
  while (in_hand != nullptr && in_hand->batch != batch) in_hand = in_hand->outside;
  if (in_hand == nullptr)
    book_->refuse("tried to send for a batch at " + to_text(from.time, from.depth) +
                  " that it no longer has in hand; a batch gives that right while it is passed by "
                  "for_each, and a capability retained from it for longer");
  if (in_hand->input.op != book_->op)
    book_->refuse("tried to send for a batch at " + to_text(from.time, from.depth) +
                  " that another operator has in hand");
  return in_hand->input.port;
}

template <Timestamp T>
void AnyOutput<T>::refuse_beyond_all_time(const T& time) const {
  book_->refuse("tried to send at " + to_text(time) +
                ", which is no timestamp: it stands for the end");
}

template <Timestamp T>
void AnyOutput<T>::refuse(const Capability<T>& capability, const T& time) const {
  if (&capability.book() != book_.get())
    book_->refuse(
        "tried to send at " + to_text(time) + " through output " + std::to_string(book_->output) +
        " with a capability of output " + std::to_string(capability.book().output) +
        (capability.book().op == book_->op ? "" : " of step '" + capability.book().step + "'") +
        "; an output takes only capabilities of its own");
  if (is_beyond_all_time(time)) refuse_beyond_all_time(time);
  book_->refuse("tried to send at " + to_text(time) + " with a capability at " +
                to_text(capability.time()) + "; it covers timestamps at or after " +
                to_text(capability.time()));
}

}  // namespace tidemark
