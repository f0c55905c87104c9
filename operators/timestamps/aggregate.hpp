// SPDX-License-Identifier: MIT
//
// aggregate: one result for each key at each timestamp.
#pragma once

#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/operators/keyed.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

/// Folds the values of a key at a timestamp, in no particular order: `fold(key, value,
/// accumulator)` changes the accumulator, which begins as `Accumulator{}`. When the timestamp is
/// complete, `emit(key, accumulator)` is sent for each key that occurred at it, at that timestamp.
///
///     sales | aggregate<Money>("revenue",
///                              [](const Shop&, Money price, Money& sum) { sum += price; },
///                              [](const Shop& shop, Money sum) { return std::pair(shop, sum); })
template <typename Accumulator, typename Fold, typename Emit>
auto aggregate(std::string id, Fold fold, Emit emit) {
  static_assert(std::default_initializable<Accumulator>,
                "aggregate: the accumulator must have a default constructor");
  return [id, fold, emit]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(KeyedItem<Item>,
                  "aggregate: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Key = typename Item::first_type;
    static_assert(std::invocable<Fold&, const Key&, typename Item::second_type, Accumulator&>,
                  "aggregate: the fold must take the key, a value and the accumulator");
    static_assert(std::invocable<Emit&, const Key&, Accumulator>,
                  "aggregate: emit must take the key and the accumulator");
    using Out = std::remove_cvref_t<std::invoke_result_t<Emit&, const Key&, Accumulator>>;
    static_assert(!std::is_void_v<Out>, "aggregate: emit must return a record");
    auto logic = [fold, emit, open = OpenTimes<T, KeyTable<Key, Accumulator>>{}](
                     auto& in, auto& out) mutable {
      in.for_each([&](auto& batch) {
        auto& table = open.at(batch, out);
        for (auto& [key, value] : batch) std::invoke(fold, key, std::move(value), table[key]);
      });
      const auto send = [&](const Capability<T>& at, auto& table) {
        for (auto& [key, accumulator] : table)
          out.at(at).give(std::invoke(emit, key, std::move(accumulator)));
      };
      open.release(send, in.frontier());
    };
    return unary_due<Out>(input, Exchange{ByKey{}}, "aggregate", id, std::move(logic),
                          Keeps::within_epoch);
  };
}

}  // namespace tidemark
