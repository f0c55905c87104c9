// SPDX-License-Identifier: MIT
//
// Probes: a program's view of a stream's frontier.
#pragma once

#include <tidemark/core/scope.hpp>
#include <tidemark/core/stream.hpp>

#include <memory>

namespace tidemark {

/// Follows the frontier of a stream: what can still come out there. A fused stream shares the
/// frontier of the output that feeds it. Thread: the worker that built it, whose `step_while` wakes
/// when the frontier moves. Valid as long as the process.
template <Timestamp T>
class Probe {
 public:
  /// True if a timestamp strictly before `time` can still come.
  bool less_than(const T& time) const { return frontier().less_than_to(time); }
  /// True if a timestamp before `time`, or `time` itself, can still come.
  bool less_equal(const T& time) const { return frontier().less_equal_to(time); }
  /// True if nothing can come any more.
  bool done() const { return frontier().empty(); }

  const Antichain<T>& frontier() const {
    state_->reader.refresh();
    return state_->reader.frontier();
  }

 private:
  template <Timestamp U, typename Item>
  friend Probe<U> probe(const Stream<U, Item>& stream);

  struct State {
    FrontierReader<T> reader;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// Puts a probe on a stream.
template <Timestamp T, typename Item>
Probe<T> probe(const Stream<T, Item>& stream) {
  Probe<T> probe;
  Instance<T>& instance = stream.scope->instance();
  stream.scope->when_attached(
      [&instance, state = probe.state_, feeder = stream.feeder](const Topology<T>& topology) {
        const LocationId location = topology.location(feeder);
        SharedLedger<T>& ledger = instance.ledger();
        ledger.watch(location);
        instance.arm(location);
        state->reader.attach(ledger.published(location));
      });
  return probe;
}

}  // namespace tidemark
