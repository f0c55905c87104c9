// SPDX-License-Identifier: MIT
//
// Open inputs: inputs of an operator that wait for their streams.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/pact.hpp>
#include <tidemark/core/ports.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/stream.hpp>

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

template <Timestamp T>
class SharedBatches;

/// @cond engine

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
  void add_exchange(const AnyStream<T>& stream, Arguments&&... arguments) const;

  /// Of this worker's batches.
  BatchPool<T>& pool(const AnyStream<T>& stream) const;

  /// Those of each thread.
  std::vector<SharedBatches<T>*> shared_batches(const AnyStream<T>& stream) const;

  Assembly<Ledger>& assembly() const;
  void add_channel(const AnyStream<T>& stream, Contract contract) const;

  Scope<T>* scope_;  // that the stream must be of
  std::uint32_t node_;
  AnyInput<T>* port_;
};

/// @endcond

/// An input port that waits for its stream. `T` and `Item` are those of the stream.
template <Timestamp T, typename Item>
class OpenInput : private AnyOpenInput<T> {
 public:
  /// Made by OperatorBuilder::open_input.
  OpenInput(Scope<T>& scope, std::uint32_t node, InputPort<T, Item>& port)
      : AnyOpenInput<T>(scope, node, port),
        typed_port_(&port) {}

  /// For the logic of its operator, at once; nothing comes there before `connect`.
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

}  // namespace tidemark
