// SPDX-License-Identifier: MIT
//
// count: how often each record occurs at each timestamp.
#pragma once

#include <tidemark/operators/keyed.hpp>

#include <cstdint>
#include <map>
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
    struct Open {
      Capability<T> capability;
      KeyTable<Item, std::uint64_t> table;
    };
    return unary_frontier<Out>(
        input, Exchange{KeyHash{}}, "count", id,
        [open = std::map<T, Open>{}](InputPort<T, Item>& in, OutputPort<T, Out>& out) mutable {
          in.for_each([&](Batch<T, Item>& batch) {
            auto at = open.find(batch.time);
            if (at == open.end()) at = open.emplace(batch.time, Open{out.retain(batch), {}}).first;
            for (Item& item : batch) ++at->second.table[std::move(item)];
          });
          const Antichain<T>& frontier = in.frontier();
          std::erase_if(open, [&](auto& entry) {
            if (frontier.less_equal_to(entry.first)) return false;
            Emitter<T, Out>& output = out.at(entry.second.capability);
            for (auto& [item, occurrences] : entry.second.table) output.give({item, occurrences});
            return true;
          });
        });
  };
}

}  // namespace tidemark
