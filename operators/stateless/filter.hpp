// SPDX-License-Identifier: MIT
//
// filter: keeps some records.
#pragma once

#include <tidemark/core/fused.hpp>
#include <tidemark/operators/stateless/predicate.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// Keeps the records for which `predicate(record)` is true.
///
///     numbers | filter([](int n) { return n % 2 == 0; })
template <typename F>
auto filter(std::string id, F predicate) {
  return [id, predicate]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(PredicateOn<F, const Item&>,
                  "filter: the predicate must take the stream's record, by value or const "
                  "reference, and return bool");
    return fuse_in_place(
        input, "filter", id, [predicate](const T&, std::vector<Item>& records) mutable {
          std::erase_if(records,
                        [&](const Item& record) { return !std::invoke(predicate, record); });
        });
  };
}

/// The same without an id.
template <typename F>
auto filter(F predicate) {
  return filter("", std::move(predicate));
}

}  // namespace tidemark
