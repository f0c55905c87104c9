// SPDX-License-Identifier: MIT
//
// The usual ways to make an operator of one's own, on top of OperatorBuilder.
#pragma once

#include <tidemark/core/fused.hpp>
#include <tidemark/core/notificator.hpp>
#include <tidemark/core/operator_builder.hpp>

#include <memory>
#include <string>
#include <utility>

namespace tidemark {

/// An operator with one input: `logic(in, out)` is called when there are batches, and as `interest`
/// says when `in.frontier()` has moved. What it `keeps` must be said in a run with a store, here as
/// below.
template <typename Out, Timestamp T, typename In, typename Pact, typename Logic>
Stream<T, Out> unary(const Stream<T, In>& stream, Pact pact, std::string kind, std::string id,
                     Logic logic, Interest interest = Interest::never,
                     Keeps keeps = Keeps::unsaved) {
  OperatorBuilder<T> op(*stream.scope, std::move(kind), std::move(id));
  op.set_interest(interest);
  op.keeps(keeps);
  auto& in = op.input(stream, std::move(pact));
  auto [out, output] = op.template output<Out>();
  op.build([&in, &out = out, logic = std::move(logic)]() mutable { logic(in, out); });
  return output;
}

/// An operator with one input that also runs whenever its frontier has moved while it holds a
/// capability.
template <typename Out, Timestamp T, typename In, typename Pact, typename Logic>
Stream<T, Out> unary_frontier(const Stream<T, In>& stream, Pact pact, std::string kind,
                              std::string id, Logic logic, Keeps keeps = Keeps::unsaved) {
  return unary<Out>(stream, std::move(pact), std::move(kind), std::move(id), std::move(logic),
                    Interest::when_holding, keeps);
}

/// An operator with one input that also runs when a timestamp is complete at which it holds a
/// capability: what `OpenTimes` keeps can be released. Until then it is left alone
/// (Interest::when_due).
template <typename Out, Timestamp T, typename In, typename Pact, typename Logic>
Stream<T, Out> unary_due(const Stream<T, In>& stream, Pact pact, std::string kind, std::string id,
                         Logic logic, Keeps keeps = Keeps::unsaved) {
  return unary<Out>(stream, std::move(pact), std::move(kind), std::move(id), std::move(logic),
                    Interest::when_due, keeps);
}

/// The same with notifications: `logic(in, out, notificator)` asks to be told when a timestamp is
/// complete, and is told in the order of timestamps.
template <typename Out, Timestamp T, typename In, typename Pact, typename Logic>
Stream<T, Out> unary_notify(const Stream<T, In>& stream, Pact pact, std::string kind,
                            std::string id, Logic logic, Keeps keeps = Keeps::unsaved) {
  return unary_due<Out>(
      stream, std::move(pact), std::move(kind), std::move(id),
      [logic = std::move(logic), notificator = Notificator<T>{}](auto& in, auto& out) mutable {
        logic(in, out, notificator);
      },
      keeps);
}

/// An operator with two inputs: `logic(first, second, out)` is called when there are batches, and
/// as `interest` says when the frontier of one input has moved.
template <typename Out, Timestamp T, typename A, typename B, typename PactA, typename PactB,
          typename Logic>
Stream<T, Out> binary(const Stream<T, A>& a, const Stream<T, B>& b, PactA pact_a, PactB pact_b,
                      std::string kind, std::string id, Logic logic,
                      Interest interest = Interest::never, Keeps keeps = Keeps::unsaved) {
  OperatorBuilder<T> op(*a.scope, std::move(kind), std::move(id));
  op.set_interest(interest);
  op.keeps(keeps);
  auto& first = op.input(a, std::move(pact_a));
  auto& second = op.input(b, std::move(pact_b));
  auto [out, output] = op.template output<Out>();
  op.build([&first, &second, &out = out, logic = std::move(logic)]() mutable {
    logic(first, second, out);
  });
  return output;
}

/// An operator with two inputs that also runs when the frontier of one has moved while it holds a
/// capability.
template <typename Out, Timestamp T, typename A, typename B, typename PactA, typename PactB,
          typename Logic>
Stream<T, Out> binary_frontier(const Stream<T, A>& a, const Stream<T, B>& b, PactA pact_a,
                               PactB pact_b, std::string kind, std::string id, Logic logic,
                               Keeps keeps = Keeps::unsaved) {
  return binary<Out>(a, b, std::move(pact_a), std::move(pact_b), std::move(kind), std::move(id),
                     std::move(logic), Interest::when_holding, keeps);
}

/// The same with notifications, which wait for both inputs.
template <typename Out, Timestamp T, typename A, typename B, typename PactA, typename PactB,
          typename Logic>
Stream<T, Out> binary_notify(const Stream<T, A>& a, const Stream<T, B>& b, PactA pact_a,
                             PactB pact_b, std::string kind, std::string id, Logic logic,
                             Keeps keeps = Keeps::unsaved) {
  return binary_frontier<Out>(
      a, b, std::move(pact_a), std::move(pact_b), std::move(kind), std::move(id),
      [logic = std::move(logic), notificator = Notificator<T>{}](
          auto& first, auto& second, auto& out) mutable { logic(first, second, out, notificator); },
      keeps);
}

/// An operator with one input and no output: `logic(in)` is called when there are batches, whenever
/// `in.frontier()` has moved, and at last with an empty frontier, when the dataflow is complete.
template <Timestamp T, typename In, typename Pact, typename Logic>
void sink(const Stream<T, In>& stream, Pact pact, std::string kind, std::string id, Logic logic,
          Keeps keeps = Keeps::unsaved) {
  OperatorBuilder<T> op(*stream.scope, std::move(kind), std::move(id));
  op.keeps(keeps);
  op.set_interest(Interest::always);
  auto& in = op.input(stream, std::move(pact));
  auto& kept = stream.scope->template make<Logic>(std::move(logic));
  const auto run = [&in, &kept] { kept(in); };
  op.on_close(run);
  op.build(run);
}

/// An operator without inputs. `make(capability, activator)` is called once, with the capability at
/// the least timestamp; it returns the logic, which is called as `logic(out)` when the dataflow
/// starts and whenever the activator asks for it. The stream ends when the capability is dropped.
template <typename Out, Timestamp T, typename Make>
Stream<T, Out> source(Scope<T>& scope, std::string id, Make make, Keeps keeps = Keeps::unsaved) {
  OperatorBuilder<T> op(scope, "source", std::move(id));
  op.keeps(keeps);
  auto [out, output] = op.template output<Out>();
  op.build([&out = out, logic = make(op.initial_capability(0), op.activator())]() mutable {
    logic(out);
  });
  return output;
}

}  // namespace tidemark
