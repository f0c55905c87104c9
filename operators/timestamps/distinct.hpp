// SPDX-License-Identifier: MIT
//
// distinct: each record once at each timestamp.
#pragma once

#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/operators/keyed.hpp>

#include <string>
#include <utility>

namespace tidemark {

/// Sends each record once per timestamp: at once, when the first of its equals comes. What was seen
/// at a timestamp is forgotten when that is complete.
///
///     words | distinct("distinct")
inline auto distinct(std::string id = "") {
  return [id]<typename T, typename Item>(Stream<T, Item> input) {
    return unary_due<Item>(
        input, Exchange{KeyHash{}}, "distinct", id,
        [seen = OpenTimes<T, KeySet<Item>>{}](auto& in, auto& out) mutable {
          in.for_each([&](auto& batch) {
            KeySet<Item>& before = seen.at(batch, out);
            auto& output = out.at(batch);
            for (Item& item : batch)
              if (before.insert(item).second) output.give(std::move(item));
          });
          seen.release([](const Capability<T>&, auto&) {}, in.frontier());
        },
        Keeps::within_epoch);
  };
}

}  // namespace tidemark
