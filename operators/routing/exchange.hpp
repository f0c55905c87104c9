// SPDX-License-Identifier: MIT
//
// exchange: moves equal keys to one worker.
#pragma once

#include <tidemark/core/hash.hpp>
#include <tidemark/core/operator.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <utility>

namespace tidemark {
namespace detail {

template <Timestamp T, typename Item, typename Route>
Stream<T, Item> exchange_by(const Stream<T, Item>& input, std::string kind, std::string id,
                            Route route) {
  return unary<Item>(
      input, Exchange{std::move(route)}, std::move(kind), std::move(id),
      [](InputPort<T, Item>& in, OutputPort<T, Item>& out) {
        in.for_each([&](Batch<T, Item>& batch) { out.at(batch).give_all(batch.records); });
      },
      Interest::never, Keeps::nothing);
}

}  // namespace detail

/// Sends each record to the worker that the hash of `key(record)` names.
///
///     words | exchange([](const std::string& word) { return word.front(); })
template <typename F>
auto exchange(std::string id, F key) {
  return [id, key]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(std::invocable<F&, const Item&>,
                  "exchange: the key must take the stream's record");
    return detail::exchange_by(input, "exchange", id, [key](const Item& record) mutable {
      return KeyHash{}(std::invoke(key, record));
    });
  };
}

/// The same without an id.
template <typename F>
auto exchange(F key) {
  return exchange("", std::move(key));
}

}  // namespace tidemark
