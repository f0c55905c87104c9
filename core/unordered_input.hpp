// SPDX-License-Identifier: MIT
//
// Unordered inputs: how a hand-driven program feeds a dataflow at several timestamps at a time.
#pragma once

#include <tidemark/core/capability_book.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/stream.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/core/worker.hpp>

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tidemark {

/// Feeds records into a dataflow at the timestamps of capabilities that the program holds: it
/// delays them to open more timestamps, downgrades them to move on, and drops them to complete
/// timestamps in any order. The stream ends when it has dropped them all, which a closure must have
/// done when it returns; the handle itself holds nothing open. Thread: the worker that built it.
///
///     auto tomorrow = today.delayed(1);
///     input.send(tomorrow, "umbrella");
///     input.send(today, "sunglasses");
///
/// What it changes becomes visible to others with the worker's next step, as for an InputHandle.
///
/// Throws CapabilityError, naming step and worker, for a capability of another input, and when it
/// is used while its dataflow is being built or after that has ended; RunStopped when another
/// worker has failed. Once its dataflow has been cancelled, by whatever worker, records go nowhere.
template <Timestamp T, typename Item>
class UnorderedInput {
 public:
  /// Made by new_unordered_input.
  UnorderedInput(Worker& worker, OutputPort<T, Item>& output)
      : worker_(&worker),
        output_(&output),
        book_(output.book()) {}

  /// Sends a record at the capability's timestamp, as a batch of its own; for many, see `send_all`.
  void send(const Capability<T>& capability, Item record) {
    if (!is_open(capability)) return;
    output_->at(capability).give(std::move(record));
    output_->flush();  // nothing may be left behind when the capability is dropped
  }

  /// Sends what `records` holds at the capability's timestamp, and leaves it empty.
  void send_all(const Capability<T>& capability, std::vector<Item>& records) {
    if (!is_open(capability)) return records.clear();
    output_->at(capability).give_all(records);
    output_->flush();
  }

 private:
  using Book = typename OutputPort<T, Item>::Book;

  /// False if the dataflow has been cancelled: then the output is gone. Throws for a misuse.
  bool is_open(const Capability<T>& capability) const {
    if (book_->state == Book::State::cancelled) return false;
    const std::string at = "was used at " + to_text(capability.time());
    if (book_->state == Book::State::building)
      throw CapabilityError(name() + at +
                            " before its dataflow was built; return it from the function that "
                            "builds it");
    if (book_->state == Book::State::gone)
      throw CapabilityError(name() + at +
                            " after its dataflow had ended; use it inside the closure that built "
                            "it");
    if (worker_->stopping().load(std::memory_order_relaxed)) throw RunStopped();
    return true;
  }

  std::string name() const {
    return "unordered input '" + book_->step + "' on worker " + std::to_string(book_->worker) + " ";
  }

  Worker* worker_;
  OutputPort<T, Item>* output_;  // gone with the dataflow
  std::shared_ptr<const Book> book_;
};

/// Adds an unordered input to a dataflow: the handle that feeds it, the capability at the least
/// timestamp, from which all others come, and the stream that leaves it.
///
///     auto [input, today, things] = new_unordered_input<std::string>(scope);
template <typename Item, Timestamp T>
std::tuple<UnorderedInput<T, Item>, Capability<T>, Stream<T, Item>> new_unordered_input(
    Scope<T>& scope, std::string id = "") {
  OperatorBuilder<T> op(scope, "unordered_input", std::move(id));
  op.keeps(Keeps::nothing);  // the program knows where it is
  op.set_input("drop its capabilities, or let them go out of scope");
  auto [out, stream] = op.template output<Item>();
  Capability<T> capability = op.initial_capability(0);
  op.build([] {});
  return {UnorderedInput<T, Item>(scope.worker(), out), std::move(capability), stream};
}

}  // namespace tidemark
