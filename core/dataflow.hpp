// SPDX-License-Identifier: MIT
//
// Dataflow: a blueprint of steps in the style of Bytewax, of which every worker gets its own
// instance.
#pragma once

#include <tidemark/core/config.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/stream.hpp>
#include <tidemark/progress/epoch.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

class Dataflow;

/// A stream of a blueprint. A cheap handle that may be used any number of times; valid as long as
/// its Dataflow, which must stay where it is.
template <typename Item>
struct FlowStream {
  using item_type = Item;    ///< its records
  Dataflow* flow = nullptr;  ///< whose step it leaves
  std::size_t slot = 0;      ///< its number among the streams of the dataflow
};

/// A definition of a dataflow on epochs. Steps are added by functions that take it, or a stream of
/// it; nothing runs before run_main, cluster_main or describe. Callables are copied for each
/// worker.
class Dataflow {
 public:
  /// Without steps. `name` stands in graphs, traces and errors.
  explicit Dataflow(std::string name = "dataflow") : name_(std::move(name)) {}
  Dataflow(const Dataflow&) = delete;
  Dataflow& operator=(const Dataflow&) = delete;

  /// Adds a step that begins a stream: `make(scope)` is called at each worker.
  template <typename Make>
  auto add_source(Make make) {
    using Result = std::invoke_result_t<const Make&, Scope<Epoch>&>;
    return add<Result>(
        [make = std::move(make)](Scope<Epoch>& scope, Slots&) { return make(scope); });
  }

  /// Adds a step that makes a stream, or a std::pair of two, of others: `op(streams...)` is called
  /// at each worker, on a copy.
  template <typename Operator, typename... Items>
  auto apply(Operator op, FlowStream<Items>... inputs) {
    using Result = std::invoke_result_t<Operator, Stream<Epoch, Items>...>;
    return add<Result>([op = std::move(op), inputs...](Scope<Epoch>&, Slots& slots) {
      return Operator(op)(Stream<Epoch, Items>(slots[inputs.slot])...);
    });
  }

  /// The same for any number of streams of one type: `op` takes them as a vector.
  template <typename Operator, typename Item>
  auto apply(Operator op, std::vector<FlowStream<Item>> inputs) {
    using Streams = std::vector<Stream<Epoch, Item>>;
    using Result = std::invoke_result_t<Operator, Streams>;
    return add<Result>(
        [op = std::move(op), inputs = std::move(inputs)](Scope<Epoch>&, Slots& slots) {
          Streams streams;
          for (const FlowStream<Item>& input : inputs) streams.emplace_back(slots[input.slot]);
          return Operator(op)(std::move(streams));
        });
  }

  /// Adds a step that makes `count` streams of another: `op(stream)` is called at each worker, on a
  /// copy, and gives a vector of that many.
  template <typename Operator, typename Item>
  auto apply_many(std::size_t count, Operator op, FlowStream<Item> input) {
    using Streams = std::invoke_result_t<Operator, Stream<Epoch, Item>>;
    using Out = typename Streams::value_type::item_type;
    const std::size_t first =
        add_step(count, [op = std::move(op), input, count](Scope<Epoch>&, Slots& slots) {
          const Streams streams = Operator(op)(Stream<Epoch, Item>(slots[input.slot]));
          require_streams(streams.size(), count);
          slots.insert(slots.end(), streams.begin(), streams.end());
        });
    std::vector<FlowStream<Out>> streams;
    for (std::size_t i = 0; i != count; ++i) streams.push_back({this, first + i});
    return streams;
  }

  /// The steps that are added from here on are shown as one, a composite, until `leave_composite`.
  void enter_composite(std::string name);
  /// Ends the composite that was entered last. Throws DataflowError if there is none.
  void leave_composite();

  /// Builds this worker's instance. Throws DataflowError unless there is an input and an output.
  void build(Scope<Epoch>& scope) const;

  /// The graph that would run, without running it. Throws DataflowError if it cannot run.
  FlowGraph describe() const;

  /// By which graphs, traces and errors call it.
  const std::string& name() const { return name_; }

 private:
  using Slots = std::vector<AnyStream<Epoch>>;
  using Step = std::function<void(Scope<Epoch>&, Slots&)>;

  /// Adds a step that fills the next `streams` slots, and returns the first of these.
  std::size_t add_step(std::size_t streams, Step step);

  /// Throws DataflowError unless a step has made as many streams as it was to.
  static void require_streams(std::size_t made, std::size_t count);

  /// Adds a step that makes a `Result`.
  template <typename Result, typename Make>
  auto add(Make make) {
    if constexpr (is_stream_pair<Result>) {
      const std::size_t first =
          add_step(2, [make = std::move(make)](Scope<Epoch>& scope, Slots& slots) {
            const Result both = make(scope, slots);
            slots.push_back(both.first);
            slots.push_back(both.second);
          });
      return std::pair(FlowStream<typename Result::first_type::item_type>{this, first},
                       FlowStream<typename Result::second_type::item_type>{this, first + 1});
    } else {
      static_assert(is_stream<Result>, "a step must give a stream, or a std::pair of two");
      return FlowStream<typename Result::item_type>{
          this, add_step(1, [make = std::move(make)](Scope<Epoch>& scope, Slots& slots) {
            slots.push_back(make(scope, slots));
          })};
    }
  }

  std::string name_;
  std::vector<Step> steps_;
  std::size_t slots_ = 0;
};

/// Applies an operator to a stream of a blueprint. One that knows blueprints by itself is asked:
/// where it makes many streams, or takes others besides.
template <typename Item, typename Operator>
  requires(std::invocable<Operator&, Stream<Epoch, Item>> ||
           std::invocable<Operator&, FlowStream<Item>>)
auto operator|(FlowStream<Item> stream, Operator op) {
  if constexpr (std::invocable<Operator&, FlowStream<Item>>) {
    return op(stream);
  } else {
    return stream.flow->apply(std::move(op), stream);
  }
}

/// Runs a dataflow to its end with one worker, in this thread; what `config` says of threads, and
/// of executors other than the deterministic one, is of no consequence. Throws DataflowError,
/// ConfigError for more workers, and the first error of the run as StepError.
void run_main(const Dataflow& flow, Config config = {});

/// Runs a dataflow to its end with `config.workers` workers.
void cluster_main(const Dataflow& flow, const Config& config);

}  // namespace tidemark
