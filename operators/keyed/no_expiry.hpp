// SPDX-License-Identifier: MIT
//
// No expiry: how keyed steps are that keep a key until their logic forgets it.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/stream.hpp>

#include <concepts>
#include <utility>

namespace tidemark {
namespace detail {

/// The output of a step that tells of its results only.
template <Timestamp T, typename Out>
class ResultOutput {
 public:
  using Right = Capability<T>;

  /// Adds it to an operator, with the stream that leaves the step.
  static std::pair<ResultOutput, Stream<T, Out>> add(OperatorBuilder<T>& op) {
    auto [out, stream] = op.template output<Out>();
    return {ResultOutput(out), stream};
  }
  static Right first_right(OperatorBuilder<T>& op) { return op.initial_capability(0); }

  Right retain(const auto& batch) { return out_->retain(batch); }
  Emitter<T, Out>& at(const auto& by) { return out_->at(by); }

 private:
  explicit ResultOutput(OutputPort<T, Out>& out) : out_(&out) {}

  OutputPort<T, Out>* out_;
};

}  // namespace detail

/// The keys of a step never expire, unless it is given an expire_after (expiry.hpp).
struct NoExpiry {
  static constexpr bool expires = false;  ///< as SaysExpiry asks for
  /// @cond engine
  struct Lives {};

  template <Timestamp T, typename Out, typename Key, typename Logic>
  using Outputs = detail::ResultOutput<T, Out>;
  template <Timestamp T, typename Item>
  Lives lives(OperatorBuilder<T>&) const {
    return {};
  }
  template <typename... Values>
  NoExpiry of_sides() const {
    return {};
  }
  template <typename Step>
  static Step step(Step step) {
    return step;
  }
  /// @endcond
};

/// What says when the keys of a step expire.
template <typename Expiry>
concept SaysExpiry = requires {
  { Expiry::expires } -> std::convertible_to<bool>;
};

namespace detail {

/// `step`, a function from stream to keyed_step, as a step of its own.
template <typename Expiry, typename Step>
auto with_expiry(const Expiry&, Step step) {
  static_assert(SaysExpiry<Expiry>,
                "a keyed step: its last argument says when keys expire, and must be an "
                "expire_after(...)");
  if constexpr (SaysExpiry<Expiry>) return Expiry::step(std::move(step));
}

}  // namespace detail
}  // namespace tidemark
