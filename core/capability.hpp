// SPDX-License-Identifier: MIT
//
// Capabilities: the right to send at a timestamp or later. Also called timestamp tokens (Lattuada
// and McSherry, 2022).
#pragma once

#include <tidemark/progress/timestamp.hpp>

#include <boost/intrusive/list_hook.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace tidemark {

template <Timestamp T>
struct CapabilityBook;

/// @cond engine

/// A capability as the book of its output lists it. `T` is the ledger's timestamp.
template <Timestamp T>
struct HeldCapability
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  T time{};
  std::uint64_t number = 0;  ///< in a run that is traced
};

/// @endcond

/// The right of one operator, at one worker, to send at `time()` or later through one output. As
/// long as it is held, no frontier downstream passes that timestamp.
///
/// Moved, never copied or forged: it comes from an operator's start, from a batch in hand
/// (OutputPort::retain) or from another capability. Thread: its worker.
template <Timestamp T>
class Capability : private HeldCapability<typename Level<T>::Ledger> {
 public:
  /// @cond engine
  using Ledger = typename Level<T>::Ledger;
  using Book = CapabilityBook<Ledger>;

  /// A capability counted by the caller already, in the book's favour.
  static Capability adopt(std::shared_ptr<Book> book, const T& time) {
    return Capability(std::move(book), time);
  }
  /// A new capability. Requires: the holder has another, or a batch in hand, that could result in
  /// `time` at the output.
  static Capability mint(std::shared_ptr<Book> book, const T& time, std::uint64_t parent = 0);
  /// @endcond

  /// Takes the right over; `other` is left without one.
  Capability(Capability&& other) noexcept { take(other); }
  Capability& operator=(Capability&& other) noexcept;
  ~Capability() {
    if (book_) drop();
  }

  /// From which timestamp on it allows to send.
  T time() const { return Level<T>::from_ledger(held().time); }
  /// Where the engine lists it. Throws CapabilityError for one that has been moved from.
  const Book& book() const {
    if (!book_) [[unlikely]]
      refuse_moved();
    return *book_;
  }

  /// A second capability, at `later`. Throws CapabilityError if that is not later or equal.
  Capability delayed(const T& later) const;

  /// Gives up the right to send before `later`. Throws CapabilityError if that is not later or
  /// equal.
  void downgrade(const T& later);

 private:
  using Entry = HeldCapability<Ledger>;

  Capability(std::shared_ptr<Book> book, const T& time);

  bool is_watched() const;
  Entry& held() { return *this; }
  const Entry& held() const { return *this; }
  void take(Capability& other) noexcept;
  void drop() noexcept;  // requires that it is held
  void require_later(const T& later, const char* verb) const;
  [[noreturn]] void refuse_moved() const;

  std::shared_ptr<Book> book_;
};

}  // namespace tidemark
