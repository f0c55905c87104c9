// SPDX-License-Identifier: MIT
//
// Saved keys: which keys of a stateful step an epoch has touched, told to the run's store when the
// epoch is complete.
#pragma once

#include <tidemark/core/capability.hpp>
#include <tidemark/core/codec.hpp>
#include <tidemark/core/state_store.hpp>
#include <tidemark/core/worker.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/epoch.hpp>

#include <algorithm>
#include <concepts>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Throws DataflowError unless a step of this id, on these timestamps, can be saved.
void require_savable(const std::string& kind, const std::string& id, bool on_epochs,
                     bool has_codecs);

/// One worker's end of the store for one step that keeps a `Saved` of each `Key`; `Right` keeps a
/// timestamp open downstream. Does nothing in a run without a store. Thread: its worker.
template <Timestamp T, typename Key, typename Saved, typename Right = Capability<T>>
class SavedKeys {
 public:
  static constexpr bool on_epochs = std::same_as<T, Epoch>;
  static constexpr bool has_codecs = Encodable<Key> && Encodable<Saved>;

  /// Throws DataflowError if there is a store and the step cannot be saved.
  SavedKeys(Worker& worker, const std::string& kind, std::string id)
      : store_(worker.states()),
        worker_(worker.index()),
        peers_(worker.peers()),
        id_(std::move(id)) {
    if (store_ != nullptr) require_savable(kind, id_, on_epochs, has_codecs);
  }

  bool active() const { return store_ != nullptr; }

  /// The first timestamp of the run. Requires: active.
  T first_time() const {
    if constexpr (on_epochs) {
      return Epoch{store_->first_epoch()};
    } else {
      return T::minimum();
    }
  }

  /// Calls `take(key, saved)` for each key of this worker that the store keeps.
  template <typename Take>
  void load(Take take) const {
    if constexpr (has_codecs)
      for (const SavedState& saved : store_->load(id_)) {
        Key key = from_bytes<Key>(saved.key);
        if (KeyHash{}(key) % peers_ == worker_)
          take(std::move(key), from_bytes<Saved>(*saved.state));
      }
  }

  /// From here on keys are touched at `time`. What was touched at earlier timestamps, which must be
  /// complete, is saved: `find(key)` gives what is kept of a key as a std::optional. `retain()`
  /// gives the right at `time`, held until that is saved, too.
  template <typename Retain, typename Find>
  void begin(const T& time, Retain retain, Find find) {
    while (!open_.empty() && open_.begin()->first < time) save_first(find);
    if (open_.empty()) open_.emplace(time, Touched{retain(), {}, {}});
  }

  void touch(const Key& key) {
    Touched& touched = open_.begin()->second;
    if (touched.seen.insert(key).second) touched.keys.push_back(key);
  }

  /// Saves what was touched at timestamps that `frontier` has passed.
  template <typename Find>
  void close(const Antichain<T>& frontier, Find find) {
    while (!open_.empty() && !frontier.less_equal_to(open_.begin()->first)) save_first(find);
  }

 private:
  struct Touched {
    Right right;
    std::vector<Key> keys;  // each once, in the order of being touched
    KeySet<Key> seen;
  };

  template <typename Find>
  void save_first(Find find) {
    if constexpr (on_epochs && has_codecs) {
      const auto& [time, touched] = *open_.begin();
      std::vector<SavedState> changes;
      for (const Key& key : touched.keys) {
        SavedState& change = changes.emplace_back(SavedState{to_bytes(key), {}});
        if (const auto saved = find(key)) change.state = to_bytes<Saved>(*saved);
      }
      store_->save(id_, worker_, time.value, std::move(changes));
    }
    open_.erase(open_.begin());
  }

  StateStore* store_;  // null: nothing is saved
  std::uint32_t worker_;
  std::uint32_t peers_;
  std::string id_;
  std::map<T, Touched> open_;  // at most one, between two calls
};

}  // namespace tidemark::detail
