// SPDX-License-Identifier: MIT
//
// partition: one stream into any number, each record into one of them.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/fused_outputs.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

template <typename F>
struct Partition {
  std::string id;
  std::size_t count;
  F route;

  template <Timestamp T, typename In>
  auto operator()(Stream<T, In> input) const {
    static_assert(
        requires(F& f, In record) {
          { std::invoke(f, std::move(record)).first } -> std::convertible_to<std::size_t>;
          std::invoke(f, std::move(record)).second;
        },
        "partition: the route must take the stream's record and return a std::pair of an index "
        "and a record");
    using Out = typename std::invoke_result_t<F&, In>::second_type;
    return fuse_many<Out>(
        input, count, "partition", id,
        [route = route](const T&, auto& records, auto& outputs) mutable {
          for (In& record : records) {
            auto [index, result] = std::invoke(route, std::move(record));
            const auto to = static_cast<std::size_t>(index);
            if (to >= outputs.size())
              throw std::out_of_range("the route named stream " + std::to_string(index) + " of " +
                                      std::to_string(outputs.size()) + "; streams count from 0");
            outputs[to].give(std::move(result));
          }
        });
  }

  template <typename In>
  auto operator()(FlowStream<In> input) const {
    return input.flow->apply_many(count, *this, input);
  }
};

}  // namespace detail

/// Makes `count` streams of one: `route(record)` returns a pair of the stream's index and the
/// record that goes into it. An index of `count` or more ends the run with a StepError.
///
///     auto streams = numbers | partition(3, [](int n) { return std::pair(n % 3, n / 3); });
template <typename F>
auto partition(std::string id, std::size_t count, F route) {
  return detail::Partition<F>{std::move(id), count, std::move(route)};
}

/// The same without an id.
template <typename F>
auto partition(std::size_t count, F route) {
  return partition("", count, std::move(route));
}

}  // namespace tidemark
