// SPDX-License-Identifier: MIT
//
// redistribute, exchange: move records to other workers.
#pragma once

#include <tidemark/core/hash.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/core/random.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
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
      });
}

}  // namespace detail

/// Sends each record to a worker drawn at random, so that all take part in the work that follows.
/// Order is not kept. The draws depend on the sending worker alone, and are the same in each run.
///
/// With `run` above 1 that many consecutive records go to the same worker: larger batches, and less
/// to do for each record, where single records are little work.
inline auto redistribute(std::string id = "", std::uint64_t run = 1) {
  return [id, run]<typename T, typename Item>(Stream<T, Item> input) {
    return detail::exchange_by(
        input, "redistribute", id,
        [run, random = Random(input.scope->worker().index()), left = std::uint64_t{0},
         to = std::uint64_t{0}](const Item&) mutable {
          if (left == 0) {
            to = random.next();
            left = run;
          }
          --left;
          return to;
        });
  };
}

/// Sends each record to the worker that the hash of `key(record)` names.
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

template <typename F>
auto exchange(F key) {
  return exchange("", std::move(key));
}

}  // namespace tidemark
