// SPDX-License-Identifier: MIT
//
// Operator shards: what an instance knows of an operator, its ports, and what else it calls.
#pragma once

#include <tidemark/core/batch.hpp>
#include <tidemark/core/capability.hpp>
#include <tidemark/core/ledger/published_frontier.hpp>
#include <tidemark/progress/location.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// When an operator wants to run because a frontier of its inputs has moved. One that does not ask
/// is never woken for it.
enum class Interest {
  never,
  /// While it holds a capability at a timestamp that the frontier has passed. Until then the
  /// input's `frontier()` lags, and with one input and one output, outside of loops, to wait costs
  /// nothing; otherwise it is like `when_holding`.
  when_due,
  when_holding,  ///< while it holds a capability
  always,
};

/// What is left of a push when it has nested deep enough (relay.hpp).
class RestOfPush {
 public:
  virtual ~RestOfPush() = default;
  virtual void push_rest() = 0;
};

/// What takes envelopes out of the mailbox: an input port, or an operator's activator.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual void accept(Envelope& envelope) = 0;
};

/// What may hold records that have been counted but not sent: an exchange.
template <Timestamp T>
class OpenBuffers {
 public:
  virtual ~OpenBuffers() = default;
  virtual void flush() = 0;
  using List = std::function<void(LocationId, const T&, std::int64_t count)>;
  /// Calls `list(target, timestamp, count)` for each batch that is open.
  virtual void list_open(const List& list) const = 0;
};

/// What has something to deliver when the step has been reported: an exchange on shared batches.
class Departure {
 public:
  virtual ~Departure() = default;
  virtual void depart() = 0;
};

/// A location whose frontier an operator follows.
template <Timestamp T>
struct FrontierWatch {
  LocationId location;
  FrontierReader<T> reader;
};

/// The part of an input port that does not depend on what flows into it.
template <Timestamp T>
struct InputPortBase : FrontierWatch<T> {
  virtual ~InputPortBase() = default;
  using List = std::function<void(const T&, std::int64_t count)>;
  /// Calls `list(timestamp, count)` for each batch that waits here.
  virtual void list_queued(const List& list) const = 0;
  TargetPort target;
};

/// The shard of one operator at one worker.
template <Timestamp T>
struct OperatorShard {
  std::string name;
  std::function<void()> logic;     ///< called when there are batches, or a frontier has moved
  std::function<void()> on_close;  ///< called once, when the dataflow is complete; may be empty
  Interest interest = Interest::never;
  std::vector<FrontierWatch<T>*> watches;  ///< its inputs, for a start
  std::vector<std::shared_ptr<CapabilityBook<T>>> outputs;
  std::string how_to_close;  ///< if what it holds, it holds for the program; empty otherwise

  bool holds_capability() const {
    return std::ranges::any_of(outputs, [](const auto& book) { return !book->held.empty(); });
  }
};

}  // namespace tidemark
