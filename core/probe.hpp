// SPDX-License-Identifier: MIT
//
// Probes: a program's view of a stream's frontier.
#pragma once

#include <tidemark/core/process.hpp>
#include <tidemark/core/process/asking.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/stream.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

/// Follows the frontier of a stream: what can still come out there. A fused stream shares the
/// frontier of the output that feeds it. Thread: the worker that built it, whose `step_while` wakes
/// when the frontier moves.
template <Timestamp T>
class Probe {
 public:
  using Ledger = typename Level<T>::Ledger;

  /// Follows nothing yet: for a step upstream of the stream that it will follow.
  Probe() = default;
  template <typename Item>
  explicit Probe(const Stream<T, Item>& stream) {
    follow(stream);
  }

  /// Follows the stream from now on, this handle and its copies. Throws DataflowError if it follows
  /// one already.
  template <typename Item>
  void follow(const Stream<T, Item>& stream) {
    Assembly<Ledger>& assembly = stream.scope->assembly();
    Instance<Ledger>& instance = assembly.instance();
    if (state_->instance != nullptr)
      throw DataflowError("a probe cannot follow '" + assembly.node(stream.node).label() +
                          "', since it follows another stream already; use a probe for each");
    state_->instance = &instance;
    state_->feeder = stream.feeder;
    state_->subject = "probe on '" + assembly.node(stream.node).label() + "'";
    state_->executor = &assembly.worker().process().executor();
    assembly.when_attached([&instance, state = state_](const Topology<Ledger>& topology) {
      state->location = topology.location(state->feeder);
      state->read_from = instance.shared();
      instance.frontiers().arm(state->location);
      state->reader.attach(instance.ledger().published(state->location));
      instance.shared()->add_probe(state->location, state->subject);
    });
  }

  /// True if a timestamp strictly before `time` can still come.
  bool less_than(const T& time) const { return frontier().less_than_to(time); }
  /// True if a timestamp before `time`, or `time` itself, can still come.
  bool less_equal(const T& time) const { return frontier().less_equal_to(time); }
  /// True if nothing can come any more, since the stream has ended or was cancelled.
  bool done() const { return frontier().empty(); }
  /// True if the dataflow was cancelled.
  bool cancelled() const { return state_->read_from && state_->read_from->cancelled(); }

  /// Asks all workers, and calls `report` with why `time` can still come: one explanation, without
  /// causes if it cannot. As Process::explain. Requires: the run goes on.
  void explain(const T& time, Process::Report report) const {
    report_when_answered(
        *state_->executor,
        {state_->read_from->ask({{state_->location, state_->subject, Level<T>::to_ledger(time)}})},
        std::move(report));
  }

  /// The output whose frontier it follows; none if it follows no stream of `instance`.
  std::optional<SourcePort> feeder_in(const Instance<Ledger>& instance) const {
    if (state_->instance != &instance) return std::nullopt;
    return state_->feeder;
  }

  /// The minimal timestamps that can still come. Changes as the worker steps.
  const Antichain<T>& frontier() const {
    if (cancelled()) {
      state_->seen.clear();
      return state_->seen;
    }
    state_->reader.refresh();
    return seen_from<T>(state_->reader.frontier(), state_->seen);
  }

  /// What `look(frontier)` gives.
  template <typename Look>
  decltype(auto) with_frontier(Look&& look) const {
    return std::invoke(std::forward<Look>(look), frontier());
  }

 private:
  struct State {
    FrontierReader<Ledger> reader;
    Antichain<T> seen;
    std::shared_ptr<SharedDataflow<Ledger>> read_from;  // kept alive
    const Instance<Ledger>* instance = nullptr;         // its identity only; it may be gone
    Executor* executor = nullptr;
    SourcePort feeder;
    LocationId location;
    std::string subject;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
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
