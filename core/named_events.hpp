// SPDX-License-Identifier: MIT
//
// Named events: what an operator tells the trace of its run, in columns of its own.
#pragma once

#include <tidemark/core/event_time.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark {

/// A kind of events, by its name; whoever uses that name means the same columns.
struct NamedEvents {
  /// Which of an EventValue's types the values of a column have, in their order.
  enum class Type { number, text, time };
  /// What each such event has a value of.
  struct Column {
    std::string name;          ///< such as `key`
    Type type = Type::number;  ///< of each value in it
    friend bool operator==(const Column&, const Column&) = default;
  };
  std::string name;             ///< such as `window opened`
  std::vector<Column> columns;  ///< in the order in which values are told
  friend bool operator==(const NamedEvents&, const NamedEvents&) = default;
};

/// What stands in one column of an event.
using EventValue = std::variant<std::int64_t, std::string, EventTime>;

/// Whoever listens to the operators of a worker.
class NoteTaker {
 public:
  /// Whether it takes notes now; lives as long as this.
  virtual const bool& takes_notes() const = 0;
  /// Requires: it takes notes, and there is a value of the right type for each column.
  virtual void note(std::uint32_t op, const NamedEvents& kind,
                    const std::vector<EventValue>& values) = 0;

 protected:
  ~NoteTaker() = default;
};

/// Tells the trace of the run what the operator does (OperatorBuilder::notes); if there is none a
/// look at it costs a few nanoseconds, so ask before you compute what you tell:
///
///     if (late) late.tell({to_text(key), time});
///
/// Thread: the operator's worker.
class Notes {
 public:
  /// Tells nobody.
  Notes() = default;
  /// Of the operator number `op`: made by OperatorBuilder::notes.
  Notes(NoteTaker& taker, std::uint32_t op, NamedEvents kind)
      : taker_(&taker),
        takes_(&taker.takes_notes()),
        op_(op),
        kind_(std::move(kind)) {}

  /// Whether anybody listens.
  explicit operator bool() const { return *takes_; }
  /// Tells one event. Requires: somebody listens, and there is a value of the right type for each
  /// column.
  void tell(const std::vector<EventValue>& values) const { taker_->note(op_, kind_, values); }

 private:
  static constexpr bool never = false;

  NoteTaker* taker_ = nullptr;
  const bool* takes_ = &never;
  std::uint32_t op_ = 0;
  NamedEvents kind_;
};

}  // namespace tidemark
