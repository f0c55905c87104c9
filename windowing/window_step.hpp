// SPDX-License-Identifier: MIT
//
// Window steps: what all of them are made of.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/windowing/clocked_windows.hpp>
#include <tidemark/windowing/clocks/frontier_clock.hpp>
#include <tidemark/windowing/frontier_windows.hpp>
#include <tidemark/windowing/windowed_stream.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark::detail {

/// The window operator: the results, and the late values.
template <Timestamp T, KeyedItem Item, typename C, typename W, typename A>
auto add_windows(const Stream<T, Item>& stream, std::string kind, std::string id, const C& clock,
                 const W& windower, const A& aggregate, const WindowOptions& options,
                 std::shared_ptr<const bool> late_wanted) {
  using Value = typename Item::second_type;
  using Work = WindowWork<W, A>;
  using Results = WindowResults<T, typename Item::first_type, Value, Work>;
  static_assert(Windower<W>,
                "a window step needs a windower (windower.hpp), such as TumblingWindow");
  static_assert(Aggregate<A, Value>,
                "a window step needs an aggregate of its values (aggregate.hpp)");
  static_assert(!W::merges || Mergeable<A>,
                "this window step needs a way to merge two accumulators, because sessions merge: "
                "give it a merger, or an aggregate that can combine");

  Worker& worker = stream.scope->worker();
  OperatorBuilder<T> op(*stream.scope, std::move(kind), id);
  op.set_interest(Interest::when_holding);
  auto& in = op.input(stream, Exchange{ByKey{}});
  auto [out, results] = op.template output<typename Results::Out>();
  auto [late_out, late] = op.template output<typename Results::LateOut>();
  Work work{under_rules(windower, options.rules), aggregate, {}, WindowNotes(op)};
  WindowEnds<T, Item, Work> ends(out, late_out, std::move(late_wanted));
  if constexpr (std::is_same_v<C, FrontierClock>) {
    static_assert(EventTimestamp<T>,
                  "FrontierClock: the dataflow's timestamp must be an event time, such as Instant; "
                  "this one's says nothing about event time, so use an EventClock");
    static_assert(W::by_time,
                  "FrontierClock: the windower must close windows by time; a CountWindow does not");
    static_assert(!takes_late<WindowsOf<Work>>,
                  "FrontierClock: no value is late, so there is nothing for Corrected to do");
    op.keeps({Keeps::unsaved, "use an EventClock in a dataflow on epochs"});
    auto shard = std::make_unique<FrontierWindows<T, Item, Work>>(std::move(work), options,
                                                                  std::move(ends), in);
    op.add_invariant([shard = shard.get()] { return shard->verify(); });
    op.build([shard = std::move(shard)] { shard->run(); });
  } else {
    static_assert(WindowClock<C, Value>,
                  "a window step needs a clock (clock.hpp), such as EventClock or SystemClock");
    using Shard = ClockedWindows<T, Item, C, Work>;
    WatermarkReader<T>* sources = nullptr;
    if constexpr (is_by_source<C>) {
      static_assert(
          is_totally_ordered<T> && Level<T>::depth == 0,
          "SourceClock: sources are read in epochs, so the window step must stand outside "
          "of loops, where timestamps are totally ordered; or use an EventClock");
      sources = &op.watermarks(0, "or use an EventClock");
      op.set_interest(Interest::always);  // so that promises are looked at, and then forgotten
    }
    op.keeps(saved_if<typename Item::first_type, typename A::Accumulator, typename W::Window,
                      typename W::State, typename C::State, Value>(Shard::encodable));
    auto shard = std::make_unique<Shard>(clock, std::move(work), options, std::move(ends), worker,
                                         std::move(id), in, op.activator(), sources);
    if (worker.states() != nullptr)
      shard->hold({op.initial_capability(0), op.initial_capability(1)});
    op.add_invariant([shard = shard.get()] { return shard->verify(); });
    op.build([shard = std::move(shard)] { shard->run(); });
  }
  return std::pair(results, late);
}

/// A window step: to be applied to a stream, or to that of a blueprint. `step.aggregate<Item>()` is
/// its aggregate for a stream of such records, and complains where there is none.
template <typename C, typename W, typename Step>
struct WindowStep {
  std::string kind;
  std::string id;
  C clock;
  W windower;
  Step step;
  WindowOptions options;

  template <Timestamp T, typename Item>
  auto operator()(Stream<T, Item> stream) const {
    auto late_wanted = std::make_shared<bool>(false);
    auto [results, late] = apply(stream, late_wanted);
    return Windowed<decltype(results), decltype(late)>{results, late, std::move(late_wanted)};
  }
  template <typename Item>
  auto operator()(FlowStream<Item> stream) const {
    auto late_wanted = std::make_shared<bool>(false);
    auto [results, late] = stream.flow->apply(
        [self = *this, late_wanted](Stream<Epoch, Item> input) {
          return self.apply(input, late_wanted);
        },
        stream);
    return Windowed<decltype(results), decltype(late)>{results, late, std::move(late_wanted)};
  }

 private:
  template <Timestamp T, typename Item>
  auto apply(const Stream<T, Item>& stream, const std::shared_ptr<bool>& late_wanted) const {
    return add_windows(stream, kind, id, clock, windower, step.template aggregate<Item, W>(),
                       options, late_wanted);
  }
};

template <typename C, typename W, typename Step>
WindowStep<C, W, Step> window_step(std::string kind, std::string id, C clock, W windower, Step step,
                                   const WindowOptions& options) {
  return {std::move(kind),     std::move(id),   std::move(clock),
          std::move(windower), std::move(step), options};
}

}  // namespace tidemark::detail
