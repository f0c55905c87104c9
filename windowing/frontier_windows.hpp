// SPDX-License-Identifier: MIT
//
// The window operator on the frontier: windows close when nothing can come for them any more.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/timestamps/reorder_buffer.hpp>
#include <tidemark/windowing/held_frontier.hpp>
#include <tidemark/windowing/instant.hpp>
#include <tidemark/windowing/sliced_windows.hpp>
#include <tidemark/windowing/waking_keys.hpp>
#include <tidemark/windowing/window_results.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// One worker's shard. For each end of a window, of whatever key, it holds a capability at the last
/// instant before; when the frontier has passed that, the windows that end there are sent with it.
template <EventTimestamp T, KeyedItem Item, typename Work>
class FrontierWindows {
  using Key = typename Item::first_type;
  using Value = typename Item::second_type;
  using Results = WindowResults<T, Key, Value, Work>;
  using Out = typename Results::Out;
  using NoticeOut = typename Results::NoticeOut;
  static constexpr bool keeps_order = !Work::Aggregate::commutative;

  struct KeyState {
    WindowsOf<Work> windows{};
    EventTime listed = after_all_time;  // the first of the ends at which the key is listed
    std::size_t lists = 0;
  };
  using Keys = WakingKeys<Key, KeyState>;  // whose wake-ups are not in use
  using Entry = typename Keys::Entry;
  using Rights = WindowRights<T>;

 public:
  FrontierWindows(Work work, const WindowOptions& options, std::shared_ptr<const Wanted> wanted,
                  InputPort<T, Item>& in, OutputPort<T, Out>& out,
                  OutputPort<T, NoticeOut>& notices)
      : work_(std::move(work)),
        counts_(options.counts),
        ordered_(options.ordered),
        wanted_(std::move(wanted)),
        in_(&in),
        out_(&out),
        notices_(&notices) {}

  void run() {
    const Antichain<T>& frontier = in_->frontier();  // one for all
    in_->for_each([&](Batch<T, Item>& batch) {
      if (!keeps_order || !ordered_ || early_.is_turn(batch.time, frontier))
        return apply(batch.time, batch.records, rights_at(batch));
      early_.hold(batch.time, batch.records, [&] { return rights_at(batch); });
    });
    early_.release(frontier, [&](const T& time, Rights& rights, std::vector<Item>& records) {
      in_->working_on(time, [&] { apply(time, records, rights); });
    });
    while (!ends_.empty() && !frontier.less_equal_to(ends_.begin()->second.rights.out.time())) {
      auto ending = ends_.extract(ends_.begin());
      in_->working_on(ending.mapped().rights.out.time(),
                      [&] { close(ending.key(), ending.mapped()); });
    }
    work_.tally.flush_into(counts_);
  }

 private:
  struct Ending {
    Rights rights;
    std::vector<Entry*> keys;
  };

  Rights rights_at(const Batch<T, Item>& batch) {
    Rights rights{out_->retain(batch), {}};
    if (wanted_->windows) rights.notices.emplace(notices_->retain(batch));
    return rights;
  }

  Results results(const Key& key, const Rights& at) {
    return {work_, *wanted_, key, out_->at(at.out),
            at.notices ? &notices_->at(*at.notices) : nullptr};
  }

  void apply(const T& timestamp, std::vector<Item>& records, const Rights& rights) {
    const EventTime time = event_time(timestamp);
    work_.tally.values += records.size();
    for (auto& [key, value] : records) {
      Entry& entry = keys_.at(key);
      const Placement placement = entry.state.windows.add(work_, time, std::move(value),
                                                          before_all_time, results(key, rights));
      if (placement == Placement::outside) ++work_.tally.outside;
      list(entry, rights);
    }
  }

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
    auto at = ends_.find(end);
    if (at == ends_.end()) {
      const EventTime last = set_back(end, std::chrono::nanoseconds(1));
      at = ends_.emplace(end, Ending{rights.delayed(std::max(rights.out.time(), T::at(last))), {}})
               .first;
    }
    at->second.keys.push_back(&entry);
    state.listed = end;
    ++state.lists;
  }

  void close(EventTime end, Ending& ending) {
    for (Entry* entry : ending.keys) {
      KeyState& state = entry->state;
      state.windows.close(work_, end, results(entry->key, ending.rights));
      --state.lists;
      if (state.listed == end) state.listed = after_all_time;
      list(*entry, ending.rights);
    }
  }

  Work work_;
  WindowCounts* counts_;
  bool ordered_;
  std::shared_ptr<const Wanted> wanted_;
  InputPort<T, Item>* in_;
  OutputPort<T, Out>* out_;
  OutputPort<T, NoticeOut>* notices_;
  Keys keys_;
  ReorderBuffer<T, Item, Rights> early_;
  std::map<EventTime, Ending> ends_;
};

}  // namespace tidemark::detail
