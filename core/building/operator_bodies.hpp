// SPDX-License-Identifier: MIT
//
// The bodies of how operators are built and connected.
#pragma once

#include <tidemark/core/building/activator_state.hpp>
#include <tidemark/core/building/assembly.hpp>
#include <tidemark/core/capability_book.hpp>
#include <tidemark/core/error.hpp>
#include <tidemark/core/open_input.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/probe.hpp>
#include <tidemark/core/process.hpp>
#include <tidemark/core/records/exchange_channel.hpp>
#include <tidemark/core/records/pipeline_channel.hpp>
#include <tidemark/core/records/sharing_channel.hpp>
#include <tidemark/core/shard/instance.hpp>
#include <tidemark/progress/epoch.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

template <Timestamp T>
void AnyStream<T>::feed(Consumer<T>& consumer) const {
  if (tee->consumers() != 0 && tee->type().copy == nullptr)
    throw DataflowError("step '" + scope->assembly().node(node).label() +
                        "' has a second consumer, and its records, of type " + tee->type().name() +
                        ", cannot be copied; give them to one step, or send what can be copied, "
                        "such as a std::shared_ptr");
  tee->add(consumer);
}

template <Timestamp T>
auto AnyOpenInput<T>::assembly() const -> Assembly<Ledger>& {
  return scope_->assembly();
}

template <Timestamp T>
template <typename End, typename... Arguments>
void AnyOpenInput<T>::add_exchange(const AnyStream<T>& stream, Arguments&&... arguments) const {
  auto& end = assembly().template make<End>(*port_, std::forward<Arguments>(arguments)...);
  stream.feed(end);
  scope_->instance().open_buffers.push_back(&end);
}

template <Timestamp T>
void AnyOpenInput<T>::pipe(const AnyStream<T>& stream) const {
  add_channel(stream, Contract::pipeline);
  stream.feed(assembly().template make<PipelineChannel<T>>(*port_, pool(stream)));
}

template <Timestamp T>
void AnyOpenInput<T>::exchange(const AnyStream<T>& stream, std::unique_ptr<Router> router) const {
  add_channel(stream, Contract::exchange);
  const std::uint32_t channel = assembly().add_receiver(*port_, port_->target);
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
        t, &type, type, process.executor(), process, scope_->worker().peers(),
        scope_->instance().state().full_batch(type), scope_->worker().replays()));
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
  assembly().add_edge(
      {stream.node, stream.port, node_, port_->target.port, contract, &stream.tee->type()});
  assembly().connect(stream.feeder, port_->target);
}

template <Timestamp T>
OperatorBuilder<T>::OperatorBuilder(Scope<T>& scope, std::string kind, std::string id)
    : scope_(&scope),
      op_(scope.assembly().add_operator({Scope<T>::depth, Scope<T>::depth})) {
  ports().name = id.empty() ? kind : id;
  node_ = scope.add_node({.kind = std::move(kind), .id = std::move(id), .op = op_});
}

template <Timestamp T>
auto OperatorBuilder<T>::assembly() -> Assembly<Ledger>& {
  return scope_->assembly();
}

template <Timestamp T>
auto OperatorBuilder<T>::ports() -> OperatorPorts<Ledger>& {
  return assembly().ports(op_);
}

template <Timestamp T>
auto OperatorBuilder<T>::shard() -> OperatorShard<Ledger>& {
  return assembly().shard(op_);
}

template <Timestamp T>
auto OperatorBuilder<T>::add_input(std::uint32_t depth) -> NewInput {
  ports().depths.inputs = depth;
  const TargetPort target{op_, ports().inputs++};
  assembly().node(node_).inputs = target.port + 1;
  return {scope_->instance().state(), target, ports().name};
}

template <Timestamp T>
void OperatorBuilder<T>::keep_input(std::unique_ptr<InputQueueBase<Ledger>> input,
                                    FrontierWatch<Ledger>& watch) {
  scope_->instance().inputs.push_back(std::move(input));
  shard().watches.push_back(&watch);
}

template <Timestamp T>
void OperatorBuilder<T>::set_interest(Interest interest) {
  shard().interest = interest;
}

template <Timestamp T>
void OperatorBuilder<T>::set_input(std::string how_to_close) {
  shard().how_to_close = std::move(how_to_close);
}

template <Timestamp T>
void OperatorBuilder<T>::on_close(std::function<void()> action) {
  shard().on_close = std::move(action);
}

template <Timestamp T>
void OperatorBuilder<T>::add_invariant(std::function<std::size_t()> invariant) {
  scope_->instance().invariants.push_back(std::move(invariant));
}

template <Timestamp T>
auto OperatorBuilder<T>::watch_ends() -> const std::vector<FrontierWatch<Ledger>*>& {
  watches_ = true;
  return assembly().watch_ends(op_);
}

template <Timestamp T>
std::function<void()> OperatorBuilder<T>::reactivate() {
  return [instance = &scope_->instance(), op = op_] { instance->activate(op); };
}

template <Timestamp T>
Capability<T> OperatorBuilder<T>::initial_capability(std::uint32_t output) {
  assembly().add_initial_capability({op_, output});
  return Capability<T>::adopt(shard().outputs[output], T::minimum());
}

template <Timestamp T>
void OperatorBuilder<T>::watch(const Probe<T>& probe) {
  watches_ = true;
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
    ~Activation() override { state->timers.close(); }
    void accept(Envelope& envelope) override {
      envelope.release();
      instance->wake(op.value);
    }
    Instance<Ledger>* instance = nullptr;
    OperatorId op;
    std::shared_ptr<Activator::State> state;
  };
  Activator activator;
  activator.state_ = std::make_shared<Activator::State>(scope_->worker());
  auto& receiver = assembly().template make<Activation>();
  receiver.instance = &scope_->instance();
  receiver.op = op_;
  receiver.state = activator.state_;
  activator.state_->dataflow = scope_->instance().index();
  activator.state_->channel = assembly().add_receiver(receiver, std::nullopt);
  return activator;
}

template <Timestamp T>
Notes OperatorBuilder<T>::notes(NamedEvents kind) {
  return Notes(scope_->instance().note_taker(), op_.value, std::move(kind));
}

template <Timestamp T>
auto OperatorBuilder<T>::add_output() -> NewOutput {
  const SourcePort source{op_, ports().outputs++};
  assembly().node(node_).outputs = source.port + 1;
  auto book = std::make_shared<CapabilityBook<Ledger>>();
  book->step = ports().name;
  book->op = op_;
  book->output = source.port;
  book->worker = scope_->worker().index();
  shard().outputs.push_back(book);
  return {source, std::move(book)};
}

template <Timestamp T>
void OperatorBuilder<T>::finish(Work& work) {
  if (scope_->worker().states() != nullptr) {
    const FlowNode& node = assembly().node(node_);
    require_kept(keeps_, node.kind, node.id, std::is_same_v<T, Epoch>);
  }
  if (watches_ && shard().interest == Interest::never)
    throw DataflowError(
        "step '" + ports().name +
        "' follows the frontiers of others and would never run when they move; call "
        "set_interest before build");
  const std::uint32_t inputs = ports().inputs, outputs = ports().outputs;
  const auto& books = shard().outputs;
  if (connections_) {
    using Link = typename CapabilityBook<Ledger>::Link;
    for (const auto& book : books) book->links.emplace();
    for (const auto& [input, output, summary] : *connections_)
      if (input < inputs && output < outputs)  // else freezing complains
        books[output]->links->push_back({input, summary});
    for (const auto& book : books) {
      std::ranges::sort(*book->links, {}, &Link::input);
      for (const auto& [input, summary] : *book->links)
        if (input < 64 && summary == typename Ledger::Summary{} &&
            book->links_from(input).size() == 1)
          book->same_time |= std::uint64_t{1} << input;
    }
  } else {
    for (const auto& book : books)
      for (std::uint32_t i = 0; i != std::min(inputs, 64U); ++i)
        book->same_time |= std::uint64_t{1} << i;
    connections_.emplace();
    for (std::uint32_t i = 0; i != inputs; ++i)
      for (std::uint32_t o = 0; o != outputs; ++o) connections_->push_back({i, o, {}});
  }
  ports().connections = std::move(*connections_);
  shard().name = ports().name;
  work.outputs = outputs_;
  shard().logic = [&work] {
    work.run();
    for (AnyOutput<T>* output = work.outputs; output != nullptr; output = output->next)
      output->flush();
  };
}

}  // namespace tidemark
