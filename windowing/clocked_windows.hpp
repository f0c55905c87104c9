// SPDX-License-Identifier: MIT
//
// The window operator on a clock: windows close as their key's watermark passes.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/windowing/clock.hpp>
#include <tidemark/windowing/held_frontier.hpp>
#include <tidemark/windowing/play_queue.hpp>
#include <tidemark/windowing/sliced_windows.hpp>
#include <tidemark/windowing/wake_timer.hpp>
#include <tidemark/windowing/waking_keys.hpp>
#include <tidemark/windowing/window_results.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// One worker's shard. Values are taken in the order of their epochs, those of the frontier's at
/// once; a window closed by a value is sent at the value's epoch, one closed by the passing of time
/// at the frontier's, and at the end at the last.
template <Timestamp T, KeyedItem Item, typename Clock, typename Work>
class ClockedWindows {
  using Key = typename Item::first_type;
  using Value = typename Item::second_type;
  using Windows = WindowsOf<Work>;
  using Results = WindowResults<T, Key, Value, Work>;
  using Out = typename Results::Out;
  using NoticeOut = typename Results::NoticeOut;

  /// Whether the order of values can be seen.
  static constexpr bool queues = !Work::Aggregate::commutative || !Work::Windower::by_time;
  struct Nothing {};
  struct KeyState {
    [[no_unique_address]] typename Clock::State clock{};
    Windows windows{};
    [[no_unique_address]] std::conditional_t<queues, PlayQueue<Value>, Nothing> queue{};
  };
  using Keys = WakingKeys<Key, KeyState>;
  using Entry = typename Keys::Entry;

 public:
  ClockedWindows(Clock clock, Work work, const WindowOptions& options,
                 std::shared_ptr<const Wanted> wanted, InputPort<T, Item>& in,
                 OutputPort<T, Out>& out, OutputPort<T, NoticeOut>& notices, Activator activator,
                 const Process& process, const Executor& executor)
      : clock_(std::move(clock)),
        work_(std::move(work)),
        counts_(options.counts),
        ordered_(options.ordered && options.rules == WindowRules::v0_21),
        remember_(options.remember.value_or(Work::Windower::numbers)),
        wanted_(std::move(wanted)),
        in_(&in),
        out_(&out),
        notices_(&notices),
        timer_(std::move(activator), executor),
        executor_(&executor),
        virtual_time_(process.config().executor == ExecutorKind::deterministic) {}

  void run() {
    now_ = std::max(now_, wall());
    const Antichain<T>& frontier = in_->frontier();  // one for all, or they might be overtaken
    const auto may_apply = [&](const T& time) { return !frontier.less_than_to(time); };
    in_->for_each([&](Batch<T, Item>& batch) {
      const bool is_next = waiting_.empty() || batch.time < waiting_.begin()->first;
      if (is_next && may_apply(batch.time)) {
        held_.cover(batch, *out_);
        if (notified()) held_notices_.cover(batch, *notices_);
        apply(batch.time, batch.records, out_->at(batch), notices_at(batch));
        return;
      }
      auto at = waiting_.find(batch.time);
      if (at == waiting_.end()) {
        at = waiting_.emplace(batch.time, HeldBack<T, Item>{out_->retain(batch), {}, {}}).first;
        if (notified()) at->second.notices.emplace(notices_->retain(batch));
      }
      for (Item& item : batch) at->second.records.push_back(std::move(item));
    });
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      if (!may_apply(next->first)) {
        ++next;
        continue;
      }
      HeldBack<T, Item>& waiting = next->second;
      in_->working_on(next->first, [&] {
        held_.cover(waiting.out);
        if (waiting.notices) held_notices_.cover(*waiting.notices);
        apply(next->first, waiting.records, out_->at(waiting.out),
              waiting.notices ? &notices_->at(*waiting.notices) : nullptr);
      });
      next = waiting_.erase(next);
    }
    held_.advance(frontier);
    held_notices_.advance(frontier);
    if (!held_.empty())
      in_->working_on(held_.first().time(), [&] { look_again(frontier.empty()); });
    if (wheel_.empty()) {
      held_.clear();
      held_notices_.clear();
    }
    work_.tally.flush_into(counts_);
  }

 private:
  EventTime wall() {
    if (const Now& now = clock_.now) return now();
    if (virtual_time_) return EventTime(executor_->now().time_since_epoch());
    return std::chrono::time_point_cast<EventTime::duration>(std::chrono::system_clock::now());
  }
  bool notified() const { return wanted_->windows || wanted_->late; }
  template <typename Right>
  Emitter<T, NoticeOut>* notices_at(const Right& right) {
    return notified() ? &notices_->at(right) : nullptr;
  }

  void apply(const T& time, std::vector<Item>& records, Emitter<T, Out>& out,
             Emitter<T, NoticeOut>* notices) {
    if (latest_ < time) latest_ = time;
    work_.tally.values += records.size();
    for (std::span<Item> rest = records; !rest.empty();) {
      const std::span<Item> block = rest.first(std::min(rest.size(), block_size));
      rest = rest.subspan(block.size());
      apply_block(block, out, notices);
    }
  }

  /// Finds all keys of the block before it looks into any, so that the memory can be slow for all
  /// at once.
  void apply_block(std::span<Item> block, Emitter<T, Out>& out, Emitter<T, NoticeOut>* notices) {
    std::array<Entry*, block_size> entries;
    std::ranges::transform(block, entries.begin(), [&](Item& item) {
      Entry& entry = keys_.at(item.first);
      return &entry;
    });
    for (std::size_t i = 0; i != block.size(); ++i) {
      Entry& entry = *entries[i];
      Value& value = block[i].second;
      Results results{work_, *wanted_, entry.key, out, notices};
      const Reading reading = clock_.read(entry.state.clock, std::as_const(value), now_);
      take(entry, reading, value, results);
      advance(entry, reading.watermark, results);
      if (const std::optional<EventTime> next = next_look(entry)) {
        wheel_.wake_by(entry, *next, now_);
      } else {
        wheel_.forget(entry);
        if (remember_) continue;
        entry.state = KeyState{};
        emptied_.push_back(&entry);
      }
    }
    // Some may be there twice, and some not be empty any more.
    std::ranges::sort(emptied_);
    const auto repeated = std::ranges::unique(emptied_);
    emptied_.erase(repeated.begin(), repeated.end());
    for (Entry* entry : emptied_)
      if (!next_look(*entry)) forget(*entry);
    emptied_.clear();
  }

  void take(Entry& entry, const Reading& reading, Value& value, Results& results) {
    if (!judges_by_window(work_.windower) && reading.time < reading.watermark) {
      ++work_.tally.late;
      results.late(std::move(value), reading.time, reading.watermark);
      return;
    }
    if constexpr (queues) {
      if (ordered_ && (reading.watermark < reading.time || !entry.state.queue.empty())) {
        entry.state.queue.push(reading.time, queued_++, std::move(value));
        return;
      }
    }
    std::optional<Value> kept;
    if (wanted_->late && judges_by_window(work_.windower)) kept = value;
    switch (entry.state.windows.add(work_, reading.time, std::move(value), reading.watermark,
                                    results)) {
      case Placement::placed:
        return;
      case Placement::outside:
        ++work_.tally.outside;
        return;
      case Placement::late:
        ++work_.tally.late;
        if (kept) results.late(*std::move(kept), reading.time, reading.watermark);
    }
  }

  /// Plays what the watermark has come to, and closes what it has passed.
  void advance(Entry& entry, EventTime watermark, Results& results) {
    KeyState& state = entry.state;
    if constexpr (queues)
      while (!state.queue.empty() && state.queue.next() <= watermark) {
        const EventTime time = state.queue.next();
        if (state.windows.add(work_, time, state.queue.pop(), before_all_time, results) ==
            Placement::outside)
          ++work_.tally.outside;
      }
    state.windows.close(work_, watermark, results);
  }

  /// When to look at the key again; nullopt if it has nothing that waits.
  std::optional<EventTime> next_look(const Entry& entry) const {
    EventTime next = entry.state.windows.next_end(work_);
    bool idle = entry.state.windows.empty();
    if constexpr (queues)
      if (!entry.state.queue.empty()) {
        next = std::min(next, entry.state.queue.next());
        idle = false;
      }
    if (idle) return std::nullopt;
    if (next == after_all_time) return after_all_time;
    const EventTime due = clock_.due(entry.state.clock, next);
    return due > now_ ? due : advanced(now_, shortest_nap);  // else the clock breaks its law
  }

  /// Forgets a key that has nothing, unless it is to be remembered.
  void forget(Entry& entry) {
    const bool unused = wheel_.forget(entry);
    if (remember_) return;
    if (unused) {
      keys_.erase(entry);
    } else {
      entry.state = KeyState{};  // and erased later on
    }
  }

  /// Looks at the keys whose time has come; at the end, at all.
  void look_again(bool at_end) {
    if (at_end) {
      if constexpr (requires { requires T::totally_ordered; }) {
        held_.advance_to(latest_);
        held_notices_.advance_to(latest_);
      }
    }
    Emitter<T, Out>& out = out_->at(held_.first());
    Emitter<T, NoticeOut>* const notices =
        held_notices_.empty() ? nullptr : notices_at(held_notices_.first());
    wheel_.wake(
        at_end ? after_all_time : now_,
        [&](WakingKey<Key>& key) {
          Entry& entry = keys_.of(key);
          Results results{work_, *wanted_, entry.key, out, notices};
          if (!at_end) ++work_.tally.wakes;
          advance(entry, at_end ? after_all_time : clock_.watermark(entry.state.clock, now_),
                  results);
          const std::optional<EventTime> next = at_end ? std::nullopt : next_look(entry);
          if (next) {
            wheel_.wake_by(entry, *next, now_);
          } else {
            forget(entry);
          }
        },
        [&](WakingKey<Key>& key) { forget(keys_.of(key)); });
    if (wheel_.next() < after_all_time) timer_.set(between(now_, wheel_.next()));
  }

  static constexpr std::size_t block_size = 16;
  static constexpr std::chrono::nanoseconds shortest_nap = std::chrono::milliseconds(1);

  Clock clock_;
  Work work_;
  WindowCounts* counts_;
  bool ordered_;
  bool remember_;
  std::shared_ptr<const Wanted> wanted_;
  InputPort<T, Item>* in_;
  OutputPort<T, Out>* out_;
  OutputPort<T, NoticeOut>* notices_;
  WakeTimer timer_;
  const Executor* executor_;
  bool virtual_time_;

  EventTime now_ = before_all_time;
  T latest_ = T::minimum();
  std::uint64_t queued_ = 0;
  Keys keys_;
  WakeWheel<Key> wheel_;
  std::vector<Entry*> emptied_;  // by the block in hand
  std::map<T, HeldBack<T, Item>> waiting_;
  HeldFrontier<T> held_;
  HeldFrontier<T> held_notices_;
};

}  // namespace tidemark::detail
