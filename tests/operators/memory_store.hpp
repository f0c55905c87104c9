// SPDX-License-Identifier: MIT
//
// A state store in memory that remembers every epoch.
#pragma once

#include <tidemark/core/state_store.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tidemark::tests {

/// Throws when the same key of a step is saved twice for an epoch, or an epoch after a later one.
class MemoryStore final : public StateStore {
 public:
  MemoryStore() = default;

  std::uint64_t first_epoch() const override { return begin_; }
  std::vector<SavedState> load(const std::string& step, const SavedShare& share) const override {
    const std::lock_guard lock(mutex_);
    std::vector<SavedState> all;
    for (const auto& [of, history] : states_)
      if (of.first == step && share.has(routes_.at(of)))
        if (const auto state = as_of(history, begin_))
          all.push_back({of.second, state, routes_.at(of)});
    loaded_[step] += all.size();
    return all;
  }
  void save(const std::string& step, std::uint32_t worker, std::uint64_t epoch,
            std::vector<SavedState> changes) override {
    const std::lock_guard lock(mutex_);
    for (SavedState& change : changes) {
      auto& history = states_[{step, change.key}];
      if (!history.empty() && history.rbegin()->first >= epoch)
        throw std::logic_error("'" + step + "' saved a key for epoch " + std::to_string(epoch) +
                               " after " + std::to_string(history.rbegin()->first));
      history.emplace(epoch, std::move(change.state));
      routes_[{step, change.key}] = change.route;
      writers_[{step, epoch}].insert(worker);
      last_ = std::max(last_, epoch);
    }
  }

  /// The store of a run that goes on with `epoch`, knowing nothing of it or of what followed.
  std::unique_ptr<MemoryStore> going_on_with(std::uint64_t epoch) const {
    auto store = std::make_unique<MemoryStore>();
    store->begin_ = epoch;
    store->routes_ = routes_;
    for (const auto& [of, history] : states_)
      for (const auto& [at, state] : history)
        if (at < epoch) store->states_[of].emplace(at, state);
    return store;
  }

  /// The keys of `step` that `epoch` has touched.
  std::set<std::string> touched(const std::string& step, std::uint64_t epoch) const {
    std::set<std::string> keys;
    for (const auto& [of, history] : states_)
      if (of.first == step && history.contains(epoch)) keys.insert(of.second);
    return keys;
  }
  /// What is kept of a key, at the end.
  std::optional<std::string> state(const std::string& step, const std::string& key) const {
    const auto at = states_.find({step, key});
    return at == states_.end() ? std::nullopt : at->second.rbegin()->second;
  }
  std::uint64_t last_epoch() const { return last_; }
  /// How many keys or parts of `step` its workers were given, all together.
  std::uint64_t loaded(const std::string& step) const { return loaded_[step]; }

 private:
  using History = std::map<std::uint64_t, std::optional<std::string>>;  // by epoch

  static std::optional<std::string> as_of(const History& history, std::uint64_t epoch) {
    const auto after = history.lower_bound(epoch);
    return after == history.begin() ? std::nullopt : std::prev(after)->second;
  }

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, History> states_;  // by step and key
  std::map<std::pair<std::string, std::string>, std::uint64_t> routes_;
  mutable std::map<std::string, std::uint64_t> loaded_;
  std::map<std::pair<std::string, std::uint64_t>, std::set<std::uint32_t>> writers_;
  std::uint64_t begin_ = 1;
  std::uint64_t last_ = 0;
};

}  // namespace tidemark::tests
