// SPDX-License-Identifier: MIT
//
// The operator builder: how an operator that holds a place in the progress graph is made.
#pragma once

#include <tidemark/core/activator.hpp>
#include <tidemark/core/capability.hpp>
#include <tidemark/core/keeps.hpp>
#include <tidemark/core/named_events.hpp>
#include <tidemark/core/open_input.hpp>
#include <tidemark/core/ports.hpp>
#include <tidemark/core/scope.hpp>
#include <tidemark/core/stream.hpp>
#include <tidemark/progress/interest.hpp>
#include <tidemark/progress/operator_ports.hpp>

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
class EventSource;
template <Timestamp T>
class Probe;
template <Timestamp T>
class WatermarkReader;
template <Timestamp T>
struct OperatorShard;

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
  /// The timestamps on which progress is tracked: T with a place for the counter of every loop.
  using Ledger = typename Level<T>::Ledger;

  /// `kind` names the operator, `id` this use of it; ids are unique in a dataflow, and may be
  /// empty.
  OperatorBuilder(Scope<T>& scope, std::string kind, std::string id = "");

  /// To which the operator is added.
  Scope<T>& scope() { return *scope_; }
  /// Its number in the dataflow, the same at every worker; fused steps have none.
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
    NewInput input = add_input(Scope<Inner>::depth);
    auto owned =
        std::make_unique<InputPort<Inner, Item>>(input.state, input.target, std::move(input.step));
    InputPort<Inner, Item>& port = *owned;
    keep_input(std::move(owned), port.watch);
    return OpenInput<Inner, Item>(inner, node_, port);
  }

  /// Adds an output, and the stream that leaves it. Every input affects it at the same timestamp
  /// unless `connect` says otherwise; that is a connection for each input and output, so say
  /// otherwise where there are many of both and few affect each other.
  template <typename Item>
  std::pair<OutputPort<T, Item>&, Stream<T, Item>> output() {
    auto [source, book] = add_output();
    auto& port = scope_->template make<OutputPort<T, Item>>(std::move(book));
    port.tune(scope_->batch_records());
    (last_output_ == nullptr ? outputs_ : last_output_->next) = &port;
    last_output_ = &port;
    return {port,
            Stream<T, Item>(AnyStream<T>{scope_, &port.tee(), node_, source.port, source, 0})};
  }

  /// The capability at the minimum with which the output begins, at every worker. An output that
  /// is not asked for it begins without one.
  Capability<T> initial_capability(std::uint32_t output);

  /// Runs the logic when an input's frontier has moved, too.
  void set_interest(Interest interest);

  /// Says what the operator keeps between its activations; one that says nothing is taken to keep
  /// what is not saved.
  void keeps(Keeps what) { keeps_ = what; }

  /// Says that the operator's capabilities belong to the program, and how it lets go of them, for
  /// the error that names one which it has forgotten.
  void set_input(std::string how_to_close);

  /// Has the operator follow the frontiers at the ends of the dataflow as if they were inputs: what
  /// has passed them all is done. The list is filled before the operator first runs. `build` throws
  /// DataflowError if it has no interest in frontiers.
  const std::vector<FrontierWatch<Ledger>*>& watch_ends();

  /// Has the operator run when the frontier of the probe has moved, too, which may follow a stream
  /// that is built later. A DataflowError is thrown when the dataflow has been built if it follows
  /// none, and by `build` if there is no interest in frontiers.
  void watch(const Probe<T>& probe);

  /// A function by which the logic has itself run again, in the worker's next step unless batches
  /// come for it before.
  std::function<void()> reactivate();

  /// Runs the logic from outside. Requires: called while building.
  Activator activator();

  /// Tells the trace of the run, if there is one, events of the operator's own.
  Notes notes(NamedEvents kind);

  /// Calls `action` when the dataflow is complete. It may throw.
  void on_close(std::function<void()> action);

  /// Has a fused step behind the output be able to read event times. The operator says which part
  /// it sends of, and promises watermarks (event_source.hpp).
  EventSource<Ledger>& event_source(std::uint32_t output);

  /// The watermark of an input, outside of loops: how far event time has come where the stream
  /// began. Throws DataflowError, when the dataflow has been built, if no event time is read behind
  /// one of the sources from which the input can be reached; `instead` ends the sentence. The
  /// operator is to follow its frontiers always: what a reader has not asked for is kept for it.
  WatermarkReader<T>& watermarks(std::uint32_t input, std::string instead);

  /// Adds what must hold between two activations: a deterministic run with Config::check calls
  /// `invariant` after the worker's steps. It stops the program (TIDEMARK_CHECK) if it is broken,
  /// and returns how many things it has looked at; a large one is called after fewer steps.
  void add_invariant(std::function<std::size_t()> invariant);

  /// Replaces the connections between inputs and outputs: those not listed do not affect each
  /// other. One input and output may have several, each with a summary of its own. What an operator
  /// takes, in memory and in time to build, is linear in its ports and connections.
  void connect(const std::vector<Connection<T>>& connections);
  /// The same, on the timestamps of the ledger.
  void connect_in_ledger(std::vector<Connection<Ledger>> connections);

  /// Finishes the operator. `logic()` is called once when the dataflow starts, and whenever there
  /// are batches, a frontier of interest has moved, or an activator asks for it. Throws
  /// DataflowError in a run with a StateStore that cannot be told what it keeps.
  template <typename Logic>
  void build(Logic logic) {
    struct Kept final : Work {
      explicit Kept(Logic&& given) : logic(std::move(given)) {}
      void run() override { logic(); }
      Logic logic;
    };
    finish(scope_->template make<Kept>(std::move(logic)));
  }

 private:
  /// What an operator does when it runs: its logic, and then its outputs push. Where there are many
  /// operators each is cold when its turn comes, so the logic and the way to the outputs lie side
  /// by side.
  struct Work {
    virtual void run() = 0;
    AnyOutput<T>* outputs = nullptr;  ///< a list by `next`

   protected:
    ~Work() = default;
  };

  struct NewInput {
    StepState<Ledger>& state;
    TargetPort target;
    std::string step;
  };
  NewInput add_input(std::uint32_t depth);
  void keep_input(std::unique_ptr<InputQueueBase<Ledger>> input, FrontierWatch<Ledger>& watch);

  using NewOutput = std::pair<SourcePort, std::shared_ptr<CapabilityBook<Ledger>>>;
  NewOutput add_output();

  /// Tells the ports what they are connected to, and the shard its work.
  void finish(Work& work);

  Assembly<Ledger>& assembly();
  OperatorPorts<Ledger>& ports();
  OperatorShard<Ledger>& shard();

  Scope<T>* scope_;
  OperatorId op_;
  std::uint32_t node_ = 0;
  Keeps keeps_ = Keeps::unsaved;
  bool watches_ = false;  // others' frontiers than those of its inputs
  std::optional<std::vector<Connection<Ledger>>> connections_;
  AnyOutput<T>* outputs_ = nullptr;
  AnyOutput<T>* last_output_ = nullptr;
};

}  // namespace tidemark
