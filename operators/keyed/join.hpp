// SPDX-License-Identifier: MIT
//
// join: pairs the values of two keyed streams.
#pragma once

#include <tidemark/core/dataflow.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/operators/keyed.hpp>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {

/// Sends (key, (a, b)) for each value `a` of a key on the left and each value `b` of it on the
/// right, over all timestamps: once, as soon as both are there, at the least upper bound of their
/// timestamps, which in a total order is the later one.
///
/// Cost: every value is kept until the dataflow ends. In a run with a StateStore, which is not told
/// of them, it is refused; join by a JoinMode (join_sides.hpp) is saved.
///
///     join("orders of customers", customers, orders)
template <Timestamp T, typename Left, typename Right>
auto join(std::string id, Stream<T, Left> left, Stream<T, Right> right) {
  static_assert(KeyedItem<Left> && KeyedItem<Right>,
                "join: both streams must be keyed; their records must be std::pair<Key, Value>");
  using Key = typename Left::first_type;
  using A = typename Left::second_type;
  using B = typename Right::second_type;
  static_assert(std::is_same_v<Key, typename Right::first_type>,
                "join: both streams must have the same type of key");
  static_assert(Joinable<T>, "join: any two timestamps must have a least_upper_bound");
  struct Values {
    std::vector<std::pair<T, A>> left;
    std::vector<std::pair<T, B>> right;
  };
  return binary<std::pair<Key, std::pair<A, B>>>(
      left, right, Exchange{ByKey{}}, Exchange{ByKey{}}, "join", std::move(id),
      [table = KeyTable<Key, Values>{}](auto& lefts, auto& rights, auto& out) mutable {
        lefts.for_each([&](auto& batch) {
          for (auto& [key, a] : batch) {
            Values& values = table[key];
            for (const auto& [time, b] : values.right)
              out.at(batch, least_upper_bound(batch.time, time)).give({key, {a, b}});
            values.left.emplace_back(batch.time, std::move(a));
          }
        });
        rights.for_each([&](auto& batch) {
          for (auto& [key, b] : batch) {
            Values& values = table[key];
            for (const auto& [time, a] : values.left)
              out.at(batch, least_upper_bound(batch.time, time)).give({key, {a, b}});
            values.right.emplace_back(batch.time, std::move(b));
          }
        });
      },
      Interest::never, {Keeps::unsaved, "join by a JoinMode, whose values are saved"});
}

/// The same in a blueprint.
template <typename Left, typename Right>
auto join(std::string id, FlowStream<Left> left, FlowStream<Right> right) {
  return left.flow->apply([id](auto a, auto b) { return join(id, a, b); }, left, right);
}

}  // namespace tidemark
