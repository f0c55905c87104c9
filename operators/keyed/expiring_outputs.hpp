// SPDX-License-Identifier: MIT
//
// The two outputs of a step whose keys expire, and the rights to send there.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/stream.hpp>

#include <utility>

namespace tidemark::detail {

/// What is told of a key that expires: what the logic says, or its state.
template <typename Logic>
struct ExpiredOf {
  using Kept = typename Logic::State;
};
template <typename Logic>
  requires requires { typename Logic::Expired; }
struct ExpiredOf<Logic> {
  using Kept = typename Logic::Expired;
};

/// The right to send results at a timestamp or later, and what expires.
template <Timestamp T>
struct ExpiringRight {
  Capability<T> results;
  Capability<T> expired;

  T time() const { return results.time(); }
  ExpiringRight delayed(const T& time) const {
    return {results.delayed(time), expired.delayed(time)};
  }
  void downgrade(const T& time) {
    results.downgrade(time);
    expired.downgrade(time);
  }
};

/// Thread: its worker.
template <Timestamp T, typename Out, typename Expired>
class ExpiringOutputs {
 public:
  using Right = ExpiringRight<T>;

  /// Adds them to an operator, with the streams of results and of what expires.
  static auto add(OperatorBuilder<T>& op) {
    auto [results, out] = op.template output<Out>();
    auto [expired, told] = op.template output<Expired>();
    return std::pair(ExpiringOutputs(results, expired), std::pair(out, told));
  }
  static Right first_right(OperatorBuilder<T>& op) {
    return {op.initial_capability(0), op.initial_capability(1)};
  }

  Right retain(const auto& batch) { return {results_->retain(batch), expired_->retain(batch)}; }
  Emitter<T, Out>& at(const auto& batch) { return results_->at(batch); }
  Emitter<T, Out>& at(const Right& by) { return results_->at(by.results); }
  Emitter<T, Expired>& expired_at(const Right& by) { return expired_->at(by.expired); }

 private:
  ExpiringOutputs(OutputPort<T, Out>& results, OutputPort<T, Expired>& expired)
      : results_(&results),
        expired_(&expired) {}

  OutputPort<T, Out>* results_;
  OutputPort<T, Expired>* expired_;
};

}  // namespace tidemark::detail
