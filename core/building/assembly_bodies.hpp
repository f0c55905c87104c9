// SPDX-License-Identifier: MIT
//
// The bodies of assemblies and scopes: from a blueprint to a shard that runs.
#pragma once

#include <tidemark/core/building/assembly.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/ledger/frontier_reader.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/shard/ends.hpp>
#include <tidemark/core/shard/instance.hpp>
#include <tidemark/core/worker.hpp>
#include <tidemark/progress/topology.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

template <Timestamp T>
Assembly<T>::Assembly(Worker& worker, std::uint32_t index, std::string name)
    : worker_(&worker),
      instance_(std::make_unique<Instance<T>>(worker.index(), index, worker.process().config(),
                                              worker.process(), worker.outside())) {
  blueprint_.graph.name = std::move(name);
  blueprint_.graph.scopes.front().name = blueprint_.graph.name;
}

template <Timestamp T>
std::uint32_t Assembly<T>::add_node(FlowNode node) {
  if (!node.id.empty() && !ids_.insert(node.id).second)
    throw DataflowError("two steps have the id '" + node.id + "'; every step id must be used once");
  node.scope = place(node.scope);
  blueprint_.graph.nodes.push_back(std::move(node));
  return static_cast<std::uint32_t>(blueprint_.graph.nodes.size() - 1);
}

template <Timestamp T>
std::uint32_t Assembly<T>::add_loop(std::string name, std::uint32_t parent) {
  blueprint_.graph.scopes.push_back({std::move(name), place(parent)});
  return static_cast<std::uint32_t>(blueprint_.graph.scopes.size() - 1);
}

template <Timestamp T>
void Assembly<T>::enter_composite(std::string name, std::uint32_t in) {
  const auto index = static_cast<std::uint32_t>(blueprint_.graph.scopes.size());
  blueprint_.graph.scopes.push_back({std::move(name), place(in), FlowScope::Kind::composite});
  composites_.emplace_back(in, index);
}

template <Timestamp T>
void Assembly<T>::open_feedback(OperatorId op, std::string loop) {
  open_feedbacks_[op] = std::move(loop);
}

template <Timestamp T>
OperatorId Assembly<T>::add_operator(PortDepths depths) {
  const OperatorId id{static_cast<std::uint32_t>(ports_.size())};
  ports_.emplace_back().depths = depths;
  instance_->operators.emplace_back();
  return id;
}

template <Timestamp T>
std::uint32_t Assembly<T>::add_receiver(Receiver& receiver, std::optional<TargetPort> port) {
  blueprint_.receivers.push_back(port);
  instance_->receivers.push_back(&receiver);
  return static_cast<std::uint32_t>(instance_->receivers.size() - 1);
}

template <Timestamp T>
void Assembly<T>::keep(void* part, void (*destroy)(void*)) {
  instance_->parts.emplace_back(part, destroy);
}

template <Timestamp T>
const std::vector<FrontierWatch<T>*>& Assembly<T>::watch_ends(OperatorId op) {
  return *end_watchers_.emplace_back(op, &make<std::vector<FrontierWatch<T>*>>()).second;
}

template <Timestamp T>
EventSource<T>* Assembly<T>::event_source(SourcePort source) {
  const auto at = std::ranges::find(event_sources_, source, [](const auto& e) { return e.first; });
  return at == event_sources_.end() ? nullptr : at->second;
}

template <Timestamp T>
void Assembly<T>::finish() {
  for (const auto& [op, loop] : open_feedbacks_)
    throw DataflowError(loop +
                        " was never closed: a feedback into it has no input; connect it to the "
                        "stream that goes round");
  if (worker_->next_dataflow() != instance_->index())
    throw DataflowError("worker " + std::to_string(worker_->index()) +
                        " has built another dataflow in the function that builds '" +
                        blueprint_.graph.name + "'; build one after the other");
  for (const auto& [source, times] : event_sources_)
    if (times->read()) blueprint_.event_sources.push_back(source);
  Topology<T> topology = freeze();
  Process& process = worker_->process();
  const IdleStations* const stations = process.idle_stations();
  auto shared = process.registry().attach<T>(
      instance_->index(), worker_->index(), std::move(topology), std::move(blueprint_),
      stations != nullptr ? stations->setup() : ReportingSetup{});
  for (const auto& input : instance_->inputs)
    input->set_location(shared->topology().location(input->target));
  for (std::uint32_t op = 0; op != ports_.size(); ++op)
    for (std::uint32_t output = 0; output != ports_[op].outputs; ++output)
      shard({op}).outputs[output]->location = shared->topology().location(SourcePort{{op}, output});
  for (const auto& [op, watches] : end_watchers_)
    for (const LocationId end : ends_of(shared->topology())) {
      auto& watch = make<FrontierWatch<T>>();
      watch.location = end;
      watches->push_back(&watch);
      shard(op).watches.push_back(&watch);
    }
  for (const auto& [source, times] : event_sources_)
    times->attach(instance_->state().pending, shared->pace(), shared->part_names(),
                  shared->topology().location(source), worker_->index());
  instance_->attach(shared, worker_->next_due_bits());
  for (const auto& action : attached_) action(shared->topology());
  worker_->add(std::move(instance_));
}

template <Timestamp T>
std::uint32_t Assembly<T>::place(std::uint32_t scope) const {
  const auto open = std::find_if(composites_.rbegin(), composites_.rend(),
                                 [&](const auto& each) { return each.first == scope; });
  return open == composites_.rend() ? scope : open->second;
}

template <Timestamp T>
Topology<T> Assembly<T>::freeze() {
  TopologyBuilder<T> builder;
  for (OperatorPorts<T>& op : ports_)
    builder.add_operator(op.name, op.inputs, op.outputs, std::move(op.connections), op.depths);
  for (const Channel& channel : channels_) builder.connect(channel.from, channel.to);
  for (FlowNode& node : blueprint_.graph.nodes)
    if (node.op) node.first_location = {builder.operators()[node.op->value].first_location};
  try {
    return std::move(builder).freeze();
  } catch (const CycleError& error) {
    throw LoopError(error, std::move(blueprint_.graph));
  }
}

template <Timestamp T>
Instance<T>& AnyScope<T>::instance() {
  return assembly_->instance();
}

template <Timestamp T>
Worker& AnyScope<T>::worker() {
  return assembly_->worker();
}

template <Timestamp T>
const std::string& AnyScope<T>::name() const {
  return assembly_->scope_name(index_);
}

template <Timestamp T>
std::size_t AnyScope<T>::batch_records() {
  return worker().process().config().tuning.batch_records;
}

template <Timestamp T>
void AnyScope<T>::enter_composite(std::string name) {
  assembly_->enter_composite(std::move(name), index_);
}

template <Timestamp T>
void AnyScope<T>::leave_composite() {
  assembly_->leave_composite();
}

template <Timestamp T>
void AnyScope<T>::when_attached(std::function<void(const Topology<T>&)> action) {
  assembly_->when_attached(std::move(action));
}

template <Timestamp T>
std::uint32_t AnyScope<T>::add_node(FlowNode node) {
  node.scope = index_;
  return assembly_->add_node(std::move(node));
}

template <Timestamp T>
FlowNode& AnyScope<T>::node(std::uint32_t index) {
  return assembly_->node(index);
}

template <Timestamp T>
void AnyScope<T>::add_edge(const FlowEdge& edge) {
  assembly_->add_edge(edge);
}

template <Timestamp T>
void AnyScope<T>::open_feedback(OperatorId op, std::string loop) {
  assembly_->open_feedback(op, std::move(loop));
}

template <Timestamp T>
void AnyScope<T>::close_feedback(OperatorId op) {
  assembly_->close_feedback(op);
}

template <Timestamp T>
std::uint32_t AnyScope<T>::begin_loop(std::string name) {
  return assembly_->add_loop(std::move(name), index_);
}

template <Timestamp T>
void AnyScope<T>::keep(void* part, void (*destroy)(void*)) {
  assembly_->keep(part, destroy);
}

namespace detail {

template <Timestamp T>
OpenAssembly<T> begin_assembly(Worker& worker, std::string name) {
  return {new Assembly<T>(worker, worker.next_dataflow(), std::move(name)),
          [](Assembly<T>* assembly) { delete assembly; }};
}

template <Timestamp T>
void finish_assembly(Assembly<T>& assembly) {
  assembly.finish();
}

}  // namespace detail
}  // namespace tidemark
