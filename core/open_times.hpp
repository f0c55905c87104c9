// SPDX-License-Identifier: MIT
//
// Open times: what an operator keeps of each timestamp until that is complete.
#pragma once

#include <tidemark/core/capability.hpp>
#include <tidemark/core/ports.hpp>
#include <tidemark/progress/antichain.hpp>

#include <map>
#include <memory>
#include <span>
#include <utility>

namespace tidemark {
namespace detail {

/// Open timestamps, whatever is kept of each.
template <Timestamp T>
class OpenList {
 public:
  using State = std::unique_ptr<void, void (*)(void*)>;
  struct Entry {
    Capability<T> capability;
    State state;
  };
  using Place = typename std::map<T, Entry>::iterator;

  /// What is kept of `time`; null if nothing is yet.
  void* find(const T& time);
  /// Requires: nothing is kept of `time` yet.
  void add(const T& time, Capability<T> capability, State state);

  Place begin() { return entries_.begin(); }
  Place end() { return entries_.end(); }
  bool empty() const { return entries_.empty(); }
  /// The first entry from `from` on that none of the frontiers can bring any more.
  Place due(Place from, std::span<const Antichain<T>* const> frontiers);
  Place erase(Place entry);

 private:
  std::map<T, Entry> entries_;
};

}  // namespace detail

/// A state for each timestamp that an operator has seen and that is not complete, with the
/// capability by which it may send then: the map that every operator needs which waits for
/// frontiers. As long as it has an entry, no frontier downstream passes its timestamp.
///
///     in.for_each([&](auto& batch) { open.at(batch, out) += batch.records.size(); });
///     open.release([&](const Capability<T>& at, auto& count) { out.at(at).give(count); },
///                  in.frontier());
///
/// Cost for k open timestamps: O(log k) for `at`. `release` looks at those that it releases, and in
/// a total order at the next one behind them, in a partial order at all k. Thread: its worker.
template <Timestamp T, typename State>
class OpenTimes {
 public:
  /// The state of the batch's timestamp; the first time it is made anew, and a capability retained.
  template <typename In, typename Out>
  State& at(const Batch<T, In>& batch, OutputPort<T, Out>& out) {
    if (void* const state = open_.find(batch.time)) return *static_cast<State*>(state);
    return add(batch.time, out.retain(batch));
  }

  /// The state of a later timestamp. Throws CapabilityError if the batch does not cover `time`.
  template <typename In, typename Out>
  State& at(const Batch<T, In>& batch, OutputPort<T, Out>& out, const T& time) {
    out.require_cover(batch, time);
    if (void* const state = open_.find(time)) return *static_cast<State*>(state);
    return add(time, out.retain(batch, time));
  }

  /// Calls `action(capability, state)` for each timestamp that none of the frontiers can bring any
  /// more, earliest first, and drops the entry. One that throws keeps its entry.
  template <typename Action, typename... Frontiers>
  void release(Action&& action, const Frontiers&... frontiers) {
    const Antichain<T>* const all[] = {&frontiers...};
    for (auto entry = open_.due(open_.begin(), all); entry != open_.end();
         entry = open_.due(open_.erase(entry), all))
      action(std::as_const(entry->second.capability),
             *static_cast<State*>(entry->second.state.get()));
  }

  /// Whether it holds nothing back: no timestamp is open.
  bool empty() const { return open_.empty(); }

 private:
  State& add(const T& time, Capability<T> capability) {
    auto* const state = new State{};
    open_.add(time, std::move(capability),
              {state, [](void* of) { delete static_cast<State*>(of); }});
    return *state;
  }

  detail::OpenList<T> open_;
};

}  // namespace tidemark
