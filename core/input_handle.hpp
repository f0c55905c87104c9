// SPDX-License-Identifier: MIT
//
// Input handles: how a hand-driven program feeds a dataflow.
#pragma once

#include <tidemark/core/capability_book.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/event_source.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/stream.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/core/worker.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// Feeds records into a dataflow at a timestamp that only moves forward. Closes when it goes out of
/// scope; a closure that returns must have let go of it. Thread: the worker that built it.
///
/// What it changes becomes visible to others with the worker's next step, which `step_while` takes
/// before it waits.
///
/// Throws CapabilityError, naming step and worker, when it is used after it was closed or after its
/// dataflow has ended, and RunStopped when another worker has failed. One whose dataflow has been
/// cancelled, by whatever worker, only keeps its time: records go nowhere.
template <Timestamp T, typename Item>
class InputHandle {
 public:
  /// @cond engine
  using Times = EventSource<typename Level<T>::Ledger>;

  InputHandle(Worker& worker, OutputPort<T, Item>& output, Times& times, Capability<T> capability)
      : worker_(&worker),
        stopping_(&worker.stopping()),
        output_(&output),
        times_(&times),
        book_(output.book()),
        capability_(std::move(capability)) {}
  /// @endcond
  /// Only says so: of a deleted one a pair that is made of a handle would tell nothing.
  InputHandle(const InputHandle& other) : InputHandle(const_cast<InputHandle&&>(other)) {
    static_assert(!std::is_same_v<Item, Item>,
                  "input: a handle cannot be copied, as an input has but one; hand it on by "
                  "std::move(handle)");
  }
  /// `other` is closed afterwards, for the handle that takes its place.
  InputHandle(InputHandle&& other) noexcept
      : worker_(other.worker_),
        stopping_(other.stopping_),
        output_(other.output_),
        times_(other.times_),
        book_(other.book_),  // NOLINT(performance-move-constructor-init): it names `other`, too
        closed_at_(other.closed_at_),
        capability_(std::exchange(other.capability_, std::nullopt)) {}
  InputHandle& operator=(InputHandle&&) = delete;

  ~InputHandle() {
    const State state = state_if_held();
    if (state == State::cancelled || state == State::gone) return;  // and perhaps the worker, too
    if (is_stopping()) return;  // in a run that has failed nothing more is sent
    try {
      close();
    } catch (...) {
      worker_->fail(std::current_exception());
    }
  }

  /// The timestamp of the next record.
  T time() const {
    is_open();
    return capability_->time();
  }

  /// Sends a record at `time()`. Throws what fused user code throws, too.
  void send(Item record) {
    if (is_open()) output_->at(*capability_).give(std::move(record));
  }

  /// Sends what `records` holds, and leaves it empty. About a batch of them is handed on without a
  /// copy.
  void send_all(std::vector<Item>& records) {
    if (!is_open()) return records.clear();
    Emitter<T, Item>& out = output_->at(*capability_);
    const std::size_t full = out.full_batch();
    if (full / 2 <= records.size() && records.size() <= full) return out.give_all(records);
    for (Item& record : records) out.give(std::move(record));
    records.clear();
  }

  /// Pushes what has been sent so far, without waiting for a full batch. Behind many fused steps it
  /// goes on with the worker's next step (relay.hpp).
  void flush() {
    if (is_open()) output_->flush();
  }

  /// Moves on to `later`: nothing more comes at a timestamp before it. Throws CapabilityError if
  /// that is not later or equal.
  void advance_to(const T& later) {
    if (is_open()) {
      output_->flush();
      if (times_->read() && later != capability_->time()) [[unlikely]]
        promise(times_->watermark());
    }
    capability_->downgrade(later);
  }

  /// Ends the input.
  void close() {
    if (state_if_held() == State::building || is_open()) output_->flush();
    if (state_if_held() != State::cancelled) times_->end(Level<T>::to_ledger(capability_->time()));
    closed_at_ = capability_->time();
    capability_.reset();
  }

 private:
  using State = typename Capability<T>::Book::State;
  bool is_stopping() const { return stopping_->load(std::memory_order_relaxed); }
  /// Of what comes later than the present timestamp.
  [[gnu::noinline]] void promise(EventTime watermark) {
    times_->promise(PartId::whole, Level<T>::to_ledger(capability_->time()), watermark);
  }
  State state_if_held() const { return capability_ ? book_->state : State::gone; }

  /// False if the dataflow has been cancelled: then the output is gone. Throws for a misuse.
  bool is_open() const {
    if (state_if_held() == State::live && !is_stopping()) [[likely]]
      return true;
    return refuse_unless_cancelled();
  }

  [[gnu::noinline]] bool refuse_unless_cancelled() const {
    if (!capability_)
      throw CapabilityError(closed_at_
                                ? name() + " was used after it was closed at " +
                                      to_text(*closed_at_) + "; send and advance before closing it"
                                : name() + " was used through a handle that has been moved from");
    const State state = book_->state;
    if (state == State::cancelled) return false;
    if (state == State::building)
      throw CapabilityError(name() +
                            " was used before its dataflow was built; return it from the "
                            "function that builds it");
    if (state == State::gone)
      throw CapabilityError(name() + " was used at " + to_text(capability_->time()) +
                            " after its dataflow had ended; use it inside the closure that built "
                            "it");
    throw RunStopped();
  }

  std::string name() const {
    return "input '" + book_->step + "' on worker " + std::to_string(book_->worker);
  }

  Worker* worker_;
  const std::atomic<bool>* stopping_;  // of the worker's run
  OutputPort<T, Item>* output_;
  Times* times_;
  std::shared_ptr<const typename Capability<T>::Book> book_;
  std::optional<T> closed_at_;
  std::optional<Capability<T>> capability_;
};

/// Adds an input to a dataflow: the handle that feeds it and the stream that leaves it.
template <typename Item, Timestamp T>
std::pair<InputHandle<T, Item>, Stream<T, Item>> new_input(Scope<T>& scope, std::string id = "") {
  OperatorBuilder<T> op(scope, "input", std::move(id));
  op.keeps(Keeps::nothing);  // the program knows where it is
  op.set_input("close it, or let its handle go out of scope");
  auto [out, stream] = op.template output<Item>();
  op.build([] {});
  return {InputHandle<T, Item>(scope.worker(), out, op.event_source(0), op.initial_capability(0)),
          stream};
}

}  // namespace tidemark
