// SPDX-License-Identifier: MIT
//
// Probes: a program's view of a stream's frontier.
#pragma once

#include <tidemark/core/explanation.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/stream.hpp>
#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/location.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

template <Timestamp T>
class Instance;

/// Follows the frontier of a stream: what can still come out there. A fused stream shares the
/// frontier of the output that feeds it. Thread: the worker that built it, whose `step_while` wakes
/// when the frontier moves.
template <Timestamp T>
class Probe {
 public:
  /// The timestamps on which progress is tracked.
  using Ledger = typename Level<T>::Ledger;

  /// Follows nothing yet: for a step upstream of the stream that it will follow.
  Probe();
  /// Follows the stream from the beginning.
  explicit Probe(const AnyStream<T>& stream) : Probe() { follow(stream); }

  /// Follows the stream from now on, this handle and its copies. Throws DataflowError if it follows
  /// one already.
  void follow(const AnyStream<T>& stream);

  /// True if a timestamp strictly before `time` can still come.
  bool less_than(const T& time) const { return frontier().less_than_to(time); }
  /// True if a timestamp before `time`, or `time` itself, can still come.
  bool less_equal(const T& time) const { return frontier().less_equal_to(time); }
  /// True if nothing can come any more, since the stream has ended or was cancelled.
  bool done() const { return frontier().empty(); }
  /// True if the dataflow was cancelled.
  bool cancelled() const;

  /// Asks all workers, and calls `report` with why `time` can still come: one explanation, without
  /// causes if it cannot. As Process::explain.
  void explain(const T& time, std::function<void(const std::vector<Explanation>&)> report) const;

  /// The output whose frontier it follows; none if it follows no stream of `instance`.
  std::optional<SourcePort> feeder_in(const Instance<Ledger>& instance) const;

  /// The minimal timestamps that can still come. Changes as the worker steps.
  const Antichain<T>& frontier() const;

  /// What `look(frontier)` gives.
  template <typename Look>
  decltype(auto) with_frontier(Look&& look) const {
    return std::invoke(std::forward<Look>(look), frontier());
  }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Puts a probe on a stream.
template <Timestamp T, typename Item>
Probe<T> probe(const Stream<T, Item>& stream) {
  return Probe<T>(stream);
}

/// Has a probe follow the stream, which goes on.
///
///     numbers | map(expensive) | probe_with(done) | output("out", StdOutput{})
template <Timestamp T>
auto probe_with(Probe<T> probe) {
  return [probe]<typename Time, typename Item>(Stream<Time, Item> stream) mutable {
    static_assert(std::is_same_v<Time, T>,
                  "probe_with: the probe and the stream must have the same type of timestamp");
    probe.follow(stream);
    return stream;
  };
}

}  // namespace tidemark
