// SPDX-License-Identifier: MIT
//
// Scopes: where a worker's instance of a dataflow is built, a dataflow or one of its loops.
#pragma once

#include <tidemark/core/flow_graph.hpp>
#include <tidemark/core/worker.hpp>
#include <tidemark/progress/epoch.hpp>
#include <tidemark/progress/location.hpp>
#include <tidemark/progress/timestamp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

template <Timestamp T, std::uint32_t Depth, std::uint32_t Max>
struct Nested;
template <Timestamp A, Timestamp B>
struct Product;
template <Timestamp T>
class Topology;
template <Timestamp T>
class Instance;
template <Timestamp T>
class Assembly;

/// A scope, however many loops it stands in. `T` is the ledger's timestamp.
template <Timestamp T>
class AnyScope {
 public:
  AnyScope(const AnyScope&) = delete;
  AnyScope& operator=(const AnyScope&) = delete;

  /// @cond engine
  Assembly<T>& assembly() { return *assembly_; }
  Instance<T>& instance();
  /// @endcond
  /// The worker at which it is built.
  Worker& worker();
  /// That of the loop; outside of loops that of the dataflow.
  const std::string& name() const;
  std::size_t batch_records();  ///< Tuning::batch_records

  /// What is added here from here on is shown as one step, a composite, until `leave_composite`.
  void enter_composite(std::string name);
  /// Ends the composite that was entered last. Throws DataflowError if there is none.
  void leave_composite();

  /// Makes an object that lives as long as the worker's instance.
  template <typename Part, typename... Arguments>
  Part& make(Arguments&&... arguments) {
    std::unique_ptr<Part> part(new Part(std::forward<Arguments>(arguments)...));
    keep(part.get(), [](void* of) { delete static_cast<Part*>(of); });
    return *part.release();
  }
  /// Has `action` called when the ledger is there and before anything runs.
  void when_attached(std::function<void(const Topology<T>&)> action);

  /// @cond engine

  /// Adds a step to the logical graph. Throws DataflowError if its id is taken.
  std::uint32_t add_node(FlowNode node);
  FlowNode& node(std::uint32_t index);
  void add_edge(const FlowEdge& edge);

  /// A feedback that waits for the stream which closes its loop.
  void open_feedback(OperatorId op, std::string loop);
  void close_feedback(OperatorId op);

 protected:
  AnyScope(Assembly<T>& assembly, std::uint32_t index) : assembly_(&assembly), index_(index) {}
  ~AnyScope() = default;

  std::uint32_t begin_loop(std::string name);

  /// @endcond

 private:
  void keep(void* part, void (*destroy)(void*));

  Assembly<T>* assembly_;
  std::uint32_t index_;  // in FlowGraph::scopes
};

/// A dataflow under construction at one worker, or a loop in it. `T` is the timestamp as it is seen
/// here: that of the dataflow, or in a loop a Nested one with the counters of the loops around.
///
/// Operators are added to it by OperatorBuilder and fuse (operator_builder.hpp, fused.hpp); user
/// code passes it to the operators that begin a stream. Lives until the build function returns.
template <Timestamp T>
class Scope : public AnyScope<typename Level<T>::Ledger> {
 public:
  using Ledger = typename Level<T>::Ledger;  ///< the timestamps on which progress is tracked
  using InnerScope = Scope<typename Level<T>::Inner>;      ///< that of a loop in this one
  using OuterScope = Scope<typename Level<T>::Outer>;      ///< that around this loop
  static constexpr std::uint32_t depth = Level<T>::depth;  ///< in how many loops it stands

  /// The outermost scope of a dataflow.
  explicit Scope(Assembly<Ledger>& assembly) : AnyScope<Ledger>(assembly, 0) {}
  /// The loop `index` inside `outer`.
  Scope(OuterScope& outer, std::uint32_t index)
      : AnyScope<Ledger>(outer.assembly(), index),
        outer_(&outer) {}

  /// A loop in this scope: streams come in by `enter` and go out by `leave` (operators/loops/). An
  /// InnerScope, deduced so that a compiler says what is wrong here before what follows from it.
  auto& add_loop(std::string name) {
    static_assert(
        depth < Level<T>::max_depth,
        "loop: the timestamps of this dataflow have no counter left for a loop here; build "
        "it with worker.dataflow<Nested<T, N>>, where N is how deep its loops nest");
    return this->template make<InnerScope>(*this, this->begin_loop(std::move(name)));
  }
  /// The scope around this loop.
  OuterScope& outer() {
    static_assert(depth > 0, "leave: this stream is in no loop that it could leave");
    return *outer_;
  }

 private:
  OuterScope* outer_ = nullptr;  // null for the outermost
};

/// The timestamps of ledgers for which there is an engine, compiled in some source file: of the
/// library (building/usual_timestamps.cpp) or, if it is specialised for a timestamp of one's own,
/// of the program (own_timestamps.hpp).
template <typename T>
inline constexpr bool is_compiled_once = false;
template <>
inline constexpr bool is_compiled_once<Epoch> = true;  ///< there is
template <std::uint32_t MaxDepth>
inline constexpr bool is_compiled_once<Nested<Epoch, MaxDepth, MaxDepth>> =
    MaxDepth == 1 || MaxDepth == 2;  ///< up to two loops deep
template <>
inline constexpr bool is_compiled_once<Product<Epoch, Epoch>> = true;  ///< there is

namespace detail {

template <Timestamp T>
using OpenAssembly = std::unique_ptr<Assembly<T>, void (*)(Assembly<T>*)>;
template <Timestamp T>
OpenAssembly<T> begin_assembly(Worker& worker, std::string name);
template <Timestamp T>
void finish_assembly(Assembly<T>& assembly);

/// Defined where the engine can be compiled for any timestamp (own_timestamps.hpp).
template <typename T>
struct EngineForAny;

}  // namespace detail

template <typename T, typename Build>
auto Worker::dataflow(std::string name, Build&& build) {
  using Ledger = typename Level<T>::Ledger;
  static_assert(
      is_compiled_once<Ledger> || requires { sizeof(detail::EngineForAny<Ledger>); },
      "dataflow: the library has no engine for this timestamp; have one compiled for it by "
      "#include <tidemark/core/own_timestamps.hpp>");
  const auto assembly = detail::begin_assembly<Ledger>(*this, std::move(name));
  Scope<typename Level<T>::Root> scope(*assembly);
  if constexpr (std::is_void_v<std::invoke_result_t<Build&, decltype(scope)&>>) {
    build(scope);
    detail::finish_assembly(*assembly);
  } else {
    auto result = build(scope);
    detail::finish_assembly(*assembly);
    return result;
  }
}

}  // namespace tidemark
