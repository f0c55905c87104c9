// SPDX-License-Identifier: MIT
//
// The window operator on the frontier: windows close when nothing can come for them any more.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/driver/epochs_in_order.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/windowing/instant.hpp>
#include <tidemark/windowing/waking_keys.hpp>
#include <tidemark/windowing/window_ends.hpp>
#include <tidemark/windowing/windows_of_key.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// One worker's shard. For each end of a window, of whatever key, it holds a capability at the last
/// instant before; when the frontier has passed that, the windows that end there are sent with it.
template <EventTimestamp T, KeyedItem Item, typename Work>
class FrontierWindows {
  using Ends = WindowEnds<T, Item, Work>;
  using Rights = WindowRights<T>;

  struct KeyState {
    WindowsOf<Work> windows{};
    EventTime listed = after_all_time;  // the first of the ends at which the key is listed
    std::size_t lists = 0;
  };
  using Keys = WakingKeys<typename Item::first_type, KeyState>;  // whose wake-ups are not in use
  using Entry = typename Keys::Entry;

 public:
  FrontierWindows(Work work, const WindowOptions& options, Ends ends, InputPort<T, Item>& in)
      : work_(std::move(work)),
        counts_(options.counts),
        ends_(std::move(ends)),
        in_(&in),
        epochs_(options.ordered && !Work::Aggregate::commutative) {}

  void run() {
    epochs_.run(*in_, *this);
    work_.tally.flush_into(counts_);
  }

  std::size_t verify() const { return epochs_.verify(); }

  Rights retain(const Batch<T, Item>& batch) { return ends_.retain(batch); }

  template <typename By, typename Retain>
  void work(const T& timestamp, std::vector<Item>& records, const By&, Retain retain) {
    const EventTime time = event_time(timestamp);
    const Rights rights = retain();
    const auto ends = ends_.at(rights);
    work_.tally.values += records.size();
    for (auto& [key, value] : records) {
      Entry& entry = keys_.at(key);
      const Placement placement = entry.state.windows.add(
          work_, time, std::move(value), before_all_time, ends.results(work_, key));
      if (placement == Placement::outside) ++work_.tally.outside;
      list(entry, rights);
    }
  }

  void close(const Antichain<T>& frontier) {
    while (!closing_.empty() && !frontier.less_equal_to(closing_.begin()->second.rights.time())) {
      auto ending = closing_.extract(closing_.begin());
      in_->working_on(ending.mapped().rights.time(), [&] { close(ending.key(), ending.mapped()); });
    }
  }

 private:
  struct Ending {
    Rights rights;
    std::vector<Entry*> keys;
  };

  /// Lists the key where its next window ends, unless it is listed there or before; forgets it if
  /// it has none.
  void list(Entry& entry, const Rights& rights) {
    KeyState& state = entry.state;
    if (state.windows.empty()) {
      if (state.lists == 0) keys_.erase(entry);
      return;
    }
    const EventTime end = state.windows.next_end(work_);
    if (state.lists != 0 && state.listed <= end) return;
    auto at = closing_.find(end);
    if (at == closing_.end()) {
      const EventTime last = set_back(end, std::chrono::nanoseconds(1));
      at = closing_.emplace(end, Ending{rights.delayed(std::max(rights.time(), T::at(last))), {}})
               .first;
    }
    at->second.keys.push_back(&entry);
    state.listed = end;
    ++state.lists;
  }

  void close(EventTime end, Ending& ending) {
    for (Entry* entry : ending.keys) {
      KeyState& state = entry->state;
      state.windows.close(work_, end, ends_.at(ending.rights).results(work_, entry->key));
      --state.lists;
      if (state.listed == end) state.listed = after_all_time;
      list(*entry, ending.rights);
    }
  }

  Work work_;
  WindowCounts* counts_;
  Ends ends_;
  InputPort<T, Item>* in_;
  EpochsInOrder<T, Item, Rights> epochs_;
  Keys keys_;
  std::map<EventTime, Ending> closing_;
};

}  // namespace tidemark::detail
