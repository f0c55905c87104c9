// SPDX-License-Identifier: MIT
//
// Assemblies: one worker's instance of a dataflow while it is being built, all its loops together.
#pragma once

#include <tidemark/core/event_source.hpp>
#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/shard/blueprint.hpp>
#include <tidemark/core/shard/instance.hpp>
#include <tidemark/core/worker.hpp>
#include <tidemark/progress/topology.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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
    return std::ranges::any_of(blueprint_.graph.nodes, predicate);
  }
  FlowNode& node(std::uint32_t index) { return blueprint_.graph.nodes[index]; }
  void add_edge(FlowEdge edge) { blueprint_.graph.edges.push_back(edge); }

  /// Adds a loop inside the scope `parent`, and returns its index.
  std::uint32_t add_loop(std::string name, std::uint32_t parent);
  /// What is added to the scope `in` from here on belongs to a composite step, until `leave`.
  void enter_composite(std::string name, std::uint32_t in);
  void leave_composite() {
    if (composites_.empty())
      throw DataflowError("a composite is left that nobody has entered (enter_composite)");
    composites_.pop_back();
  }
  const std::string& scope_name(std::uint32_t scope) const {
    return blueprint_.graph.scopes[scope].name;
  }

  /// A feedback that waits for the stream which closes its loop.
  void open_feedback(OperatorId op, std::string loop);
  void close_feedback(OperatorId op) { open_feedbacks_.erase(op); }

  /// Reserves the next operator of the progress graph.
  OperatorId add_operator(PortDepths depths);
  OperatorPorts<T>& ports(OperatorId op) { return ports_[op.value]; }
  OperatorShard<T>& shard(OperatorId op) { return instance_->operators[op.value]; }

  void connect(SourcePort from, TargetPort to) { channels_.push_back({from, to}); }

  /// Every worker begins with a capability at the minimum at this output.
  void add_initial_capability(SourcePort source) { blueprint_.initial.push_back(source); }

  /// The event times of an output, if they can be read there: of one that an operator sends parts
  /// of a source by. Null for others.
  EventSource<T>* event_source(SourcePort source);
  void add_watermark_port(TargetPort port, std::string instead) {
    blueprint_.watermark_ports.push_back({port, std::move(instead)});
  }
  /// Has `source` be asked for by event_source, from here on.
  void add_event_source(SourcePort source, EventSource<T>& times) {
    event_sources_.push_back({source, &times});
  }

  /// Adds a receiver of envelopes and returns its channel, which is the same at every worker if
  /// other workers send by it: records to `op`.
  std::uint32_t add_receiver(Receiver& receiver, std::optional<TargetPort> port);

  /// Makes an object that lives as long as the instance.
  template <typename Part, typename... Arguments>
  Part& make(Arguments&&... arguments) {
    std::unique_ptr<Part> part(new Part(std::forward<Arguments>(arguments)...));
    keep(part.get(), [](void* of) { delete static_cast<Part*>(of); });
    return *part.release();
  }
  void keep(void* part, void (*destroy)(void*));

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
  Blueprint blueprint_;
  std::set<std::string> ids_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> composites_;  // open ones: in, index
  std::map<OperatorId, std::string> open_feedbacks_;
  std::vector<OperatorPorts<T>> ports_;
  std::vector<Channel> channels_;
  std::vector<std::pair<OperatorId, std::vector<FrontierWatch<T>*>*>> end_watchers_;
  std::vector<std::function<void(const Topology<T>&)>> attached_;
  std::vector<std::pair<SourcePort, EventSource<T>*>> event_sources_;
};

}  // namespace tidemark
