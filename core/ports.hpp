// SPDX-License-Identifier: MIT
//
// Ports: what an operator's logic holds of its inputs and outputs.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/capability.hpp>
#include <tidemark/core/emitter.hpp>
#include <tidemark/core/in_hand.hpp>
#include <tidemark/core/ledger/frontier_reader.hpp>
#include <tidemark/core/records/input_queue.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark {

/// What an input is, whatever flows into it: a queue, and the frontier of what can still come.
/// Thread: its worker.
template <Timestamp T>
class AnyInput : public InputQueue<T> {
 public:
  /// @cond engine
  using Ledger = typename Level<T>::Ledger;
  using InputQueue<T>::InputQueue;
  ~AnyInput() override;
  /// @endcond

  /// The minimal timestamps that can still arrive. Followed only as far as the operator's interest
  /// in frontiers goes (interest.hpp); else it lags.
  const Antichain<T>& frontier();

  /// @cond engine
  void set_location(LocationId at) override;
  FrontierWatch<Ledger> watch;
  /// @endcond

 private:
  Antichain<T> frontier_;  // as seen here
};

/// An input of an operator for records of one type.
template <Timestamp T, typename Item>
class InputPort final : public AnyInput<T> {
 public:
  using AnyInput<T>::AnyInput;

  /// Calls `take(batch)` for each batch that has arrived, in order of arrival; what arrives
  /// meanwhile waits for the next activation. A batch counts as consumed when `take` returns; until
  /// then it is a right to hold its timestamp (OutputPort::retain). An exception leaves it
  /// unconsumed and names its timestamp.
  template <typename Take>
  void for_each(Take&& take) {
    const auto logic = [&](AnyBatch<T>& any) {
      std::optional<Batch<T, Item>>& view = views_[newest_ ^= 1];
      Batch<T, Item>& batch = view.emplace(any);
      const TakenInHand taken(this->in_hand(), {&batch, this->target});
      take(batch);
    };
    this->take_all([](const void* context,
                      AnyBatch<T>& any) { (*static_cast<const decltype(logic)*>(context))(any); },
                   &logic);
  }

 private:
  /// The last two that were in hand, so that a reference that outlives its right is another one,
  /// and can still be told so.
  std::optional<Batch<T, Item>> views_[2];
  unsigned newest_ = 0;
};

/// The rights of an output, whatever flows out of it. Thread: its worker.
template <Timestamp T>
class AnyOutput {
 public:
  /// @cond engine
  using Book = CapabilityBook<typename Level<T>::Ledger>;

  explicit AnyOutput(std::shared_ptr<Book> book) : book_(std::move(book)) {}
  /// @endcond

  /// Pushes what has been sent so far.
  virtual void flush() = 0;

  AnyOutput* next = nullptr;  ///< of the same operator; the engine's

  /// Where the capabilities of this output are listed.
  const std::shared_ptr<Book>& book() const { return book_; }

 protected:
  /// @cond engine
  ~AnyOutput() = default;

  void require_own(const Capability<T>& capability) const {
    if (&capability.book() != book_.get()) [[unlikely]]
      refuse(capability, capability.time());
  }
  void require_covered(const Capability<T>& capability, const T& time) const {
    if (&capability.book() != book_.get() || !less_equal(capability.time(), time) ||
        is_beyond_all_time(time)) [[unlikely]]
      refuse(capability, time);
  }

  /// Whose timestamp a batch has, as the ledger and as the operator sees it.
  struct From {
    typename Level<T>::Ledger time;
    std::uint32_t depth;
  };
  template <Timestamp Of>
  static From from(const Of& time) {
    return {Level<Of>::to_ledger(time), Level<Of>::depth};
  }

  /// The timestamp that the batch results in here, which `from` is that of; nullopt if it would be
  /// out of range. Throws CapabilityError for a batch that is not in hand, and unless there is one
  /// connection from its input.
  std::optional<T> result(const void* batch, const From& from) const;
  T require_result(const void* batch, const From& from) const;

  /// Throws CapabilityError unless `time` is one at which the batch in hand allows to send.
  void require_in_reach(const void* batch, const From& from, const T& time) const;
  /// @endcond

 private:
  [[noreturn]] void refuse(const Capability<T>& capability, const T& time) const;
  [[noreturn]] void refuse_beyond_all_time(const T& time) const;
  /// The input by which a batch came. Throws CapabilityError for one that is not in hand.
  std::uint32_t require_in_hand(const void* batch, const From& from) const;

  std::shared_ptr<Book> book_;
};

/// An output of an operator for records of one type.
template <Timestamp T, typename Item>
class OutputPort final : public AnyOutput<T>, private Emitter<T, Item> {
 public:
  using Emitter<T, Item>::tee;
  using Emitter<T, Item>::tune;
  using AnyOutput<T>::AnyOutput;

  void flush() override { Emitter<T, Item>::flush(); }

  /// Where to send at the capability's timestamp. Throws CapabilityError for a capability of
  /// another output.
  Emitter<T, Item>& at(const Capability<T>& capability) {
    this->require_own(capability);
    this->set_time(capability.time());
    return *this;
  }

  /// Where to send at `time`. Throws CapabilityError, too, if that is not later than or equal to
  /// the capability's timestamp.
  Emitter<T, Item>& at(const Capability<T>& capability, const T& time) {
    this->require_covered(capability, time);
    this->set_time(time);
    return *this;
  }

  /// Where to send at the timestamp that a batch in hand results in here: its own, unless the
  /// connection from its input advances. Throws CapabilityError for a batch that is not the one
  /// which InputPort::for_each passes now, or one that has no such timestamp.
  template <typename From, typename In>
  Emitter<T, Item>& at(const Batch<From, In>& batch) {
    this->set_time(this->require_result(&batch, this->from(batch.time)));
    return *this;
  }

  /// Where to send at `time`, which must not be before every timestamp that the batch in hand
  /// results in here: where there are several connections, or for later. Throws CapabilityError.
  template <typename From, typename In>
  Emitter<T, Item>& at(const Batch<From, In>& batch, const T& time) {
    require_cover(batch, time);
    this->set_time(time);
    return *this;
  }

  /// A capability at the timestamp that a batch in hand results in here. Throws as `at`.
  template <typename From, typename In>
  Capability<T> retain(const Batch<From, In>& batch) {
    return Capability<T>::mint(this->book(), this->require_result(&batch, this->from(batch.time)));
  }

  /// A capability at `time`. Throws as `at`.
  template <typename From, typename In>
  Capability<T> retain(const Batch<From, In>& batch, const T& time) {
    require_cover(batch, time);
    return Capability<T>::mint(this->book(), time);
  }

  /// The timestamp that a batch in hand results in here; nullopt if it would be out of range.
  /// Throws CapabilityError for any other batch, and unless there is one connection from its input.
  template <typename From, typename In>
  std::optional<T> result_of(const Batch<From, In>& batch) const {
    return this->result(&batch, this->from(batch.time));
  }

  /// Throws CapabilityError unless `time` is one at which the batch in hand allows to send.
  template <typename From, typename In>
  void require_cover(const Batch<From, In>& batch, const T& time) const {
    this->require_in_reach(&batch, this->from(batch.time), time);
  }
};

}  // namespace tidemark
