// SPDX-License-Identifier: MIT
//
// The keys of a step at one worker, and when each is to be looked at again.
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/core/hash.hpp>
#include <tidemark/progress/check.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// A key that can wait to be looked at.
template <typename Key>
struct WakingKey {
  explicit WakingKey(const Key& name) : key(name) {}

  static constexpr int none = 64;  // after all lists

  const Key key;
  std::uint64_t lists = 0;  ///< bit l: list l points here
  int list = none;          ///< the one that counts
};

/// When keys are to be looked at: a timing wheel that turns when it must (Varghese and Lauck,
/// "Hashed and hierarchical timing wheels", 1987). List l holds keys whose time was 2^(l-1) to 2^l
/// nanoseconds away when they were put there. It is gone through when the first of its times has
/// come: then most of the others, whose time has come nearer, go to other lists.
///
/// Cost: O(1) to say, however often a key's time moves, as it does with each value when history is
/// replayed; each key is looked at a few times for each list on its way, at most O(log t) times in
/// all for a time t nanoseconds away. Deterministic.
template <typename Key>
class WakeWheel {
 public:
  using Entry = WakingKey<Key>;

  /// Has `entry` looked at when `when` has come, or earlier; if that is not later than `now`, as
  /// soon as `wake` is called.
  void wake_by(Entry& entry, EventTime when, EventTime now) {
    const auto away =
        static_cast<std::uint64_t>(std::max(when, now) == now ? 0 : between(now, when).count());
    const int list = static_cast<int>(std::bit_width(away));
    if (list < entry.list) put(entry, list);
    EventTime& first = first_[static_cast<std::size_t>(entry.list)];
    if (when < first) first = when;
    if (when < next_) next_ = when;
  }
  /// Lets `entry` sleep. True if nothing points to it; else it is handed to `drop` later on.
  bool forget(Entry& entry) {
    if (entry.list != Entry::none) --waiting_;
    entry.list = Entry::none;
    return entry.lists == 0;
  }

  bool empty() const { return waiting_ == 0; }
  /// When to look next; after all time if there is nothing to look at before the end.
  EventTime next() const { return next_; }

  /// Calls `look(entry)` for each key whose time has come, and for others. Whoever is to be looked
  /// at again says so. With `after_all_time`, for each key that waits. Keys that have been
  /// forgotten are handed to `drop(entry)`.
  template <typename Look, typename Drop>
  void wake(EventTime now, Look look, Drop drop) {
    for (std::size_t l = 0; l != lists_.size(); ++l) {
      if (first_[l] > now || lists_[l].empty()) continue;
      first_[l] = after_all_time;
      for (Entry* entry : std::exchange(lists_[l], {})) {
        entry->lists &= ~(std::uint64_t{1} << l);
        if (entry->list == static_cast<int>(l)) {
          entry->list = Entry::none;
          --waiting_;
          look(*entry);
        } else if (entry->list == Entry::none && entry->lists == 0) {
          drop(*entry);
        }
      }
    }
    next_ = *std::ranges::min_element(first_);
  }

  /// Stops the program unless each list points at keys that know of it, and no list is due before
  /// the times that are said of it and of all. Returns what it has cost: O(keys).
  std::size_t verify() const {
    std::size_t waiting = 0, cost = lists_.size();
    for (std::size_t l = 0; l != lists_.size(); ++l) {
      for (const Entry* entry : lists_[l]) {
        TIDEMARK_CHECK((entry->lists >> l & 1) != 0, "a list points at keys that know of it");
        if (entry->list == static_cast<int>(l)) ++waiting;
      }
      cost += lists_[l].size();
      TIDEMARK_CHECK(lists_[l].empty() || next_ <= first_[l], "the wheel is looked at in time");
    }
    TIDEMARK_CHECK(waiting == waiting_, "each key that waits is in its list");
    return cost;
  }

 private:
  static constexpr std::size_t size = 64;

  static constexpr std::array<EventTime, size> never() {
    std::array<EventTime, size> times;
    times.fill(after_all_time);
    return times;
  }

  /// Out of line, for a key seldom comes to another list.
  [[gnu::noinline]] void put(Entry& entry, int list) {
    if (entry.list == Entry::none) ++waiting_;
    entry.list = list;
    const std::uint64_t bit = std::uint64_t{1} << list;
    if ((entry.lists & bit) != 0) return;
    entry.lists |= bit;
    lists_[static_cast<std::size_t>(list)].push_back(&entry);
  }

  std::array<std::vector<Entry*>, size> lists_;
  std::array<EventTime, size> first_ = never();  // of the times of those in the list
  EventTime next_ = after_all_time;
  std::size_t waiting_ = 0;
};

/// A table of states by key, each of which can be woken. Entries stay where they are.
///
/// The index knows no keys, only their hashes: what it takes to find an entry lies close together,
/// and the entry itself, which may be far away in memory, can be on its way while others are looked
/// for. Entries with one hash are a list.
///
/// Memory: 60 to 100 bytes a key besides key and state.
template <typename Key, typename State>
class WakingKeys {
 public:
  struct Entry final : WakingKey<Key> {
    explicit Entry(const Key& name) : WakingKey<Key>(name) {}
    State state{};
    Entry* next = nullptr;  // with the same hash
  };

  WakingKeys() = default;
  WakingKeys(const WakingKeys&) = delete;
  WakingKeys& operator=(const WakingKeys&) = delete;
  ~WakingKeys() {
    for (auto& [hash, first] : index_)
      while (first != nullptr) delete std::exchange(first, first->next);
  }

  /// Null if there is none.
  Entry* find(const Key& key) const {
    const auto at = index_.find(KeyHash{}(key));
    Entry* entry = at == index_.end() ? nullptr : at->second;
    while (entry != nullptr && !KeyEqual{}(entry->key, key)) entry = entry->next;
    return entry;
  }
  /// The entry of the key, which is made if there is none. Throws DataflowError, as `settle` does,
  /// for a key that would not be found again.
  Entry& at(const Key& key) { return in_list(index_[KeyHash{}(key)], key); }

  /// Sets out to find the entries of the keys of `items`. No key may be erased until they are
  /// settled.
  template <typename Item>
  void seek(std::span<Item> items, Entry** entries) {
    for (Item& item : items) {
      Entry*& first = index_[KeyHash{}(item.first)];
      if (first == nullptr) first = new Entry(item.first);
      prefetch(*first);
      *entries++ = first;
    }
  }
  /// Makes what `seek` has put there the entries of the keys of `items`.
  template <typename Item>
  static void settle(std::span<Item> items, Entry** entries) {
    for (Item& item : items) {
      *entries = &in_list(*entries, item.first);
      ++entries;
    }
  }

  void erase(Entry& entry) {
    const auto at = index_.find(KeyHash{}(entry.key));
    Entry** link = &at->second;
    while (*link != &entry) link = &(*link)->next;
    *link = entry.next;
    delete &entry;
    if (at->second == nullptr) index_.erase(at);
  }

  static Entry& of(WakingKey<Key>& entry) { return static_cast<Entry&>(entry); }

 private:
  /// Keys at one worker have hashes that are alike in their lowest bits, by which they were routed.
  struct OfHash {
    using is_avalanching = void;
    std::size_t operator()(std::uint64_t hash) const { return TableHash::of_hash(hash); }
  };

  static Entry& in_list(Entry*& first, const Key& key) {
    Entry** link = &first;
    while (*link != nullptr && !KeyEqual{}((*link)->key, key)) link = &(*link)->next;
    if (*link == nullptr) {
      require_found_again(key);
      *link = new Entry(key);
    }
    return **link;
  }

  /// Two lines of the cache: most states fit in.
  static void prefetch(const Entry& entry) {
    const char* const begin = reinterpret_cast<const char*>(&entry);
    __builtin_prefetch(begin, 1);
    if constexpr (sizeof(Entry) > 64) __builtin_prefetch(begin + 64, 1);
  }

  boost::unordered_flat_map<std::uint64_t, Entry*, OfHash> index_;
};

}  // namespace tidemark::detail
