// SPDX-License-Identifier: MIT
//
// iterator_source: generates timestamps, not far ahead of what is complete downstream.
#pragma once

#include <tidemark/core/error.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/probe.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

/// A stream of the timestamps 0, 1, 2 and so on: at each worker `next(time)` gives an optional
/// range of the records of `time`, or std::nullopt, which ends the stream. It is called only while
/// fewer than `ahead` of the timestamps before are not yet complete at `probe`, so that not more
/// than `ahead` are in the dataflow at a time; the source sleeps meanwhile. Throws DataflowError if
/// `ahead` is 0, or if the probe follows no stream when the dataflow is built.
///
///     Probe<Epoch> done;
///     auto numbers = iterator_source(scope, "numbers", next, done, 3);
///     done.follow(numbers | map(expensive));
template <Timestamp T, typename Next>
auto iterator_source(Scope<T>& scope, std::string id, Next next, Probe<T> probe,
                     std::uint64_t ahead) {
  static_assert(std::constructible_from<T, std::uint64_t>,
                "iterator_source: the timestamps must be counted by a number; stand outside loops");
  static_assert(std::invocable<Next&, const T&>, "iterator_source: next must take the timestamp");
  using Result = std::remove_cvref_t<std::invoke_result_t<Next&, const T&>>;
  static_assert(
      requires(Result result) {
        { *result } -> std::ranges::input_range;
        requires std::same_as<Result, std::optional<std::remove_cvref_t<decltype(*result)>>>;
      }, "iterator_source: next must return a std::optional of a range of records");
  using Records = typename Result::value_type;
  if (ahead == 0)
    throw DataflowError("iterator_source '" + id +
                        "': ahead must be at least 1, or it would wait for ever");
  OperatorBuilder<T> op(scope, "iterator_source", std::move(id));
  op.set_interest(Interest::when_holding);
  op.watch(probe);
  auto [out, stream] = op.template output<std::ranges::range_value_t<Records>>();
  op.build([&out = out, next = std::move(next), probe, ahead, again = op.reactivate(),
            capability = std::optional(op.initial_capability(0)),
            round = std::uint64_t{0}]() mutable {
    if (!capability || (round >= ahead && probe.less_equal(T(round - ahead)))) return;
    std::optional<Records> records = next(capability->time());
    if (!records) return capability.reset();
    for (auto&& record : *records) out.at(*capability).give(std::move(record));
    out.flush();
    capability->downgrade(T(++round));
    again();
  });
  return stream;
}

}  // namespace tidemark
