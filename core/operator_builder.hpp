// SPDX-License-Identifier: MIT
//
// The operator builder: how an operator that holds a place in the progress graph is made.
#pragma once

#include <tidemark/core/pact.hpp>
#include <tidemark/core/ports.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/records/exchange_channel.hpp>
#include <tidemark/core/records/pipeline_channel.hpp>
#include <tidemark/core/records/sharing_channel.hpp>
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

/// An input that waits for its stream, whatever flows in that. `T` is the stream's timestamp.
template <Timestamp T>
class AnyOpenInput {
 public:
  using Ledger = typename Level<T>::Ledger;

  /// The input `port`, which takes streams of `scope`, of the step `node`.
  AnyOpenInput(Scope<T>& scope, std::uint32_t node, AnyInput<T>& port)
      : scope_(&scope),
        node_(node),
        port_(&port) {}

  /// Takes batches from `stream` at the same worker.
  void pipe(const AnyStream<T>& stream) const;

  /// Takes each record at the worker that the router names. With one worker there is nothing to
  /// route.
  void exchange(const AnyStream<T>& stream, std::unique_ptr<Router> router) const;

 private:
  template <typename End, typename... Arguments>
  void add_exchange(const AnyStream<T>& stream, Arguments&&... arguments) const {
    auto& end = assembly().template make<End>(*port_, std::forward<Arguments>(arguments)...);
    stream.feed(end);
    scope_->instance().open_buffers.push_back(&end);
  }

  /// Of this worker's batches.
  BatchPool<T>& pool(const AnyStream<T>& stream) const;

  /// Those of each thread.
  std::vector<SharedBatches<T>*> shared_batches(const AnyStream<T>& stream) const;

  Assembly<Ledger>& assembly() const { return scope_->assembly(); }

  void add_channel(const AnyStream<T>& stream, Contract contract) const;

  Scope<T>* scope_;  // that the stream must be of
  std::uint32_t node_;
  AnyInput<T>* port_;
};

template <Timestamp T>
void AnyOpenInput<T>::pipe(const AnyStream<T>& stream) const {
  add_channel(stream, Contract::pipeline);
  stream.feed(assembly().template make<PipelineChannel<T>>(*port_, pool(stream)));
}

template <Timestamp T>
void AnyOpenInput<T>::exchange(const AnyStream<T>& stream, std::unique_ptr<Router> router) const {
  add_channel(stream, Contract::exchange);
  const std::uint32_t channel = assembly().add_receiver(*port_);
  Process& process = scope_->worker().process();
  StepState<Ledger>& state = scope_->instance().state();
  if (state.peers == 1) {
    stream.feed(assembly().template make<PipelineChannel<T>>(*port_, pool(stream)));
  } else if (process.shares_batches()) {
    add_exchange<SharingChannel<T>>(stream, stream.tee->type(), state, channel, std::move(router),
                                    process.executor(), shared_batches(stream));
  } else {
    add_exchange<ExchangeChannel<T>>(stream, pool(stream), state, channel, std::move(router));
  }
}

template <Timestamp T>
BatchPool<T>& AnyOpenInput<T>::pool(const AnyStream<T>& stream) const {
  Worker& worker = scope_->worker();
  const RecordType& type = stream.tee->type();
  return worker.process().pools().template get<BatchPool<T>>(worker.index(), &type, type);
}

template <Timestamp T>
std::vector<SharedBatches<T>*> AnyOpenInput<T>::shared_batches(const AnyStream<T>& stream) const {
  Process& process = scope_->worker().process();
  const RecordType& type = stream.tee->type();
  std::vector<SharedBatches<T>*> batches;
  for (std::uint32_t t = 0; t != process.executor().threads(); ++t)
    batches.push_back(&process.pools().template get<SharedBatches<T>>(
        t, &type, type, process.executor(), process, scope_->worker().peers()));
  return batches;
}

template <Timestamp T>
void AnyOpenInput<T>::add_channel(const AnyStream<T>& stream, Contract contract) const {
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

/// An input port that waits for its stream. `T` and `Item` are those of the stream.
template <Timestamp T, typename Item>
class OpenInput : private AnyOpenInput<T> {
 public:
  OpenInput(Scope<T>& scope, std::uint32_t node, InputPort<T, Item>& port)
      : AnyOpenInput<T>(scope, node, port),
        typed_port_(&port) {}

  InputPort<T, Item>& port() const { return *typed_port_; }

  /// Takes the records of `stream`, at the workers that the pact names (pact.hpp).
  template <typename Pact>
  void connect(const Stream<T, Item>& stream, Pact pact) const {
    if constexpr (std::is_same_v<Pact, Pipeline>) {
      this->pipe(stream);
    } else {
      if constexpr (detail::is_exchange<Pact>)
        static_assert(std::is_invocable_r_v<std::uint64_t, decltype(pact.route)&, const Item&>,
                      "exchange: the route must take the stream's record and give a 64-bit hash");
      static_assert(RoutingPact<Pact, Item>,
                    "a pact is Pipeline{}, Exchange{route}, or a class with a function "
                    "distribute(records, workers, to) (pact.hpp)");
      this->exchange(stream, std::make_unique<detail::PactRouter<Item, Pact>>(std::move(pact)));
    }
  }

 private:
  InputPort<T, Item>* typed_port_;
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
  OperatorBuilder(Scope<T>& scope, std::string kind, std::string id = "");

  Scope<T>& scope() { return *scope_; }
  OperatorId id() const { return op_; }

  /// Adds an input that takes the records of `stream` as the pact says (pact.hpp).
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
    auto owned =
        std::make_unique<InputPort<Inner, Item>>(scope_->instance().state(), target, ports().name);
    InputPort<Inner, Item>& port = *owned;
    scope_->instance().inputs.push_back(std::move(owned));
    shard().watches.push_back(&port.watch);
    return OpenInput<Inner, Item>(inner, node_, port);
  }

  /// Adds an output, and the stream that leaves it. Every input affects it at the same timestamp
  /// unless `connect` says otherwise.
  template <typename Item>
  std::pair<OutputPort<T, Item>&, Stream<T, Item>> output() {
    auto [source, book] = add_output();
    auto& port = assembly().template make<OutputPort<T, Item>>(std::move(book));
    outputs_.push_back(&port);
    return {port,
            Stream<T, Item>(AnyStream<T>{scope_, &port.tee(), node_, source.port, source, 0})};
  }

  /// The capability at the minimum with which the output begins, at every worker. An output that
  /// is not asked for it begins without one.
  Capability<T> initial_capability(std::uint32_t output);

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
  void watch(const Probe<T>& probe);

  /// A function by which the logic has itself run again in the worker's next step.
  auto reactivate() {
    return [instance = &scope_->instance(), op = op_] { instance->activate(op); };
  }

  /// Runs the logic from outside. Requires: called while building.
  Activator activator();

  /// Calls `action` when the dataflow is complete. It may throw.
  void on_close(std::function<void()> action) { shard().on_close = std::move(action); }

  /// Replaces the connections between inputs and outputs: those not listed do not affect each
  /// other. One input and output may have several, each with a summary of its own.
  void connect(const std::vector<Connection<T>>& connections);
  /// The same, on the timestamps of the ledger.
  void connect_in_ledger(std::vector<Connection<Ledger>> connections);

  /// Finishes the operator. `logic()` is called once when the dataflow starts, and whenever there
  /// are batches, a frontier of interest has moved, or an activator asks for it.
  template <typename Logic>
  void build(Logic logic) {
    finish();
    auto boxed = std::make_shared<Logic>(std::move(logic));  // std::function copies; logic may not
    shard().logic = [boxed, outputs = std::move(outputs_)] {
      (*boxed)();
      for (AnyOutput<T>* const output : outputs) output->flush();
    };
  }

 private:
  using NewOutput = std::pair<SourcePort, std::shared_ptr<CapabilityBook<Ledger>>>;
  NewOutput add_output();

  /// Tells the ports what they are connected to.
  void finish();

  Assembly<Ledger>& assembly() { return scope_->assembly(); }
  OperatorPorts<Ledger>& ports() { return assembly().ports(op_); }
  OperatorShard<Ledger>& shard() { return assembly().shard(op_); }

  Scope<T>* scope_;
  OperatorId op_;
  std::uint32_t node_ = 0;
  std::optional<std::vector<Connection<Ledger>>> connections_;
  std::vector<AnyOutput<T>*> outputs_;
};

template <Timestamp T>
OperatorBuilder<T>::OperatorBuilder(Scope<T>& scope, std::string kind, std::string id)
    : scope_(&scope),
      op_(scope.assembly().add_operator({Scope<T>::depth, Scope<T>::depth})) {
  ports().name = id.empty() ? kind : id;
  node_ = scope.add_node({.kind = std::move(kind), .id = std::move(id), .op = op_});
}

template <Timestamp T>
Capability<T> OperatorBuilder<T>::initial_capability(std::uint32_t output) {
  assembly().add_initial_capability({op_, output});
  return Capability<T>::adopt(shard().outputs[output], T::minimum());
}

template <Timestamp T>
void OperatorBuilder<T>::watch(const Probe<T>& probe) {
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

template <Timestamp T>
void OperatorBuilder<T>::connect(const std::vector<Connection<T>>& connections) {
  connections_.emplace();
  for (const auto& [input, output, summary] : connections)
    connections_->push_back({input, output, Level<T>::to_ledger(summary)});
}

template <Timestamp T>
void OperatorBuilder<T>::connect_in_ledger(std::vector<Connection<Ledger>> connections) {
  connections_ = std::move(connections);
}

template <Timestamp T>
Activator OperatorBuilder<T>::activator() {
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

template <Timestamp T>
auto OperatorBuilder<T>::add_output() -> NewOutput {
  const SourcePort source{op_, ports().outputs++};
  assembly().node(node_).outputs = source.port + 1;
  auto book = std::make_shared<CapabilityBook<Ledger>>();
  book->step = ports().name;
  book->op = op_;
  book->worker = scope_->worker().index();
  shard().outputs.push_back(book);
  return {source, std::move(book)};
}

template <Timestamp T>
void OperatorBuilder<T>::finish() {
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
}

}  // namespace tidemark

#include <tidemark/core/steps_compiled_once.hpp>  // when all of this is known
