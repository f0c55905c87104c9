// SPDX-License-Identifier: MIT
//
// Silent keys: of which nothing has come for so long.
#pragma once

#include <tidemark/operators/keyed.hpp>
#include <tidemark/progress/check.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// When each key was heard of last. `Life` says how long one lives: `life(time)` is when a key
/// falls silent that was heard of at `time`, the later the later.
///
/// A key is looked at when it would be silent had it not been heard of since the last look, so what
/// comes costs a look into a table and no move in the order. Cost: O(1) to hear of a known key;
/// O(log k) of k keys for a new one, and for each look, of which there is one a life. Thread: its
/// worker.
template <typename Key, typename Time, typename Life>
class SilentKeys {
 public:
  explicit SilentKeys(Life life) : life_(std::move(life)) {}

  /// The key was heard of; the latest time counts.
  void hear(const Key& key, Time time) {
    const auto [at, is_new] = heard_.try_emplace(key, Heard{time, {}});
    if (is_new) {
      at->second.look = looks_.emplace(life_(time), key);
    } else {
      at->second.last = std::max(at->second.last, time);
    }
  }

  void forget(const Key& key) {
    const auto at = heard_.find(key);
    if (at == heard_.end()) return;
    looks_.erase(at->second.look);
    heard_.erase(at);
  }

  /// Forgets the keys that are silent at `now`, and gives them.
  std::vector<Key> take(Time now) {
    std::vector<Key> silent;
    while (!looks_.empty() && looks_.begin()->first <= now) {
      auto look = looks_.extract(looks_.begin());
      const auto at = heard_.find(look.mapped());
      look.key() = life_(at->second.last);
      if (now < look.key()) {
        at->second.look = looks_.insert(std::move(look));
      } else {
        heard_.erase(at);
        silent.push_back(std::move(look.mapped()));
      }
    }
    return silent;
  }

  /// Requires: the key has been heard of, and not been forgotten.
  Time last(const Key& key) const { return heard_.find(key)->second.last; }

  bool empty() const { return heard_.empty(); }
  /// No key falls silent before. Requires: not empty.
  Time next() const { return looks_.begin()->first; }

  /// Stops the program unless every key is looked at, and in time. Returns what it has cost.
  std::size_t verify() const {
    TIDEMARK_CHECK(heard_.size() == looks_.size(), "a key is looked at once");
    for (auto look = looks_.begin(); look != looks_.end(); ++look) {
      const auto at = heard_.find(look->second);
      TIDEMARK_CHECK(at != heard_.end() && at->second.look == look, "a look is at its key");
      TIDEMARK_CHECK(!(life_(at->second.last) < look->first), "a key is looked at in time");
    }
    return looks_.size();
  }

 private:
  using Looks = std::multimap<Time, Key>;
  struct Heard {
    Time last;
    typename Looks::iterator look;
  };

  Life life_;
  Looks looks_;
  KeyTable<Key, Heard> heard_;
};

}  // namespace tidemark::detail
