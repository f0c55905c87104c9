// SPDX-License-Identifier: MIT
//
// Saved epochs: what an epoch has touched of a step's state, told to the run's store when the epoch
// is complete.
#pragma once

#include <tidemark/core/hash.hpp>
#include <tidemark/core/named_events.hpp>
#include <tidemark/core/state_store.hpp>
#include <tidemark/core/text.hpp>
#include <tidemark/core/worker.hpp>
#include <tidemark/operators/driver/saved_types.hpp>
#include <tidemark/progress/antichain.hpp>
#include <tidemark/progress/check.hpp>
#include <tidemark/progress/epoch.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Says that records come in an epoch that an earlier run has saved.
[[noreturn]] void refuse_early(const std::string& step, const std::string& time,
                               const std::string& first);

/// One worker's end of the store for one step, which keeps something of each `Name`: a key, a part.
/// A `Right` keeps its timestamp open downstream until what it has touched is saved. Does nothing
/// in a run without a store. Thread: its worker.
template <Timestamp T, typename Name, typename Right>
class SavedEpochs {
 public:
  /// `saved` is told the epoch and how many of the things, each time.
  SavedEpochs(const Worker& worker, std::string step, Notes saved = {})
      : store_(worker.states()),
        worker_(worker.index()),
        step_(std::move(step)),
        saved_(std::move(saved)) {}

  bool active() const { return store_ != nullptr; }

  /// The first timestamp of the run. Requires: active.
  T first_time() const {
    TIDEMARK_CHECK(active(), "a run without a store begins with no epoch in particular");
    if constexpr (on_epochs) {
      return Epoch{store_->first_epoch()};
    } else {
      return T::minimum();
    }
  }

  /// Says of what types the things are: those that the store keeps must be of the same. It is told
  /// with the first that is saved. Throws DataflowError if they are others. Requires: active.
  void require_types(SavedTypes types) {
    if (!detail::require_types(*store_, step_, types)) untold_ = std::move(types);
  }

  /// From here on things are touched at `time`. What was touched at earlier timestamps, which must
  /// be complete, is saved: `find(name, changes)` adds what is kept of it now. `retain()` gives the
  /// right at `time`, held until that is saved, too. Throws DataflowError for an epoch before the
  /// run's first, and what a codec or the store throws.
  template <typename Retain, typename Find>
  void begin(const T& time, Retain retain, Find find) {
    if (!active()) return;
    if (time < first_time()) refuse_early(step_, to_text(time), to_text(first_time()));
    save_before(time, find);
    if (!open_) open_.emplace(Open{retain(), {}, {}});
  }

  /// What was touched at timestamps before `time`, which must be complete, is saved as it is now.
  template <typename Find>
  void save_before(const T& time, Find find) {
    if (open_ && open_->right.time() < time) save(find);
  }

  /// Requires: there has been a `begin` that nothing has closed, if active.
  void touch(const Name& name) {
    if (!active()) return;
    TIDEMARK_CHECK(open_.has_value(), "what is touched is touched at a timestamp");
    if (open_->seen.insert(name).second) open_->names.push_back(name);
  }

  /// Saves what was touched if `frontier` has passed its timestamp.
  template <typename In, typename Find>
  void close(In& in, const Antichain<T>& frontier, Find find) {
    if (!open_ || frontier.less_equal_to(open_->right.time())) return;
    in.working_on(open_->right.time(), [&] { save(find); });
  }

 private:
  static constexpr bool on_epochs = std::same_as<T, Epoch>;

  struct Open {
    Right right;
    std::vector<Name> names;  // each once, in the order of being touched
    boost::unordered_flat_set<Name, TableHash, KeyEqual> seen;
  };

  template <typename Find>
  void save(Find find) {
    if constexpr (on_epochs) {
      std::vector<SavedState> changes;
      for (const Name& name : open_->names) find(name, changes);
      if (!changes.empty()) {
        const std::uint64_t epoch = open_->right.time().value;
        if (untold_) save_types(*store_, step_, worker_, epoch, *untold_);
        untold_.reset();
        if (saved_) [[unlikely]]
          saved_.tell(
              {static_cast<std::int64_t>(epoch), static_cast<std::int64_t>(changes.size())});
        store_->save(step_, worker_, epoch, std::move(changes));
      }
    }
    open_.reset();
  }

  StateStore* store_;  // null: nothing is saved
  std::uint32_t worker_;
  std::string step_;
  Notes saved_;
  std::optional<SavedTypes> untold_;
  std::optional<Open> open_;
};

}  // namespace tidemark::detail
