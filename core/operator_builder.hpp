// SPDX-License-Identifier: MIT
//
// The operator builder: how an operator that holds a place in the progress graph is made.
#pragma once

#include <tidemark/core/channel.hpp>
#include <tidemark/core/ports.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/stream.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// The contract of an input that takes its batches from the same worker.
struct Pipeline {};

/// The contract of an input that takes each record at the worker that `route(record)` names, modulo
/// the number of workers. `route` must be a function of the record alone, with well-mixed low bits
/// (hash.hpp).
template <typename Route>
struct Exchange {
  Route route;
};
template <typename Route>
Exchange(Route) -> Exchange<Route>;

/// Runs an operator's logic again, from any thread: for sources that wait for the world.
///
/// A handle; copies wake the same operator. Harmless once the dataflow has ended.
class Activator {
 public:
  Activator() = default;

  void activate() const {
    if (state_ && !state_->queued.exchange(true)) {
      state_->self = state_;
      state_->worker->post(*state_);
    }
  }

  /// Activates the operator at `when`, by the executor's clock.
  void activate_at(Clock::time_point when) const {
    state_->worker->process().executor().call_at(when, [copy = *this] { copy.activate(); });
  }

 private:
  template <Timestamp T>
  friend class OperatorBuilder;

  /// Lies in the mailbox itself, at most once.
  struct State final : Envelope {
    void release() override {
      const auto keep = std::move(self);
      queued.store(false);
    }
    bool describe(TraceEvent&) const override { return false; }

    Worker* worker = nullptr;
    std::atomic<bool> queued{false};
    std::shared_ptr<State> self;  // while it lies in the mailbox
  };

  std::shared_ptr<State> state_;
};

/// Builds one operator with any number of inputs and outputs:
///
///     OperatorBuilder<T> op(scope, "sorted");
///     auto& in = op.input(stream, Pipeline{});
///     auto [out, sorted] = op.template output<Item>();
///     op.build([&in, &out] { ... });      // called when there are batches
///     return sorted;
///
/// The logic runs at one worker at a time and needs no locks. What it sent is pushed when it
/// returns.
template <Timestamp T>
class OperatorBuilder {
 public:
  /// `kind` names the operator, `id` this use of it; ids are unique in a dataflow, and may be
  /// empty.
  OperatorBuilder(Scope<T>& scope, std::string kind, std::string id = "")
      : scope_(&scope),
        op_(scope.add_operator()) {
    scope.ports(op_).name = id.empty() ? kind : id;
    node_ = scope.add_node({.kind = std::move(kind), .id = std::move(id), .op = op_});
  }

  Scope<T>& scope() { return *scope_; }
  OperatorId id() const { return op_; }

  /// Adds an input that takes its batches from `stream` at the same worker.
  template <typename Item>
  InputPort<T, Item>& input(const Stream<T, Item>& stream, Pipeline) {
    InputPort<T, Item>& port = add_input(stream, Contract::pipeline);
    stream.tee->add(scope_->template make<PipelineChannel<T, Item>>(port));
    return port;
  }

  /// Adds an input that takes each record at the worker that the route names. With one worker there
  /// is nothing to route.
  template <typename Item, typename Route>
  InputPort<T, Item>& input(const Stream<T, Item>& stream, Exchange<Route> exchange) {
    static_assert(std::is_invocable_r_v<std::uint64_t, Route&, const Item&>,
                  "exchange: the route must take the stream's record and give a 64-bit hash");
    InputPort<T, Item>& port = add_input(stream, Contract::exchange);
    const std::uint32_t channel = scope_->add_receiver(port);
    if (scope_->worker().peers() == 1) {
      stream.tee->add(scope_->template make<PipelineChannel<T, Item>>(port));
    } else {
      auto& end = scope_->template make<ExchangeChannel<T, Item, Route>>(port, channel,
                                                                         std::move(exchange.route));
      stream.tee->add(end);
      scope_->instance().open_buffers.push_back(&end);
    }
    return port;
  }

  /// Adds an output, and the stream that leaves it. Every input affects it at the same timestamp
  /// unless `connect` says otherwise.
  template <typename Item>
  std::pair<OutputPort<T, Item>&, Stream<T, Item>> output() {
    const Source source{op_, scope_->ports(op_).outputs++};
    scope_->node(node_).outputs = source.port + 1;
    auto book = std::make_shared<CapabilityBook<T>>();
    book->step = scope_->ports(op_).name;
    book->worker = scope_->worker().index();
    scope_->when_attached([book, source](const Topology<T>& topology) {
      book->location = topology.location(source);
    });
    scope_->shard(op_).outputs.push_back(book);
    auto& port = scope_->template make<OutputPort<T, Item>>(book);
    flushes_.push_back([&port] { port.flush(); });
    return {port, Stream<T, Item>{scope_, &port.tee(), node_, source.port, source, 0}};
  }

  /// The capability at the minimum with which the output begins, at every worker. An output that
  /// is not asked for it begins without one.
  Capability<T> initial_capability(std::uint32_t output) {
    scope_->add_initial_capability({op_, output});
    return Capability<T>::adopt(scope_->shard(op_).outputs[output], T::minimum());
  }

  /// Runs the logic when an input's frontier has moved, too.
  void set_interest(Interest interest) { scope_->shard(op_).interest = interest; }

  /// Has the operator follow the frontiers at the ends of the dataflow as if they were inputs: what
  /// has passed them all is done. The list is filled before the operator first runs. Requires: an
  /// interest in frontiers.
  const std::vector<FrontierWatch<T>*>& watch_ends() { return scope_->watch_ends(op_); }

  /// A function by which the logic has itself run again in the worker's next step.
  auto reactivate() {
    return [instance = &scope_->instance(), op = op_] { instance->activate(op); };
  }

  /// Runs the logic from outside. Requires: called while building.
  Activator activator() {
    struct Activation final : Receiver {
      Instance<T>* instance = nullptr;
      OperatorId op;
      void accept(Envelope& envelope) override {
        envelope.release();
        instance->activate(op);
      }
    };
    auto& receiver = scope_->template make<Activation>();
    receiver.instance = &scope_->instance();
    receiver.op = op_;
    Activator activator;
    activator.state_ = std::make_shared<Activator::State>();
    activator.state_->worker = &scope_->worker();
    activator.state_->dataflow = scope_->instance().index();
    activator.state_->channel = scope_->add_receiver(receiver);
    return activator;
  }

  /// Calls `action` when the dataflow is complete. It may throw.
  void on_close(std::function<void()> action) { scope_->shard(op_).on_close = std::move(action); }

  /// Replaces the connections between inputs and outputs: those not listed do not affect each
  /// other.
  void connect(std::vector<Connection<T>> connections) { connections_ = std::move(connections); }

  /// Finishes the operator. `logic()` is called once when the dataflow starts, and whenever there
  /// are batches, a frontier of interest has moved, or an activator asks for it.
  template <typename Logic>
  void build(Logic logic) {
    OperatorPorts<T>& ports = scope_->ports(op_);
    if (connections_) {
      ports.connections = std::move(*connections_);
    } else {
      for (std::uint32_t i = 0; i != ports.inputs; ++i)
        for (std::uint32_t o = 0; o != ports.outputs; ++o) ports.connections.push_back({i, o, {}});
    }
    OperatorShard<T>& shard = scope_->shard(op_);
    shard.name = ports.name;
    auto boxed = std::make_shared<Logic>(std::move(logic));  // std::function copies; logic may not
    shard.logic = [boxed, flushes = std::move(flushes_)] {
      (*boxed)();
      for (const auto& flush : flushes) flush();
    };
  }

 private:
  template <typename Item>
  InputPort<T, Item>& add_input(const Stream<T, Item>& stream, Contract contract) {
    if (stream.scope != scope_)
      throw DataflowError("step '" + scope_->ports(op_).name +
                          "' takes a stream of another dataflow; streams cannot cross dataflows");
    const Target target{op_, scope_->ports(op_).inputs++};
    scope_->node(node_).inputs = target.port + 1;
    scope_->add_edge({stream.node, stream.port, node_, target.port, contract});
    scope_->connect(stream.feeder, target);
    auto owned = std::make_unique<InputPort<T, Item>>(scope_->instance());
    InputPort<T, Item>& port = *owned;
    port.target = target;
    scope_->instance().inputs.push_back(std::move(owned));
    scope_->shard(op_).watches.push_back(&port);
    return port;
  }

  Scope<T>* scope_;
  OperatorId op_;
  std::uint32_t node_ = 0;
  std::optional<std::vector<Connection<T>>> connections_;
  std::vector<std::function<void()>> flushes_;
};

}  // namespace tidemark
