// SPDX-License-Identifier: MIT
//
// The operator builder: how an operator that holds a place in the progress graph is made.
#pragma once

#include <tidemark/core/ports.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/records/channel.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/stream.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
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

/// An input port that waits for its stream. `T` and `Item` are those of the stream.
template <Timestamp T, typename Item>
class OpenInput {
 public:
  using Ledger = typename Level<T>::Ledger;

  OpenInput(Scope<T>& scope, TargetPort target, std::uint32_t node) : scope_(&scope), node_(node) {
    auto owned = std::make_unique<InputPort<T, Item>>(scope.instance().state(), target,
                                                      assembly().ports(target.op).name);
    port_ = owned.get();
    scope.instance().inputs.push_back(std::move(owned));
    assembly().shard(target.op).watches.push_back(&port_->watch);
  }

  InputPort<T, Item>& port() const { return *port_; }

  /// Takes batches from `stream` at the same worker.
  void connect(const Stream<T, Item>& stream, Pipeline) const {
    add_channel(stream, Contract::pipeline);
    stream.tee->add(assembly().template make<PipelineChannel<T, Item>>(*port_, pool()));
  }

  /// Takes each record at the worker that the route names. With one worker there is nothing to
  /// route.
  template <typename Route>
  void connect(const Stream<T, Item>& stream, Exchange<Route> exchange) const {
    static_assert(std::is_invocable_r_v<std::uint64_t, Route&, const Item&>,
                  "exchange: the route must take the stream's record and give a 64-bit hash");
    add_channel(stream, Contract::exchange);
    const std::uint32_t channel = assembly().add_receiver(*port_);
    Process& process = scope_->worker().process();
    StepState<Ledger>& state = scope_->instance().state();
    if (state.peers == 1) {
      stream.tee->add(assembly().template make<PipelineChannel<T, Item>>(*port_, pool()));
    } else if (process.shares_batches()) {
      std::vector<SharedBatches<T, Item>*> batches;
      for (std::uint32_t t = 0; t != process.executor().threads(); ++t)
        batches.push_back(&process.pools().template get<SharedBatches<T, Item>>(
            t, process.executor(), process, state.peers));
      add_exchange<SharingChannel<T, Item, Route>>(stream, pool(), state, channel,
                                                   std::move(exchange.route), process.executor(),
                                                   std::move(batches));
    } else {
      add_exchange<ExchangeChannel<T, Item, Route>>(stream, pool(), state, channel,
                                                    std::move(exchange.route));
    }
  }

 private:
  template <typename End, typename... Arguments>
  void add_exchange(const Stream<T, Item>& stream, Arguments&&... arguments) const {
    auto& end = assembly().template make<End>(*port_, std::forward<Arguments>(arguments)...);
    stream.tee->add(end);
    scope_->instance().open_buffers.push_back(&end);
  }

  /// Of this worker's batches.
  BatchPool<T, Item>& pool() const {
    Worker& worker = scope_->worker();
    return worker.process().pools().template get<BatchPool<T, Item>>(worker.index());
  }

  Assembly<Ledger>& assembly() const { return scope_->assembly(); }

  void add_channel(const Stream<T, Item>& stream, Contract contract) const {
    const std::string& step = assembly().ports(port_->target.op).name;
    if (&stream.scope->assembly() != &assembly())
      throw DataflowError("step '" + step +
                          "' takes a stream of another dataflow; streams cannot cross dataflows");
    if (stream.scope != scope_)
      throw DataflowError("step '" + step + "' in '" + scope_->name() + "' takes a stream of '" +
                          stream.scope->name() +
                          "'; a stream goes from loop to loop by leave() and enter(loop)");
    assembly().add_edge({stream.node, stream.port, node_, port_->target.port, contract});
    assembly().connect(stream.feeder, port_->target);
  }

  Scope<T>* scope_;  // that the stream must be of
  std::uint32_t node_;
  InputPort<T, Item>* port_;
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
  using Ledger = typename Level<T>::Ledger;

  /// `kind` names the operator, `id` this use of it; ids are unique in a dataflow, and may be
  /// empty.
  OperatorBuilder(Scope<T>& scope, std::string kind, std::string id = "")
      : scope_(&scope),
        op_(scope.assembly().add_operator({Scope<T>::depth, Scope<T>::depth})) {
    ports().name = id.empty() ? kind : id;
    node_ = scope.add_node({.kind = std::move(kind), .id = std::move(id), .op = op_});
  }

  Scope<T>& scope() { return *scope_; }
  OperatorId id() const { return op_; }

  /// Adds an input that takes its batches from `stream`, by a Pipeline or an Exchange.
  template <Timestamp Of, typename Item, typename Pact>
  InputPort<T, Item>& input(const Stream<Of, Item>& stream, Pact pact) {
    static_assert(std::is_same_v<Of, T>,
                  "a step takes streams of one loop depth: bring in one from outside by "
                  "enter(loop), and take out one from inside by leave()");
    const OpenInput<T, Item> input = open_input<Item>();
    input.connect(stream, std::move(pact));
    return input.port();
  }

  /// Adds an input whose stream comes later, as that into a feedback does.
  template <typename Item>
  OpenInput<T, Item> open_input() {
    return open_input<Item>(*scope_);
  }

  /// Adds the input of an operator by which a stream leaves a loop.
  template <typename Item, Timestamp Inner>
  OpenInput<Inner, Item> open_input(Scope<Inner>& inner) {
    ports().depths.inputs = Scope<Inner>::depth;
    const TargetPort target{op_, ports().inputs++};
    assembly().node(node_).inputs = target.port + 1;
    return OpenInput<Inner, Item>(inner, target, node_);
  }

  /// Adds an output, and the stream that leaves it. Every input affects it at the same timestamp
  /// unless `connect` says otherwise.
  template <typename Item>
  std::pair<OutputPort<T, Item>&, Stream<T, Item>> output() {
    const SourcePort source{op_, ports().outputs++};
    assembly().node(node_).outputs = source.port + 1;
    auto book = std::make_shared<CapabilityBook<Ledger>>();
    book->step = ports().name;
    book->op = op_;
    book->worker = scope_->worker().index();
    shard().outputs.push_back(book);
    auto& port = assembly().template make<OutputPort<T, Item>>(book);
    flushes_.push_back([&port] { port.flush(); });
    return {port, Stream<T, Item>{scope_, &port.tee(), node_, source.port, source, 0}};
  }

  /// The capability at the minimum with which the output begins, at every worker. An output that
  /// is not asked for it begins without one.
  Capability<T> initial_capability(std::uint32_t output) {
    assembly().add_initial_capability({op_, output});
    return Capability<T>::adopt(shard().outputs[output], T::minimum());
  }

  /// Runs the logic when an input's frontier has moved, too.
  void set_interest(Interest interest) { shard().interest = interest; }

  /// Says that the operator's capabilities belong to the program, and how it lets go of them, for
  /// the error that names one which it has forgotten.
  void set_input(std::string how_to_close) { shard().how_to_close = std::move(how_to_close); }

  /// Has the operator follow the frontiers at the ends of the dataflow as if they were inputs: what
  /// has passed them all is done. The list is filled before the operator first runs. Requires: an
  /// interest in frontiers.
  const std::vector<FrontierWatch<Ledger>*>& watch_ends() { return assembly().watch_ends(op_); }

  /// Has the operator run when the frontier of the probe has moved, too, which may follow a stream
  /// that is built later. A DataflowError is thrown when the dataflow has been built if it follows
  /// none. Requires: an interest in frontiers.
  void watch(const Probe<T>& probe) {
    auto& watch = assembly().template make<FrontierWatch<Ledger>>();
    shard().watches.push_back(&watch);
    assembly().when_attached([&watch, probe, &instance = scope_->instance(),
                              step = ports().name](const Topology<Ledger>& topology) {
      const std::optional<SourcePort> feeder = probe.feeder_in(instance);
      if (!feeder)
        throw DataflowError("step '" + step +
                            "' waits for a probe that follows no stream of its dataflow; call "
                            "probe.follow(stream) where the dataflow is built");
      watch.location = topology.location(*feeder);
    });
  }

  /// A function by which the logic has itself run again in the worker's next step.
  auto reactivate() {
    return [instance = &scope_->instance(), op = op_] { instance->activate(op); };
  }

  /// Runs the logic from outside. Requires: called while building.
  Activator activator() {
    struct Activation final : Receiver {
      Instance<Ledger>* instance = nullptr;
      OperatorId op;
      void accept(Envelope& envelope) override {
        envelope.release();
        instance->activate(op);
      }
    };
    auto& receiver = assembly().template make<Activation>();
    receiver.instance = &scope_->instance();
    receiver.op = op_;
    Activator activator;
    activator.state_ = std::make_shared<Activator::State>();
    activator.state_->worker = &scope_->worker();
    activator.state_->dataflow = scope_->instance().index();
    activator.state_->channel = assembly().add_receiver(receiver);
    return activator;
  }

  /// Calls `action` when the dataflow is complete. It may throw.
  void on_close(std::function<void()> action) { shard().on_close = std::move(action); }

  /// Replaces the connections between inputs and outputs: those not listed do not affect each
  /// other. One input and output may have several, each with a summary of its own.
  void connect(const std::vector<Connection<T>>& connections) {
    connections_.emplace();
    for (const auto& [input, output, summary] : connections)
      connections_->push_back({input, output, Level<T>::to_ledger(summary)});
  }
  /// The same, on the timestamps of the ledger.
  void connect_in_ledger(std::vector<Connection<Ledger>> connections) {
    connections_ = std::move(connections);
  }

  /// Finishes the operator. `logic()` is called once when the dataflow starts, and whenever there
  /// are batches, a frontier of interest has moved, or an activator asks for it.
  template <typename Logic>
  void build(Logic logic) {
    if (!connections_) {
      connections_.emplace();
      for (std::uint32_t i = 0; i != ports().inputs; ++i)
        for (std::uint32_t o = 0; o != ports().outputs; ++o) connections_->push_back({i, o, {}});
    }
    for (const auto& book : shard().outputs) book->from_input.resize(ports().inputs);
    for (const auto& [input, output, summary] : *connections_)
      if (input < ports().inputs && output < ports().outputs)  // else freezing complains
        shard().outputs[output]->from_input[input].push_back(summary);
    ports().connections = std::move(*connections_);
    shard().name = ports().name;
    auto boxed = std::make_shared<Logic>(std::move(logic));  // std::function copies; logic may not
    shard().logic = [boxed, flushes = std::move(flushes_)] {
      (*boxed)();
      for (const auto& flush : flushes) flush();
    };
  }

 private:
  Assembly<Ledger>& assembly() { return scope_->assembly(); }
  OperatorPorts<Ledger>& ports() { return assembly().ports(op_); }
  OperatorShard<Ledger>& shard() { return assembly().shard(op_); }

  Scope<T>* scope_;
  OperatorId op_;
  std::uint32_t node_ = 0;
  std::optional<std::vector<Connection<Ledger>>> connections_;
  std::vector<std::function<void()>> flushes_;
};

}  // namespace tidemark
