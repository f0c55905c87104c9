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
#include <tidemark/windowing/waking_keys.hpp>
#include <tidemark/windowing/window_results.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
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
        activator_(std::move(activator)),
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
        at = waiting_.emplace(batch.time, Waiting{out_->retain(batch), {}, {}}).first;
        if (notified()) at->second.notices.emplace(notices_->retain(batch));
      }
      for (Item& item : batch) at->second.records.push_back(std::move(item));
    });
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      if (!may_apply(next->first)) {
        ++next;
        continue;
      }
      Waiting& waiting = next->second;
      in_->working_on(next->first, [&] {
        held_.cover(waiting.capability);
        if (waiting.notices) held_notices_.cover(*waiting.notices);
        apply(next->first, waiting.records, out_->at(waiting.capability),
              waiting.notices ? &notices_->at(*waiting.notices) : nullptr);
      });
      next = waiting_.erase(next);
    }
    held_.advance(frontier);
    held_notices_.advance(frontier);
    if (!held_.empty())
      in_->working_on(held_.first().time(), [&] { look_again(frontier.empty()); });
    if (keys_.next() == nullptr) {
      held_.clear();
      held_notices_.clear();
    }
    work_.tally.flush_into(counts_);
  }

 private:
  struct Waiting {
    Capability<T> capability;
    std::optional<Capability<T>> notices;
    std::vector<Item> records;
  };

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
    for (auto& [key, value] : records) {
      Entry& entry = keys_.at(key);
      Results results{work_, *wanted_, entry.key, out, notices};
      const Reading reading = clock_.read(entry.state.clock, std::as_const(value), now_);
      take(entry, reading, value, results);
      advance(entry, reading.watermark, results);
      settle(entry);
    }
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

  /// Says when to look at the key again, or forgets it.
  void settle(Entry& entry) {
    EventTime next = entry.state.windows.next_end(work_);
    bool idle = entry.state.windows.empty();
    if constexpr (queues)
      if (!entry.state.queue.empty()) {
        next = std::min(next, entry.state.queue.next());
        idle = false;
      }
    if (idle) {
      if (remember_) {
        keys_.let_sleep(entry);
      } else {
        keys_.erase(entry);
      }
      return;
    }
    EventTime due = next == after_all_time ? after_all_time : clock_.due(entry.state.clock, next);
    if (due <= now_) due = advanced(now_, shortest_nap);  // a clock that breaks its law, at most
    if (!keys_.is_to_wake(entry)) {
      keys_.wake_at(entry, due);
    } else if (due < entry.wake()) {
      keys_.wake_at(entry, sooner(due));
    }
  }

  /// For a time of waking that moves forward again and again, as when history is replayed: half
  /// the way to `due`, so that it need not be moved with every value. To wake early does no harm.
  EventTime sooner(EventTime due) const {
    const std::chrono::nanoseconds left = between(now_, due);
    return left <= std::chrono::milliseconds(1) ? due : advanced(now_, left / 2);
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
    for (Entry* entry = keys_.next(); entry != nullptr && (at_end || entry->wake() <= now_);
         entry = keys_.next()) {
      keys_.let_sleep(*entry);
      Results results{work_, *wanted_, entry->key, out, notices};
      if (!at_end) ++work_.tally.wakes;
      advance(*entry, at_end ? after_all_time : clock_.watermark(entry->state.clock, now_),
              results);
      if (at_end) {
        keys_.erase(*entry);
      } else {
        settle(*entry);
      }
    }
    set_timer();
  }

  /// Has the step run when the first key is to be woken. A timer that is too early is kept.
  void set_timer() {
    const tidemark::Clock::time_point now = executor_->now();
    if (timer_ && *timer_ <= now) timer_.reset();
    const Entry* const first = keys_.next();
    if (first == nullptr || first->wake() == after_all_time) return;
    std::chrono::nanoseconds left =
        std::min<std::chrono::nanoseconds>(between(now_, first->wake()), longest_nap);
    if (timer_) {
      if (*timer_ <= now + left) return;
      if (left > std::chrono::milliseconds(1)) left /= 2;
    }
    timer_ = now + left;
    activator_.activate_at(*timer_);
  }

  static constexpr std::chrono::nanoseconds shortest_nap = std::chrono::milliseconds(1);
  static constexpr std::chrono::hours longest_nap{24 * 365};

  Clock clock_;
  Work work_;
  WindowCounts* counts_;
  bool ordered_;
  bool remember_;
  std::shared_ptr<const Wanted> wanted_;
  InputPort<T, Item>* in_;
  OutputPort<T, Out>* out_;
  OutputPort<T, NoticeOut>* notices_;
  Activator activator_;
  const Executor* executor_;
  bool virtual_time_;

  EventTime now_ = before_all_time;
  T latest_ = T::minimum();
  std::uint64_t queued_ = 0;
  std::optional<tidemark::Clock::time_point> timer_;
  Keys keys_;
  std::map<T, Waiting> waiting_;
  HeldFrontier<T, Out> held_;
  HeldFrontier<T, NoticeOut> held_notices_;
};

}  // namespace tidemark::detail
