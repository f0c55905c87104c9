// SPDX-License-Identifier: MIT
//
// The keys of a step at one worker, and when each is to be looked at again.
#pragma once

#include <tidemark/core/hash.hpp>
#include <tidemark/windowing/event_time.hpp>

#include <boost/intrusive/set.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <memory>
#include <utility>

namespace tidemark::detail {

/// A table of states by key, of which those that are to be woken are in the order of when, and of
/// when that was said. Entries stay where they are.
///
/// Cost: O(1) to find, O(log n) to change the time of waking. Memory: 64 bytes a key besides key
/// and state, of which the time of waking is 32.
template <typename Key, typename State>
class WakingKeys {
  using Hook =
      boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>,
                                      boost::intrusive::optimize_size<true>>;

 public:
  class Entry : public Hook {
   public:
    explicit Entry(const Key& name) : key(name) {}

    EventTime wake() const { return wake_; }

    const Key key;
    State state{};

   private:
    friend WakingKeys;
    bool linked_ = false;
    EventTime wake_{};
  };

  WakingKeys() = default;
  WakingKeys(const WakingKeys&) = delete;
  WakingKeys& operator=(const WakingKeys&) = delete;
  ~WakingKeys() {
    wakes_.clear();
    for (Entry* entry : index_) delete entry;
  }

  Entry& at(const Key& key) {
    if (const auto found = index_.find(key); found != index_.end()) return **found;
    auto entry = std::make_unique<Entry>(key);
    index_.insert(entry.get());
    return *entry.release();
  }
  void erase(Entry& entry) {
    let_sleep(entry);
    index_.erase(&entry);
    delete &entry;
  }

  void wake_at(Entry& entry, EventTime when) {
    let_sleep(entry);
    entry.wake_ = when;
    wakes_.insert(entry);
    entry.linked_ = true;
  }
  void let_sleep(Entry& entry) {
    if (!entry.linked_) return;
    wakes_.erase(wakes_.iterator_to(entry));
    entry.linked_ = false;
  }
  bool is_to_wake(const Entry& entry) const { return entry.linked_; }

  /// The one to be woken first; null if there is none.
  Entry* next() { return wakes_.empty() ? nullptr : &*wakes_.begin(); }

  std::size_t size() const { return index_.size(); }

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
  struct Earlier {
    bool operator()(const Entry& a, const Entry& b) const { return a.wake_ < b.wake_; }
  };

  boost::unordered_flat_set<Entry*, Hash, Same> index_;
  boost::intrusive::multiset<Entry, boost::intrusive::base_hook<Hook>,
                             boost::intrusive::compare<Earlier>,
                             boost::intrusive::constant_time_size<false>>
      wakes_;
};

}  // namespace tidemark::detail
