// SPDX-License-Identifier: MIT
//
// Input handles: how a hand-driven program feeds a dataflow.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/stream.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace tidemark {

/// Feeds records into a dataflow at a timestamp that only moves forward. Closes when it goes out of
/// scope. Thread: the worker that built it.
///
/// What it changes becomes visible to others with the worker's next step, which `step_while` takes
/// before it waits.
template <Timestamp T, typename Item>
class InputHandle {
 public:
  InputHandle(Instance<T>& instance, OutputPort<T, Item>& output, Capability<T> capability)
      : instance_(&instance),
        output_(&output),
        capability_(std::move(capability)) {}
  /// `other` is closed afterwards, for the handle that takes its place.
  InputHandle(InputHandle&& other) noexcept
      : instance_(other.instance_),
        output_(other.output_),
        capability_(std::exchange(other.capability_, std::nullopt)) {}
  InputHandle& operator=(InputHandle&&) = delete;

  ~InputHandle() {
    if (!capability_) return;
    // In a run that has failed, or while an exception passes, nothing more is sent.
    if (instance_->worker().process().stopping() || std::uncaught_exceptions() > 0) return;
    try {
      close();
    } catch (...) {
      instance_->worker().process().fail(std::current_exception());
    }
  }

  /// The timestamp of the next record. Throws CapabilityError once the input is closed.
  const T& time() const {
    require_open();
    return capability_->time();
  }

  /// Sends a record at `time()`. Throws CapabilityError once the input is closed, and what fused
  /// user code throws.
  void send(Item record) {
    require_open();
    output_->at(*capability_).give(std::move(record));
  }

  /// Pushes what has been sent so far, without waiting for a full batch. Throws CapabilityError
  /// once the input is closed.
  void flush() {
    require_open();
    output_->flush();
  }

  /// Moves on to `later`: nothing more comes at a timestamp before it. Throws CapabilityError if
  /// that is not later or equal.
  void advance_to(const T& later) {
    require_open();
    output_->flush();
    capability_->downgrade(later);
  }

  /// Ends the input.
  void close() {
    require_open();
    output_->flush();
    capability_.reset();
  }

 private:
  void require_open() const {
    if (!capability_)
      throw CapabilityError(
          "an input was used after it was closed; send and advance before closing it");
    if (instance_->worker().process().stopping()) throw RunStopped();
  }

  Instance<T>* instance_;
  OutputPort<T, Item>* output_;
  std::optional<Capability<T>> capability_;
};

/// Adds an input to a dataflow: the handle that feeds it and the stream that leaves it.
template <typename Item, Timestamp T>
std::pair<InputHandle<T, Item>, Stream<T, Item>> new_input(Scope<T>& scope, std::string id = "") {
  OperatorBuilder<T> op(scope, "input", std::move(id));
  auto [out, stream] = op.template output<Item>();
  Capability<T> capability = op.initial_capability(0);
  op.build([] {});
  return {InputHandle<T, Item>(scope.instance(), out, std::move(capability)), stream};
}

}  // namespace tidemark
