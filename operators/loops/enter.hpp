// SPDX-License-Identifier: MIT
//
// enter: takes a stream into a loop, where its records begin at round 0.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/fused.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace tidemark {
namespace detail {

template <Timestamp Outer, Timestamp Inner>
class EnterStep final : public Consumer<Outer> {
 public:
  explicit EnterStep(const RecordType& type) : tee_(type) {}

  void push(const Outer& time, AnyRecords& records) override {
    tee_.push(Level<Inner>::from_ledger(Level<Outer>::to_ledger(time)), records);
  }
  Tee<Inner>& tee() { return tee_; }

 private:
  Tee<Inner> tee_;
};

}  // namespace detail

/// Takes a stream into `loop`, a loop of the scope that it stands in. Timestamps get a counter, of
/// 0. A fused step: nothing is done at run time but to write that counter.
///
///     numbers | enter(loop)
template <Timestamp Inner>
auto enter(Scope<Inner>& loop) {
  return [&loop]<typename Outer, typename Item>(Stream<Outer, Item> stream) {
    static_assert(std::is_same_v<Scope<Outer>, typename Scope<Inner>::OuterScope> &&
                      Scope<Inner>::depth == Scope<Outer>::depth + 1,
                  "enter: the stream must stand right outside the loop that it is to enter");
    if (&loop.outer() != stream.scope)
      throw DataflowError("a stream of '" + stream.scope->name() + "' enters loop '" + loop.name() +
                          "', which does not stand in there");
    const AnyStream<Outer> input = detail::bounded<Outer>(stream);
    const std::uint32_t node =
        loop.add_node({.kind = "enter", .inputs = 1, .outputs = 1, .feeder = input.feeder});
    loop.add_edge({input.node, input.port, node, 0, Contract::fused, &input.tee->type()});
    auto& step = loop.template make<detail::EnterStep<Outer, Inner>>(input.tee->type());
    input.feed(step);
    return Stream<Inner, Item>(
        AnyStream<Inner>{&loop, &step.tee(), node, 0, input.feeder, input.fused_steps + 1});
  };
}

}  // namespace tidemark
