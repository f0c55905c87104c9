// SPDX-License-Identifier: MIT
//
// Input queues: the batches that have arrived at an input and wait for its operator.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/handover/envelope.hpp>
#include <tidemark/core/records/step_state.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/progress/location.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace tidemark {

/// The part of a queue that does not depend on what flows into it. `T` is the ledger's timestamp.
template <Timestamp T>
struct InputQueueBase {
  virtual ~InputQueueBase() = default;
  using List = std::function<void(const T&, std::int64_t count)>;
  /// Calls `list(timestamp, count)` for each batch that waits here.
  virtual void list_queued(const List& list) const = 0;
  /// Tells the input, when the graph is frozen, which location it is.
  virtual void set_location(LocationId at) { location = at; }

  TargetPort target;
  LocationId location;
};

/// Where batches arrive that have been counted. Thread: its worker.
template <Timestamp T>
class InputQueue : public InputQueueBase<typename Level<T>::Ledger>, public Receiver {
 public:
  using Ledger = typename Level<T>::Ledger;

  /// `step` is the name of the operator. Requires: `state` outlives this.
  InputQueue(StepState<Ledger>& state, TargetPort at, std::string step);
  ~InputQueue() override {
    while (first_ != nullptr) pop().release();
  }

  /// Queues a batch, and has the operator run.
  void enqueue(AnyBatch<T>& batch);
  void accept(Envelope& envelope) override;

  bool empty() const { return first_ == nullptr; }

  /// Calls `action()`; an exception names the step and `time`.
  template <typename Action>
  void working_on(const T& time, Action&& action) {
    try {
      action();
    } catch (...) {
      rethrow_as_step_error(step_, state_->worker, to_text(time));
    }
  }

  /// Enters a change of what is counted here, at `time`, in the books of this step.
  void count(const T& time, std::int64_t diff) {
    state_->pending.update({this->location, Level<T>::to_ledger(time)}, diff);
  }

  void list_queued(const InputQueueBase<Ledger>::List& list) const override;

 protected:
  StepState<Ledger>& state() { return *state_; }

  /// Calls `take(context, batch)` for each batch that has arrived, which counts as consumed when
  /// that returns. What arrives meanwhile waits.
  void take_all(void (*take)(const void* context, AnyBatch<T>& batch), const void* context);

 private:
  Envelope& pop() {
    Envelope& batch = *first_;
    first_ = batch.next;
    return batch;
  }

  StepState<Ledger>* state_;
  std::string step_;
  Envelope* first_ = nullptr;  // linked by `next`: a deque would allocate now and then
  Envelope* last_ = nullptr;
};

template <Timestamp T>
InputQueue<T>::InputQueue(StepState<Ledger>& state, TargetPort at, std::string step)
    : state_(&state),
      step_(std::move(step)) {
  this->target = at;
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

}  // namespace tidemark
