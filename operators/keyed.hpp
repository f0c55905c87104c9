// SPDX-License-Identifier: MIT
//
// Keyed streams: records that are pairs of a key and a value, and the order in which stateful steps
// see them.
#pragma once

#include <tidemark/core/hash.hpp>
#include <tidemark/core/operator.hpp>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// A std::pair whose first member is a hashable key.
template <typename Item>
concept KeyedItem = requires(const Item& item) {
  typename Item::first_type;
  typename Item::second_type;
  { KeyHash{}(item.first) } -> std::same_as<std::uint64_t>;
  requires std::same_as<Item, std::pair<typename Item::first_type, typename Item::second_type>>;
};

/// The state of each key at its worker.
template <typename Key, typename State>
using KeyTable = boost::unordered_flat_map<Key, State, KeyHash>;
template <typename Key>
using KeySet = boost::unordered_flat_set<Key, KeyHash>;

/// The route that brings all records of a key to one worker.
struct ByKey {
  template <KeyedItem Item>
  std::uint64_t operator()(const Item& item) const {
    return KeyHash{}(item.first);
  }
};

/// An operator that gets every record of a key at one worker, and a later timestamp's records only
/// once the earlier ones are complete. `apply(record, output)` is called for each, in order of
/// timestamp and, within one, of arrival.
///
/// Records of a timestamp that may not be applied yet are held back with a capability.
template <typename Out, Timestamp T, KeyedItem Item, typename Apply>
Stream<T, Out> stateful_in_order(const Stream<T, Item>& stream, std::string kind, std::string id,
                                 Apply apply) {
  struct Waiting {
    Capability<T> capability;
    std::vector<Item> records;
  };
  return unary_frontier<Out>(
      stream, Exchange{ByKey{}}, std::move(kind), std::move(id),
      [apply = std::move(apply), waiting = std::map<T, Waiting>{}](
          InputPort<T, Item>& in, OutputPort<T, Out>& out) mutable {
        const Antichain<T>& frontier = in.frontier();  // one for all, or they might be overtaken
        const auto may_apply = [&](const T& time) { return !frontier.less_than_to(time); };
        in.for_each([&](Batch<T, Item>& batch) {
          const bool is_next = waiting.empty() || batch.time < waiting.begin()->first;
          if (is_next && may_apply(batch.time)) {
            Emitter<T, Out>& output = out.at(batch);
            for (Item& item : batch) apply(std::move(item), output);
            return;
          }
          auto at = waiting.find(batch.time);
          if (at == waiting.end())
            at = waiting.emplace(batch.time, Waiting{out.retain(batch), {}}).first;
          for (Item& item : batch) at->second.records.push_back(std::move(item));
        });
        for (auto next = waiting.begin(); next != waiting.end();) {
          if (!may_apply(next->first)) {
            ++next;
            continue;
          }
          in.working_on(next->first, [&] {
            Emitter<T, Out>& output = out.at(next->second.capability);
            for (Item& item : next->second.records) apply(std::move(item), output);
          });
          next = waiting.erase(next);
        }
      });
}

}  // namespace tidemark
