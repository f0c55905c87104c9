// SPDX-License-Identifier: MIT
//
// Assemblies: one worker's instance of a dataflow while it is being built, all its loops together.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/ledger/frontier_reader.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/shard/instance.hpp>
#include <tidemark/core/worker.hpp>
#include <tidemark/progress/topology.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// What Scope, OperatorBuilder and fuse add to. `T` is the ledger's timestamp. Lives until the
/// build function returns.
template <Timestamp T>
class Assembly {
 public:
  Assembly(Worker& worker, std::uint32_t index, std::string name);
  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;

  Worker& worker() { return *worker_; }
  Instance<T>& instance() { return *instance_; }

  /// Adds a step to the logical graph. Throws DataflowError if its id is taken.
  std::uint32_t add_node(FlowNode node);
  template <typename Predicate>
  bool has_step(Predicate predicate) const {
    return std::ranges::any_of(graph_.nodes, predicate);
  }
  FlowNode& node(std::uint32_t index) { return graph_.nodes[index]; }
  void add_edge(FlowEdge edge) { graph_.edges.push_back(edge); }

  /// Adds a loop inside the scope `parent`, and returns its index.
  std::uint32_t add_loop(std::string name, std::uint32_t parent);
  /// What is added to the scope `in` from here on belongs to a composite step, until `leave`.
  void enter_composite(std::string name, std::uint32_t in);
  void leave_composite() { composites_.pop_back(); }
  const std::string& scope_name(std::uint32_t scope) const { return graph_.scopes[scope].name; }

  /// A feedback that waits for the stream which closes its loop.
  void open_feedback(OperatorId op, std::string loop);
  void close_feedback(OperatorId op) { open_feedbacks_.erase(op); }

  /// Reserves the next operator of the progress graph.
  OperatorId add_operator(PortDepths depths);
  OperatorPorts<T>& ports(OperatorId op) { return ports_[op.value]; }
  OperatorShard<T>& shard(OperatorId op) { return instance_->operators[op.value]; }

  void connect(SourcePort from, TargetPort to) { channels_.push_back({from, to}); }

  /// Every worker begins with a capability at the minimum at this output.
  void add_initial_capability(SourcePort source) { initial_.push_back(source); }

  /// Adds a receiver of envelopes and returns its channel.
  std::uint32_t add_receiver(Receiver& receiver);

  /// Makes an object that lives as long as the instance.
  template <typename Part, typename... Arguments>
  Part& make(Arguments&&... arguments) {
    auto* const part = new Part(std::forward<Arguments>(arguments)...);
    instance_->parts.emplace_back(part, [](void* of) { delete static_cast<Part*>(of); });
    return *part;
  }

  /// Has `action` called when the ledger is there and before anything runs.
  void when_attached(std::function<void(const Topology<T>&)> action) {
    attached_.push_back(std::move(action));
  }

  /// Has `op` follow the ends of the dataflow: outputs that no operator reads, and the inputs of
  /// operators without outputs.
  const std::vector<FrontierWatch<T>*>& watch_ends(OperatorId op);

  /// Freezes the graph and hands the instance, ready to run, to its worker.
  void finish();

 private:
  /// The innermost composite step that is open in a scope, or the scope.
  std::uint32_t place(std::uint32_t scope) const;

  Topology<T> freeze();

  Worker* worker_;
  std::unique_ptr<Instance<T>> instance_;
  FlowGraph graph_;
  std::set<std::string> ids_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> composites_;  // open ones: in, index
  std::map<OperatorId, std::string> open_feedbacks_;
  std::vector<OperatorPorts<T>> ports_;
  std::vector<Channel> channels_;
  std::vector<SourcePort> initial_;
  std::vector<std::pair<OperatorId, std::vector<FrontierWatch<T>*>*>> end_watchers_;
  std::vector<std::function<void(const Topology<T>&)>> attached_;
};

template <Timestamp T>
Assembly<T>::Assembly(Worker& worker, std::uint32_t index, std::string name)
    : worker_(&worker),
      instance_(std::make_unique<Instance<T>>(worker.index(), index, worker.process().config(),
                                              worker.process())) {
  graph_.name = std::move(name);
  graph_.scopes.front().name = graph_.name;
}

template <Timestamp T>
std::uint32_t Assembly<T>::add_node(FlowNode node) {
  if (node.op && !node.id.empty() && !ids_.insert(node.id).second)
    throw DataflowError("two steps have the id '" + node.id + "'; every step id must be used once");
  node.scope = place(node.scope);
  graph_.nodes.push_back(std::move(node));
  return static_cast<std::uint32_t>(graph_.nodes.size() - 1);
}

template <Timestamp T>
std::uint32_t Assembly<T>::add_loop(std::string name, std::uint32_t parent) {
  graph_.scopes.push_back({std::move(name), place(parent)});
  return static_cast<std::uint32_t>(graph_.scopes.size() - 1);
}

template <Timestamp T>
void Assembly<T>::enter_composite(std::string name, std::uint32_t in) {
  const auto index = static_cast<std::uint32_t>(graph_.scopes.size());
  graph_.scopes.push_back({std::move(name), place(in), FlowScope::Kind::composite});
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
std::uint32_t Assembly<T>::add_receiver(Receiver& receiver) {
  instance_->receivers.push_back(&receiver);
  return static_cast<std::uint32_t>(instance_->receivers.size() - 1);
}

template <Timestamp T>
const std::vector<FrontierWatch<T>*>& Assembly<T>::watch_ends(OperatorId op) {
  return *end_watchers_.emplace_back(op, &make<std::vector<FrontierWatch<T>*>>()).second;
}

template <Timestamp T>
void Assembly<T>::finish() {
  for (const auto& [op, loop] : open_feedbacks_)
    throw DataflowError(loop +
                        " was never closed: a feedback into it has no input; connect it to the "
                        "stream that goes round");
  if (worker_->next_dataflow() != instance_->index())
    throw DataflowError("worker " + std::to_string(worker_->index()) +
                        " has built another dataflow in the function that builds '" + graph_.name +
                        "'; build one after the other");
  Topology<T> topology = freeze();
  Process& process = worker_->process();
  const IdleStations* const stations = process.idle_stations();
  auto shared = process.registry().attach<T>(
      instance_->index(), worker_->index(), std::move(topology), std::move(graph_), initial_,
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
  instance_->attach(shared);
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
  for (FlowNode& node : graph_.nodes)
    if (node.op) node.first_location = {builder.operators()[node.op->value].first_location};
  try {
    return std::move(builder).freeze();
  } catch (const CycleError& error) {
    throw LoopError(error, std::move(graph_));
  }
}

}  // namespace tidemark
