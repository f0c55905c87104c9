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

  /// Requires: what is given by reference outlives this.
  ChosenOrder(std::unique_ptr<OperatorOrder> order, const Topology<T>& topology,
              const Operators& operators, const Inputs& inputs)
      : order_(std::move(order)),
        operators_(&operators),
        inputs_(operators.size()),
        depths_(operators.size()),
        is_listed_(operators.size()) {
    for (const auto& input : inputs) inputs_[input->target.op.value].push_back(input.get());
    std::vector<std::vector<std::uint32_t>> before(operators.size());
    for (const Channel& channel : topology.channels())
      if (channel.from.op.value < channel.to.op.value)
        before[channel.to.op.value].push_back(channel.from.op.value);
    for (std::size_t op = 0; op != before.size(); ++op)
      for (const std::uint32_t from : before[op])
        depths_[op] = std::max(depths_[op], depths_[from] + 1);
  }

  /// Removes from `active`, and returns, the one that runs next; `none` if it is empty. O(ready
  /// operators), and what the scheduler takes. Throws DataflowError for a choice that is none.
  std::size_t pop(IndexSet& active) {
    if (active.empty()) return IndexSet::none;
    for (std::size_t op = active.next_from(0); op != IndexSet::none; op = active.next_from(op + 1))
      if (!is_listed_[op]) {
        is_listed_[op] = true;
        ready_.push_back({static_cast<std::uint32_t>(op), depths_[op], since_++});
      }
    const std::size_t choice = order_->next(*this);
    if (choice >= ready_.size())
      throw DataflowError("the scheduler chose operator " + std::to_string(choice) + " of " +
                          std::to_string(ready_.size()) + " that are ready, counted from 0");
    const std::uint32_t op = ready_[choice].op;
    ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(choice));
    is_listed_[op] = false;
    active.erase(op);
    return op;
  }

 private:
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
  std::uint64_t since_ = 0;
};

}  // namespace tidemark
