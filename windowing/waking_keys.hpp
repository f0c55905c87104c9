// SPDX-License-Identifier: MIT
//
// The keys of a step at one worker, and when each is to be looked at again.
#pragma once

#include <tidemark/core/hash.hpp>
#include <tidemark/windowing/event_time.hpp>

#include <boost/intrusive/set.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// A key of a table, and when it is to be looked at.
template <typename Key>
class WakingKey : public boost::intrusive::set_base_hook<
                      boost::intrusive::link_mode<boost::intrusive::normal_link>,
                      boost::intrusive::optimize_size<true>> {
 public:
  explicit WakingKey(const Key& name) : key(name) {}

  const Key key;

 private:
  template <typename>
  friend class WakeOrder;
  bool is_fresh_ = false;   // said, and not in order yet
  bool is_sorted_ = false;  // in order
  EventTime wake_{};        // if it is in order
};

/// When keys are to be woken. What is said is only noted, with the least of the times; it is put in
/// order when that has come. So that a key whose time moves with each of its values, as it does
/// when history is replayed, costs nothing until it matters.
///
/// Cost: O(1) to say, O(log n) once for each key that was said when the time comes.
template <typename Key>
class WakeOrder {
 public:
  using Entry = WakingKey<Key>;

  /// Has `entry` looked at when `when` has come, or earlier.
  void wake_by(Entry& entry, EventTime when) {
    if (entry.is_sorted_ && entry.wake_ <= when) return;
    first_fresh_ = std::min(first_fresh_, when);
    if (entry.is_fresh_) return;
    entry.is_fresh_ = true;
    fresh_.push_back(&entry);
  }

  /// When to look next; after all time if there is nothing to look at before the end.
  EventTime next() const {
    return sorted_.empty() ? first_fresh_ : std::min(first_fresh_, sorted_.begin()->wake_);
  }

  /// Calls `look(entry)` for each key to be looked at `now`, and for some that were but noted; it
  /// returns when to look again, which is later, or nullopt. With `after_all_time`, for each key
  /// that waits to be looked at.
  template <typename Look>
  void wake(EventTime now, Look look) {
    if (first_fresh_ <= now) {
      first_fresh_ = after_all_time;
      for (Entry* entry : std::exchange(fresh_, {})) {
        entry->is_fresh_ = false;
        look_at(*entry, look);
      }
    }
    while (!sorted_.empty() && sorted_.begin()->wake_ <= now) look_at(*sorted_.begin(), look);
  }

  /// Takes `entry` out, if that can be done at once: then it may be deleted. If not, it is going to
  /// be looked at.
  bool forget(Entry& entry) {
    take_out(entry);
    return !entry.is_fresh_;
  }
  bool empty() const { return sorted_.empty() && fresh_.empty(); }
  void clear() {
    sorted_.clear();
    fresh_.clear();
  }

 private:
  struct Earlier {
    bool operator()(const Entry& a, const Entry& b) const { return a.wake_ < b.wake_; }
  };

  void take_out(Entry& entry) {
    if (entry.is_sorted_) sorted_.erase(sorted_.iterator_to(entry));
    entry.is_sorted_ = false;
  }
  template <typename Look>
  void look_at(Entry& entry, Look& look) {
    take_out(entry);
    if (const std::optional<EventTime> again = look(entry)) {
      entry.wake_ = *again;
      entry.is_sorted_ = true;
      sorted_.insert(entry);
    }
  }

  boost::intrusive::multiset<Entry, boost::intrusive::compare<Earlier>,
                             boost::intrusive::constant_time_size<false>>
      sorted_;
  std::vector<Entry*> fresh_;
  EventTime first_fresh_ = after_all_time;
};

/// Pointers to keys, found by key.
template <typename Key>
class KeyIndex {
 public:
  using Entry = WakingKey<Key>;

  Entry* find(const Key& key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : *found;
  }
  void insert(Entry& entry) { index_.insert(&entry); }
  void erase(Entry& entry) { index_.erase(&entry); }
  template <typename Action>
  void for_each(Action action) const {
    for (Entry* entry : index_) action(*entry);
  }

 private:
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    std::size_t operator()(const Key& key) const { return KeyHash{}(key); }
    std::size_t operator()(const Entry* entry) const { return KeyHash{}(entry->key); }
  };
  struct Same {
    using is_transparent = void;
    bool operator()(const Entry* a, const Entry* b) const { return a == b || a->key == b->key; }
    bool operator()(const Key& a, const Entry* b) const { return a == b->key; }
    bool operator()(const Entry* a, const Key& b) const { return a->key == b; }
  };
  boost::unordered_flat_set<Entry*, Hash, Same> index_;
};

/// A table of states by key, each of which can be woken. Entries stay where they are.
///
/// Memory: about 70 bytes a key besides key and state, of which 40 are for waking.
template <typename Key, typename State>
class WakingKeys : public WakeOrder<Key> {
 public:
  struct Entry final : WakingKey<Key> {
    using WakingKey<Key>::WakingKey;
    State state{};
  };

  WakingKeys() = default;
  WakingKeys(const WakingKeys&) = delete;
  WakingKeys& operator=(const WakingKeys&) = delete;
  ~WakingKeys() {
    this->clear();
    index_.for_each([](WakingKey<Key>& entry) { delete &of(entry); });
  }

  Entry& at(const Key& key) {
    if (WakingKey<Key>* const found = index_.find(key)) return of(*found);
    auto entry = std::make_unique<Entry>(key);
    index_.insert(*entry);
    return *entry.release();
  }
  /// Requires: `forget(entry)` was true.
  void erase(Entry& entry) {
    index_.erase(entry);
    delete &entry;
  }

  static Entry& of(WakingKey<Key>& entry) { return static_cast<Entry&>(entry); }

 private:
  KeyIndex<Key> index_;
};

}  // namespace tidemark::detail
