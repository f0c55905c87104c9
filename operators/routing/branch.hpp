// SPDX-License-Identifier: MIT
//
// branch, branch_when: one stream into two, by a question.
#pragma once

#include <tidemark/core/fused_outputs.hpp>
#include <tidemark/operators/stateless/predicate.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Two streams: the records for which `predicate(record)`, or `predicate(time, record)`, is true,
/// and the others.
///
///     auto [small, large] = numbers | branch([](int n) { return n < 100; });
template <typename F>
auto branch(std::string id, F predicate) {
  return [id, predicate]<typename T, typename Item>(Stream<T, Item> input) {
    constexpr bool wants_time = PredicateOn<F, const T&, const Item&>;
    static_assert(wants_time || PredicateOn<F, const Item&>,
                  "branch: the predicate must take the stream's record, or a timestamp and the "
                  "record, and return bool");
    return fuse_pair<Item, Item>(
        input, "branch", id,
        [predicate]([[maybe_unused]] const T& time, auto& records, auto& outputs) mutable {
          for (Item& record : records) {
            bool holds = false;
            if constexpr (wants_time) {
              holds = std::invoke(predicate, time, std::as_const(record));
            } else {
              holds = std::invoke(predicate, std::as_const(record));
            }
            (holds ? outputs.first : outputs.second).give(std::move(record));
          }
        });
  };
}

/// The same without an id.
template <typename F>
auto branch(F predicate) {
  return branch("", std::move(predicate));
}

/// Two streams: all records of the timestamps for which `predicate(time)` is true, and the others.
///
///     auto [early, late] = numbers | branch_when([](Epoch time) { return time < 10; });
template <typename F>
auto branch_when(std::string id, F predicate) {
  return [id, predicate]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(PredicateOn<F, const T&>,
                  "branch_when: the predicate must take a timestamp and return bool");
    return fuse_pair<Item, Item>(
        input, "branch_when", id,
        [predicate](const T& time, std::vector<Item>& records, auto& outputs) mutable {
          (std::invoke(predicate, time) ? outputs.first : outputs.second).give_all(records);
        });
  };
}

/// The same without an id.
template <typename F>
auto branch_when(F predicate) {
  return branch_when("", std::move(predicate));
}

}  // namespace tidemark
