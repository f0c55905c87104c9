// SPDX-License-Identifier: MIT
//
// Scopes: where a worker's instance of a dataflow is built, a dataflow or one of its loops.
#pragma once

#include <tidemark/core/building/assembly.hpp>
#include <tidemark/core/building/compiled_once.hpp>
#include <tidemark/core/worker.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

/// A dataflow under construction at one worker, or a loop in it. `T` is the timestamp as it is seen
/// here: that of the dataflow, or in a loop a Nested one with the counters of the loops around.
///
/// Operators are added to it by OperatorBuilder and fuse (operator_builder.hpp, fused.hpp); user
/// code passes it to the operators that begin a stream. Lives until the build function returns.
template <Timestamp T>
class Scope {
 public:
  using Ledger = typename Level<T>::Ledger;
  using InnerScope = Scope<typename Level<T>::Inner>;
  using OuterScope = Scope<typename Level<T>::Outer>;
  static constexpr std::uint32_t depth = Level<T>::depth;

  /// The outermost scope of a dataflow.
  explicit Scope(Assembly<Ledger>& assembly) : assembly_(&assembly) {}
  /// The loop `index` inside `outer`.
  Scope(OuterScope& outer, std::uint32_t index)
      : assembly_(&outer.assembly()),
        outer_(&outer),
        index_(index) {}
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  Assembly<Ledger>& assembly() { return *assembly_; }
  Instance<Ledger>& instance() { return assembly_->instance(); }
  Worker& worker() { return assembly_->worker(); }
  const std::string& name() const { return assembly_->scope_name(index_); }

  /// A loop in this scope: streams come in by `enter` and go out by `leave` (operators/loops/).
  InnerScope& add_loop(std::string name) {
    static_assert(
        depth < Level<T>::max_depth,
        "loop: the timestamps of this dataflow have no counter left for a loop here; build "
        "it with worker.dataflow<Nested<T, N>>, where N is how deep its loops nest");
    return assembly_->template make<InnerScope>(*this,
                                                assembly_->add_loop(std::move(name), index_));
  }
  /// What is added here from here on is shown as one step, a composite, until `leave_composite`.
  void enter_composite(std::string name) { assembly_->enter_composite(std::move(name), index_); }
  void leave_composite() { assembly_->leave_composite(); }
  /// The scope around this loop.
  OuterScope& outer() {
    static_assert(depth > 0, "leave: this stream is in no loop that it could leave");
    return *outer_;
  }

  /// Makes an object that lives as long as the worker's instance.
  template <typename Part, typename... Arguments>
  Part& make(Arguments&&... arguments) {
    return assembly_->template make<Part>(std::forward<Arguments>(arguments)...);
  }
  /// Has `action` called when the ledger is there and before anything runs.
  void when_attached(std::function<void(const Topology<Ledger>&)> action) {
    assembly_->when_attached(std::move(action));
  }

  /// Adds a step to the logical graph. Throws DataflowError if its id is taken.
  std::uint32_t add_node(FlowNode node) {
    node.scope = index_;
    return assembly_->add_node(std::move(node));
  }

 private:
  Assembly<Ledger>* assembly_;
  OuterScope* outer_ = nullptr;  // null for the outermost
  std::uint32_t index_ = 0;      // in FlowGraph::scopes
};

template <typename T, typename Build>
auto Worker::dataflow(std::string name, Build&& build) {
  Assembly<typename Level<T>::Ledger> assembly(*this, next_dataflow(), std::move(name));
  Scope<typename Level<T>::Root> scope(assembly);
  if constexpr (std::is_void_v<std::invoke_result_t<Build&, decltype(scope)&>>) {
    build(scope);
    assembly.finish();
  } else {
    auto result = build(scope);
    assembly.finish();
    return result;
  }
}

}  // namespace tidemark
