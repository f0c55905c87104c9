// SPDX-License-Identifier: MIT
//
// Chosen orders: the operators of a shard that are to run, as a scheduler sees them.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/records/input_queue.hpp>
#include <tidemark/core/scheduler.hpp>
#include <tidemark/core/shard/operator_shard.hpp>
#include <tidemark/progress/coordinates.hpp>
#include <tidemark/progress/index_set.hpp>
#include <tidemark/progress/topology.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// What is ready is found out between two activations, so it is ready in the order in which it
/// became so, and what one activation made ready in the order of building. Thread: its worker.
template <Timestamp T>
class ChosenOrder final : private ReadyOperators {
 public:
  using Operators = std::vector<OperatorShard<T>>;
  using Inputs = std::vector<std::unique_ptr<InputQueueBase<T>>>;

  /// Null where the scheduler, which may be null, makes no order. Requires: the operators and the
  /// inputs outlive what is made.
  static std::unique_ptr<ChosenOrder> make(const Scheduler* scheduler, std::uint32_t worker,
                                           std::uint32_t dataflow, const Topology<T>& topology,
                                           const Operators& operators, const Inputs& inputs) {
    if (scheduler == nullptr) return nullptr;
    ScheduledPart part{.worker = worker, .dataflow = dataflow};
    for (const OperatorShard<T>& op : operators) part.names.push_back(op.name);
    part.to.resize(part.names.size());
    for (const Channel& channel : topology.channels())
      part.to[channel.from.op.value].push_back(channel.to.op.value);
    auto order = scheduler->operators_of(part);
    if (!order) return nullptr;
    return std::unique_ptr<ChosenOrder>(new ChosenOrder(std::move(order), part, operators, inputs));
  }

  /// Calls `run(op)` for what is in `active`, and is removed from there, until nothing more may run
  /// in this step. O(ready operators) for each, and what the scheduler takes. Throws DataflowError
  /// for a choice that is none.
  template <typename Run>
  [[gnu::noinline]] void step(IndexSet& active, const Run& run) {
    ++step_;
    for (std::size_t left = operators_->size(); left != 0; --left) {
      list_new(active);
      if (ready_.empty()) return;
      const std::uint32_t op = take_next();
      active.erase(op);
      run(op);
    }
  }

 private:
  ChosenOrder(std::unique_ptr<OperatorOrder> order, const ScheduledPart& part,
              const Operators& operators, const Inputs& inputs)
      : order_(std::move(order)),
        operators_(&operators),
        inputs_(operators.size()),
        depths_(operators.size()),
        is_listed_(operators.size()),
        ran_in_step_(operators.size()) {
    for (const auto& input : inputs) inputs_[input->target.op.value].push_back(input.get());
    for (std::uint32_t op = 0; op != operators.size(); ++op)
      for (const std::uint32_t to : part.to[op])
        if (op < to) depths_[to] = std::max(depths_[to], depths_[op] + 1);
  }

  /// Who has run in this step, and asks for more though nothing has come, waits for the next one:
  /// else it could be chosen again and again.
  void list_new(const IndexSet& active) {
    for (std::size_t op = active.next_from(0); op != IndexSet::none; op = active.next_from(op + 1))
      if (!is_listed_[op] && (ran_in_step_[op] != step_ || batches_at(op) != 0)) {
        is_listed_[op] = true;
        ready_.push_back({static_cast<std::uint32_t>(op), depths_[op], since_++});
      }
  }

  std::uint32_t take_next() {
    const std::size_t choice = order_->next(*this);
    if (choice >= ready_.size())
      throw DataflowError("the scheduler chose operator " + std::to_string(choice) + " of " +
                          std::to_string(ready_.size()) + " that are ready, counted from 0");
    const std::uint32_t op = ready_[choice].op;
    ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(choice));
    is_listed_[op] = false;
    ran_in_step_[op] = step_;
    return op;
  }

  std::size_t batches_at(std::size_t op) const {
    std::size_t batches = 0;
    for (const InputQueueBase<T>* input : inputs_[op])
      input->list_queued([&](const T&, std::int64_t) { ++batches; });
    return batches;
  }
  std::size_t queued(std::size_t place) const override { return batches_at(ready_[place].op); }

  std::optional<Coordinates> earliest([[maybe_unused]] std::size_t place) const override {
    std::optional<Coordinates> least;
    if constexpr (HasCoordinates<T>) {
      const std::uint32_t op = ready_[place].op;
      const auto look_at = [&](const T& time) {
        if (const Coordinates other = coordinates(time); !least || other < *least) least = other;
      };
      for (const InputQueueBase<T>* input : inputs_[op])
        input->list_queued([&](const T& time, std::int64_t) { look_at(time); });
      for (const auto& book : (*operators_)[op].outputs)
        for (const HeldCapability<T>& capability : book->held) look_at(capability.time);
    }
    return least;
  }

  std::unique_ptr<OperatorOrder> order_;
  const Operators* operators_;
  std::vector<std::vector<const InputQueueBase<T>*>> inputs_;  // by operator
  std::vector<std::uint32_t> depths_;                          // by operator
  std::vector<bool> is_listed_;                                // by operator: in `ready_`
  std::vector<std::uint64_t> ran_in_step_;                     // by operator: the last
  std::uint64_t step_ = 0;
  std::uint64_t since_ = 0;
};

}  // namespace tidemark
