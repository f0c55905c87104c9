// SPDX-License-Identifier: MIT
//
// Ports: what an operator's logic holds of its inputs and outputs.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/capability.hpp>
#include <tidemark/core/consumer.hpp>
#include <tidemark/core/instance.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace tidemark {

/// An input of an operator: a queue of batches, and the frontier of what can still come. Thread:
/// its worker.
template <Timestamp T, typename Item>
class InputPort final : public InputPortBase<T>, public Receiver {
 public:
  explicit InputPort(Instance<T>& instance) : instance_(&instance) {}
  ~InputPort() override {
    while (first_ != nullptr) pop().release();
  }

  /// Calls `take(batch)` for each batch that has arrived, in order of arrival. A batch counts as
  /// consumed when `take` returns; until then it is a right to hold its timestamp
  /// (OutputPort::retain). An exception leaves it unconsumed and names its timestamp.
  template <typename Take>
  void for_each(Take&& take) {
    while (first_ != nullptr) {
      auto& batch = static_cast<Batch<T, Item>&>(*first_);
      working_on(batch.time, [&] { take(batch); });
      instance_->pending().update({this->location, batch.time}, -1);
      pop().release();
    }
  }

  /// Calls `action()`; an exception names the step and `time`. For records that were held back.
  template <typename Action>
  void working_on(const T& time, Action&& action) {
    try {
      action();
    } catch (...) {
      const OperatorShard<T>& op = instance_->operators[this->target.op.value];
      rethrow_as_step_error(op.name, instance_->worker().index(), to_text(time));
    }
  }

  /// The minimal timestamps that can still arrive. Followed only if the operator has an interest in
  /// frontiers.
  const Antichain<T>& frontier() {
    this->reader.refresh();
    return this->reader.frontier();
  }

  bool empty() const { return first_ == nullptr; }

  /// Queues a batch that has been counted.
  void enqueue(Batch<T, Item>& batch) {
    batch.next = nullptr;
    (first_ == nullptr ? first_ : last_->next) = &batch;
    last_ = &batch;
    instance_->activate(this->target.op);
  }

  void accept(Envelope& envelope) override { enqueue(static_cast<Batch<T, Item>&>(envelope)); }

  Instance<T>& instance() { return *instance_; }

 private:
  Envelope& pop() {
    Envelope& batch = *first_;
    first_ = batch.next;
    return batch;
  }

  Instance<T>* instance_;
  Envelope* first_ = nullptr;  // the queue, linked by `next`: a deque would allocate now and then
  Envelope* last_ = nullptr;
};

/// An output of an operator. Thread: its worker.
template <Timestamp T, typename Item>
class OutputPort final : public Emitter<T, Item> {
 public:
  explicit OutputPort(std::shared_ptr<CapabilityBook<T>> book) : book_(std::move(book)) {}

  /// Where to send at the capability's timestamp. Throws CapabilityError for a capability of
  /// another output.
  Emitter<T, Item>& at(const Capability<T>& capability) {
    if (&capability.book() != book_.get())
      book_->refuse("tried to send with a capability of step '" + capability.book().step +
                    "'; an output takes only capabilities of its own");
    this->set_time(capability.time());
    return *this;
  }

  /// Where to send at the timestamp of a batch in hand. Requires: called from InputPort::for_each,
  /// with the batch it passes.
  template <typename In>
  Emitter<T, Item>& at(const Batch<T, In>& batch) {
    this->set_time(batch.time);
    return *this;
  }

  /// A capability at the timestamp of a batch in hand. Requires: as for `at`.
  template <typename In>
  Capability<T> retain(const Batch<T, In>& batch) {
    return Capability<T>::mint(book_, batch.time);
  }

 private:
  std::shared_ptr<CapabilityBook<T>> book_;
};

}  // namespace tidemark
