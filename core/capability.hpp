// SPDX-License-Identifier: MIT
//
// Capabilities: the right to send at a timestamp or later. Also called timestamp tokens (Lattuada
// and McSherry, 2022).
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/shared_ledger.hpp>
#include <tidemark/progress/ledger.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tidemark {

/// One worker's capabilities of one output: where their changes are entered. Once the run has
/// failed the book is inert, so that what user code still holds can be dropped without harm.
template <Timestamp T>
struct CapabilityBook {
  std::string step;
  std::uint32_t worker = 0;
  LocationId location;
  std::int64_t held = 0;
  ProgressBatch<T>* pending = nullptr;  ///< of the worker's current step; null when inert

  void change(const T& time, std::int64_t diff) {
    held += diff;
    if (pending != nullptr) pending->update({location, time}, diff);
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
class Capability {
 public:
  /// A capability counted by the caller already, in the book's favour.
  static Capability adopt(std::shared_ptr<CapabilityBook<T>> book, const T& time) {
    ++book->held;
    return Capability(std::move(book), time);
  }
  /// A new capability. Requires: the holder has another, or a batch in hand, that could result in
  /// `time` at the output.
  static Capability mint(std::shared_ptr<CapabilityBook<T>> book, const T& time) {
    book->change(time, +1);
    return Capability(std::move(book), time);
  }

  Capability(Capability&& other) noexcept : book_(std::move(other.book_)), time_(other.time_) {}
  Capability& operator=(Capability&& other) noexcept {
    if (this != &other) {
      drop();
      book_ = std::move(other.book_);
      time_ = other.time_;
    }
    return *this;
  }
  ~Capability() { drop(); }

  const T& time() const { return time_; }
  const CapabilityBook<T>& book() const { return *book_; }

  /// A second capability, at `later`. Throws CapabilityError if that is not later or equal.
  Capability delayed(const T& later) const {
    require_later(later, "delay");
    return mint(book_, later);
  }

  /// Gives up the right to send before `later`. Throws CapabilityError if that is not later or
  /// equal.
  void downgrade(const T& later) {
    require_later(later, "downgrade");
    if (later == time_) return;
    book_->change(later, +1);
    book_->change(time_, -1);
    time_ = later;
  }

 private:
  Capability(std::shared_ptr<CapabilityBook<T>> book, const T& time)
      : book_(std::move(book)),
        time_(time) {}

  void drop() noexcept {
    if (book_) book_->change(time_, -1);
    book_ = nullptr;
  }

  void require_later(const T& later, const char* verb) const {
    if (!less_equal(time_, later))
      book_->refuse(std::string("tried to ") + verb + " a capability at " + to_text(time_) +
                    " to " + to_text(later) + "; it may only move to timestamps at or after " +
                    to_text(time_));
  }

  std::shared_ptr<CapabilityBook<T>> book_;
  T time_;
};

}  // namespace tidemark
