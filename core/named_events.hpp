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
  enum class Type { number, text, time };
  struct Column {
    std::string name;
    Type type = Type::number;
    friend bool operator==(const Column&, const Column&) = default;
  };
  std::string name;
  std::vector<Column> columns;
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
  Notes(NoteTaker& taker, std::uint32_t op, NamedEvents kind)
      : taker_(&taker),
        takes_(&taker.takes_notes()),
        op_(op),
        kind_(std::move(kind)) {}

  /// Whether anybody listens.
  explicit operator bool() const { return *takes_; }
  void tell(const std::vector<EventValue>& values) const { taker_->note(op_, kind_, values); }

 private:
  static constexpr bool never = false;

  NoteTaker* taker_ = nullptr;
  const bool* takes_ = &never;
  std::uint32_t op_ = 0;
  NamedEvents kind_;
};

}  // namespace tidemark
