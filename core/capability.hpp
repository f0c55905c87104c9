// SPDX-License-Identifier: MIT
//
// Capabilities: the right to send at a timestamp or later. Also called timestamp tokens (Lattuada
// and McSherry, 2022).
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/progress/ledger.hpp>

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// A batch that an operator's logic has in hand, and the input by which it came. One that was taken
/// up while another was in hand has that `outside` it.
struct InHand {
  const void* batch = nullptr;
  TargetPort input;
  const InHand* outside = nullptr;
};

/// Puts a batch in hand for as long as it lives.
class TakenInHand {
 public:
  TakenInHand(const InHand*& innermost, const InHand& batch) : innermost_(&innermost), now_(batch) {
    now_.outside = innermost;
    innermost = &now_;
  }
  TakenInHand(const TakenInHand&) = delete;
  TakenInHand& operator=(const TakenInHand&) = delete;
  ~TakenInHand() { *innermost_ = now_.outside; }

 private:
  const InHand** innermost_;
  InHand now_;
};

/// A capability as the book of its output lists it. `T` is the ledger's timestamp.
template <Timestamp T>
struct HeldCapability
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  T time{};
};

/// One worker's capabilities of one output, and where their changes are entered. While the dataflow
/// is being built they are kept until it is attached to its ledger. Once it is gone at its worker,
/// or was cancelled, the book is inert: what user code still holds can be dropped without harm. `T`
/// is the ledger's timestamp. Thread: its worker.
template <Timestamp T>
struct CapabilityBook {
  using Held =
      boost::intrusive::list<HeldCapability<T>, boost::intrusive::constant_time_size<false>>;

  std::string step;
  OperatorId op{};
  std::uint32_t worker = 0;
  enum class State { building, live, cancelled, gone } state = State::building;
  LocationId location{};
  ProgressBatch<T>* pending = nullptr;              ///< of the worker's current step, while live
  const InHand* const* in_hand = nullptr;           ///< the innermost one, while live
  std::vector<std::pair<T, std::int64_t>> early{};  ///< changes while building
  /// By input: the summaries of its connections to this output.
  std::vector<std::vector<typename T::Summary>> from_input{};
  Held held{};

  void change(const T& time, std::int64_t diff) {
    if (state == State::live) pending->update({location, time}, diff);
    if (state == State::building) early.emplace_back(time, diff);
  }

  /// From here on changes go into `batch`. Requires: the location is known.
  void attach(ProgressBatch<T>& batch, const InHand* const& innermost) {
    state = State::live;
    pending = &batch;
    in_hand = &innermost;
    for (const auto& [time, diff] : std::exchange(early, {})) change(time, diff);
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw CapabilityError("step '" + step + "' on worker " + std::to_string(worker) + " " + what);
  }
};

/// The right of one operator, at one worker, to send at `time()` or later through one output. As
/// long as it is held, no frontier downstream passes that timestamp.
///
/// Moved, never copied or forged: it comes from an operator's start, from a batch in hand
/// (OutputPort::retain) or from another capability. Thread: its worker.
template <Timestamp T>
class Capability : private HeldCapability<typename Level<T>::Ledger> {
 public:
  using Ledger = typename Level<T>::Ledger;
  using Book = CapabilityBook<Ledger>;

  /// A capability counted by the caller already, in the book's favour.
  static Capability adopt(std::shared_ptr<Book> book, const T& time) {
    return Capability(std::move(book), time);
  }
  /// A new capability. Requires: the holder has another, or a batch in hand, that could result in
  /// `time` at the output.
  static Capability mint(std::shared_ptr<Book> book, const T& time) {
    book->change(Level<T>::to_ledger(time), +1);
    return Capability(std::move(book), time);
  }

  Capability(Capability&& other) noexcept { take(other); }
  Capability& operator=(Capability&& other) noexcept {
    if (this != &other) {
      drop();
      take(other);
    }
    return *this;
  }
  ~Capability() { drop(); }

  T time() const { return Level<T>::from_ledger(held().time); }
  /// Throws CapabilityError for a capability that has been moved from.
  const Book& book() const {
    if (!book_) [[unlikely]]
      refuse_moved();
    return *book_;
  }

  /// A second capability, at `later`. Throws CapabilityError if that is not later or equal.
  Capability delayed(const T& later) const {
    require_later(later, "delay");
    static_cast<void>(book());
    return mint(book_, later);
  }

  /// Gives up the right to send before `later`. Throws CapabilityError if that is not later or
  /// equal.
  void downgrade(const T& later) {
    require_later(later, "downgrade");
    const Ledger to = Level<T>::to_ledger(later);
    if (to == held().time) return;
    static_cast<void>(book());
    book_->change(to, +1);
    book_->change(held().time, -1);
    held().time = to;
  }

 private:
  using Entry = HeldCapability<Ledger>;

  Capability(std::shared_ptr<Book> book, const T& time) : book_(std::move(book)) {
    held().time = Level<T>::to_ledger(time);
    book_->held.push_back(held());
  }

  [[noreturn, gnu::noinline]] void refuse_moved() const {
    throw CapabilityError("a capability at " + to_text(time()) + " was used after it had moved");
  }

  Entry& held() { return *this; }
  const Entry& held() const { return *this; }

  void take(Capability& other) noexcept {
    book_ = std::move(other.book_);
    held().time = other.held().time;
    if (!other.is_linked()) return;
    other.unlink();
    book_->held.push_back(held());
  }

  void drop() noexcept {
    if (!book_) return;
    book_->change(held().time, -1);
    this->unlink();
    book_ = nullptr;
  }

  void require_later(const T& later, const char* verb) const {
    if (!less_equal(time(), later)) [[unlikely]]
      refuse_earlier(later, verb);
  }

  [[noreturn, gnu::noinline]] void refuse_earlier(const T& later, const char* verb) const {
    book().refuse(std::string("tried to ") + verb + " a capability at " + to_text(time()) + " to " +
                  to_text(later) + "; it may only move to timestamps at or after " +
                  to_text(time()));
  }

  std::shared_ptr<Book> book_;
};

}  // namespace tidemark
