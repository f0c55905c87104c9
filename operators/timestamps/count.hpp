// SPDX-License-Identifier: MIT
//
// count: how often each record occurs at each timestamp.
#pragma once

#include <tidemark/core/open_times.hpp>
#include <tidemark/core/operator.hpp>
#include <tidemark/operators/keyed.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace tidemark {

/// Counts equal records. When a timestamp is complete, sends (record, occurrences) for each record
/// that occurred at it, at that timestamp.
///
///     words | count("count")
inline auto count(std::string id = "") {
  return [id]<typename T, typename Item>(Stream<T, Item> input) {
    using Out = std::pair<Item, std::uint64_t>;
    return unary_due<Out>(
        input, Exchange{KeyHash{}}, "count", id,
        [open = OpenTimes<T, KeyTable<Item, std::uint64_t>>{}](auto& in, auto& out) mutable {
          in.for_each([&](auto& batch) {
            auto& table = open.at(batch, out);
            for (Item& item : batch) ++table[std::move(item)];
          });
          const auto send = [&](const Capability<T>& at, auto& table) {
            for (auto& [item, occurrences] : table) out.at(at).give({item, occurrences});
          };
          open.release(send, in.frontier());
        },
        Keeps::within_epoch);
  };
}

}  // namespace tidemark
