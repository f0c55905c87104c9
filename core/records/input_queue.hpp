// SPDX-License-Identifier: MIT
//
// Input queues: the batches that have arrived at an input and wait for its operator.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/handover/envelope.hpp>
#include <tidemark/core/in_hand.hpp>
#include <tidemark/progress/location.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace tidemark {

template <Timestamp T>
struct StepState;

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
  ~InputQueue() override;

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
      rethrow(time);
    }
  }

  /// Enters a change of what is counted here, at `time`, in the books of this step.
  void count(const T& time, std::int64_t diff);

  void list_queued(const InputQueueBase<Ledger>::List& list) const override;

 protected:
  /// The innermost batch that the worker has in hand.
  const InHand*& in_hand();

  /// Calls `take(context, batch)` for each batch that has arrived, which counts as consumed when
  /// that returns. What arrives meanwhile waits.
  void take_all(void (*take)(const void* context, AnyBatch<T>& batch), const void* context);

 private:
  [[noreturn]] void rethrow(const T& time) const;

  Envelope& pop();

  StepState<Ledger>* state_;
  std::string step_;
  Envelope* first_ = nullptr;  // linked by `next`: a deque would allocate now and then
  Envelope* last_ = nullptr;
};

}  // namespace tidemark
