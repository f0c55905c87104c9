// SPDX-License-Identifier: MIT
//
// Activation: how one operator of a shard is run.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/records/step_state.hpp>
#include <tidemark/core/shard/operator_shard.hpp>
#include <tidemark/core/shard/running_operator.hpp>
#include <tidemark/core/shard/shard_watch.hpp>

#include <cstdint>
#include <vector>

namespace tidemark {

/// Runs operators of one shard, one at a time. Thread: its worker.
template <Timestamp T>
class Activation {
 public:
  using Operators = std::vector<OperatorShard<T>>;

  /// Requires: all that is given outlives this.
  void attach(Operators& operators, StepState<T>& state, RunningOperator& running,
              ShardWatch<T>& watch) {
    operators_ = &operators;
    state_ = &state;
    running_ = &running;
    watch_ = &watch;
  }

  /// Calls the logic of `op`, and pushes the rests that it leaves. Throws StepError for what user
  /// code throws, and CapabilityError, in one, for a broken batch rule.
  void run(std::uint32_t op) {
    OperatorShard<T>& shard = (*operators_)[op];
    running_->set(op);
    try {
      if (watch_->nobody_watches()) [[likely]] {
        shard.logic();
        state_->rests.push_all();
      } else {
        run_watched(op);
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
  [[gnu::noinline]] void run_watched(std::uint32_t op) {
    watch_->begin_activation(op);
    (*operators_)[op].logic();
    state_->rests.push_all();
    watch_->end_activation(op);
  }

  Operators* operators_ = nullptr;
  StepState<T>* state_ = nullptr;
  RunningOperator* running_ = nullptr;
  ShardWatch<T>* watch_ = nullptr;
};

}  // namespace tidemark
