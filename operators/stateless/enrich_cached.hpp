// SPDX-License-Identifier: MIT
//
// enrich_cached: adds to records what is looked up, and remembered for a while.
#pragma once

#include <tidemark/core/fused.hpp>
#include <tidemark/operators/keyed.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {

/// What `getter(key)` has given, for each key at one worker; asked again when it is `ttl` old.
/// Nothing is ever dropped, so it grows with the number of keys. Thread: its worker.
template <typename Key, typename Getter>
class TtlCache {
 public:
  /// What `getter` returns.
  using Value = std::remove_cvref_t<std::invoke_result_t<Getter&, const Key&>>;

  /// Made by the step, for each worker; empty.
  TtlCache(Getter getter, std::chrono::nanoseconds ttl) : getter_(std::move(getter)), ttl_(ttl) {}

  /// The value of `key`; valid until the next call.
  const Value& get(const Key& key) {
    auto at = entries_.find(key);
    if (at == entries_.end()) {
      at = entries_.emplace(key, Entry{std::invoke(getter_, key), now_}).first;
    } else if (now_ - at->second.since >= ttl_) {
      at->second = {std::invoke(getter_, key), now_};
    }
    return at->second.value;
  }

  /// The time that ages go by; set once for each batch.
  void set_now(Clock::time_point now) { now_ = now; }

 private:
  struct Entry {
    Value value;
    Clock::time_point since;
  };
  Getter getter_;
  std::chrono::nanoseconds ttl_;
  Clock::time_point now_{};
  KeyTable<Key, Entry> entries_;
};

/// Sends `mapper(cache, record)` for every record; in it `cache.get(key)` gives what `getter(key)`
/// gives, asked at most once in `ttl` for each key at each worker. Not saved in a run with a store.
///
///     rides | enrich_cached<Zone>("fares", fare_of, [](auto& fares, Ride ride) {
///       return std::pair(ride, fares.get(ride.zone));
///     }, 10min)
template <typename Key, typename Getter, typename Mapper>
auto enrich_cached(std::string id, Getter getter, Mapper mapper,
                   std::chrono::nanoseconds ttl = std::chrono::nanoseconds::max()) {
  static_assert(std::invocable<Getter&, const Key&>,
                "enrich_cached: the getter must take the key that the step is given");
  using Cache = TtlCache<Key, Getter>;
  return [id, getter, mapper, ttl]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(std::invocable<Mapper&, Cache&, Item>,
                  "enrich_cached: the mapper must take the cache, by reference, and the stream's "
                  "record");
    using Out = std::remove_cvref_t<std::invoke_result_t<Mapper&, Cache&, Item>>;
    Worker& worker = input.scope->worker();
    return fuse<Out>(
        input, "enrich_cached", id,
        [mapper, cache = Cache(getter, ttl), &worker](const T&, auto& records, auto& out) mutable {
          cache.set_now(worker.now());
          for (Item& record : records) out.give(std::invoke(mapper, cache, std::move(record)));
        });
  };
}

}  // namespace tidemark
