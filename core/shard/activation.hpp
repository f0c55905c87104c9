// SPDX-License-Identifier: MIT
//
// Activation: how one operator of a shard is run.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/observe/batch_rule.hpp>
#include <tidemark/core/records/step_state.hpp>
#include <tidemark/core/shard/operator_shard.hpp>
#include <tidemark/core/shard/running_operator.hpp>
#include <tidemark/progress/topology.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark {

/// Runs operators of one shard, one at a time. Thread: its worker.
template <Timestamp T>
class Activation {
 public:
  using Operators = std::vector<OperatorShard<T>>;

  /// `check`: whether each run must obey the batch rule. Requires: all that is given outlives this.
  void attach(const Topology<T>& topology, Operators& operators, StepState<T>& state,
              RunningOperator& running, bool check) {
    topology_ = &topology;
    operators_ = &operators;
    state_ = &state;
    running_ = &running;
    check_ = check;
  }

  /// Calls the logic of `op`, and pushes the rests that it leaves. Throws StepError for what user
  /// code throws, and CapabilityError, in one, for a broken batch rule.
  void run(std::uint32_t op) {
    OperatorShard<T>& shard = (*operators_)[op];
    running_->set(op);
    try {
      if (check_) {
        run_checked(op);
      } else {
        shard.logic();
        state_->rests.push_all();
      }
    } catch (...) {
      rethrow_as_step_error(shard.name, state_->worker, "");
    }
    running_->clear();
  }

  /// Calls what the operators want called when the dataflow is complete.
  void close_all() {
    for (std::uint32_t op = 0; op != operators_->size(); ++op) {
      OperatorShard<T>& shard = (*operators_)[op];
      if (!shard.on_close) continue;
      running_->set(op);
      try {
        shard.on_close();
      } catch (...) {
        rethrow_as_step_error(shard.name, state_->worker, "");
      }
      running_->clear();
    }
  }

 private:
  /// With a pending batch of its own, which must obey the batch rule.
  void run_checked(std::uint32_t op) {
    BatchRule<T> rule(*topology_, {op});
    for (std::uint32_t each = 0; each != operators_->size(); ++each)
      if (each == op || !(*operators_)[each].how_to_close.empty())
        rule.note_held({each}, (*operators_)[each].outputs);
    ProgressBatch<T> before = std::exchange(state_->pending, {});
    (*operators_)[op].logic();
    state_->rests.push_all();
    rule.check(state_->pending.view(), state_->worker);
    for (const auto& [pointstamp, diff] : state_->pending.changes())
      before.update(pointstamp, diff);
    state_->pending = std::move(before);
  }

  const Topology<T>* topology_ = nullptr;
  Operators* operators_ = nullptr;
  StepState<T>* state_ = nullptr;
  RunningOperator* running_ = nullptr;
  bool check_ = false;
};

}  // namespace tidemark
