// SPDX-License-Identifier: MIT
//
// Open times: what an operator keeps of each timestamp until that is complete.
#pragma once

#include <tidemark/core/ports.hpp>

#include <map>
#include <utility>

namespace tidemark {

/// A state for each timestamp that an operator has seen and that is not complete, with the
/// capability by which it may send then: the map that every operator needs which waits for
/// frontiers. As long as it has an entry, no frontier downstream passes its timestamp.
///
///     in.for_each([&](auto& batch) { open.at(batch, out) += batch.records.size(); });
///     open.release([&](const Capability<T>& at, auto& count) { out.at(at).give(count); },
///                  in.frontier());
///
/// Cost: O(log k) for k open timestamps. Thread: its worker.
template <Timestamp T, typename State>
class OpenTimes {
 public:
  /// The state of the batch's timestamp; the first time it is made anew, and a capability retained.
  template <typename In, typename Out>
  State& at(const Batch<T, In>& batch, OutputPort<T, Out>& out) {
    auto entry = open_.find(batch.time);
    if (entry == open_.end())
      entry = open_.emplace(batch.time, Entry{out.retain(batch), State{}}).first;
    return entry->second.state;
  }

  /// The state of a later timestamp. Throws CapabilityError if the batch does not cover `time`.
  template <typename In, typename Out>
  State& at(const Batch<T, In>& batch, OutputPort<T, Out>& out, const T& time) {
    out.require_cover(batch, time);
    auto entry = open_.find(time);
    if (entry == open_.end())
      entry = open_.emplace(time, Entry{out.retain(batch, time), State{}}).first;
    return entry->second.state;
  }

  /// Calls `action(capability, state)` for each timestamp that none of the frontiers can bring any
  /// more, earliest first, and drops the entry. One that throws keeps its entry.
  template <typename Action, typename... Frontiers>
  void release(Action&& action, const Frontiers&... frontiers) {
    for (auto entry = open_.begin(); entry != open_.end();) {
      if ((frontiers.less_equal_to(entry->first) || ...)) {
        ++entry;
      } else {
        action(std::as_const(entry->second.capability), entry->second.state);
        entry = open_.erase(entry);
      }
    }
  }

  bool empty() const { return open_.empty(); }

 private:
  struct Entry {
    Capability<T> capability;
    State state;
  };
  std::map<T, Entry> open_;
};

}  // namespace tidemark
