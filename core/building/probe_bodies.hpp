// SPDX-License-Identifier: MIT
//
// The bodies of probes.
#pragma once

#include <tidemark/core/building/assembly.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/ledger/frontier_reader.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/process/asking.hpp>
#include <tidemark/core/shard/instance.hpp>
#include <tidemark/core/shard/shared_dataflow.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

template <Timestamp T>
struct Probe<T>::State {
  FrontierReader<Ledger> reader;
  Antichain<T> seen;
  std::shared_ptr<SharedDataflow<Ledger>> read_from;  // kept alive
  const Instance<Ledger>* instance = nullptr;         // its identity only; it may be gone
  Timers* timers = nullptr;
  SourcePort feeder;
  LocationId location;
  std::string subject;
  bool cancelled = false;  // and found so
};

template <Timestamp T>
Probe<T>::Probe() : state_(std::make_shared<State>()) {}

template <Timestamp T>
void Probe<T>::follow(const AnyStream<T>& stream) {
  Assembly<Ledger>& assembly = stream.scope->assembly();
  Instance<Ledger>& instance = assembly.instance();
  if (state_->instance != nullptr)
    throw DataflowError("a probe cannot follow '" + assembly.node(stream.node).label() +
                        "', since it follows another stream already; use a probe for each");
  state_->instance = &instance;
  state_->feeder = stream.feeder;
  state_->subject = "probe on '" + assembly.node(stream.node).label() + "'";
  state_->timers = &assembly.worker().process().timers();
  assembly.when_attached([&instance, state = state_](const Topology<Ledger>& topology) {
    state->location = topology.location(state->feeder);
    state->read_from = instance.shared();
    instance.frontiers().arm(state->location);
    state->reader.attach(instance.ledger().published(state->location), instance.state().outside);
    instance.shared()->add_probe(state->location, state->subject);
  });
}

template <Timestamp T>
bool Probe<T>::cancelled() const {
  if (!state_->cancelled && state_->read_from)
    state_->cancelled = state_->reader.is_gone(state_->read_from->cancelled());
  return state_->cancelled;
}

template <Timestamp T>
void Probe<T>::explain(const T& time,
                       std::function<void(const std::vector<Explanation>&)> report) const {
  const Gate::Pass pass(state_->read_from->gate());
  if (!pass) return;
  report_when_answered(
      *state_->timers,
      {state_->read_from->ask({{state_->location, state_->subject, Level<T>::to_ledger(time)}})},
      std::move(report));
}

template <Timestamp T>
std::optional<SourcePort> Probe<T>::feeder_in(const Instance<Ledger>& instance) const {
  if (state_->instance != &instance) return std::nullopt;
  return state_->feeder;
}

template <Timestamp T>
const Antichain<T>& Probe<T>::frontier() const {
  if (cancelled()) {
    state_->seen.clear();
    return state_->seen;
  }
  state_->reader.refresh();
  return seen_from<T>(state_->reader.frontier(), state_->seen);
}

}  // namespace tidemark
