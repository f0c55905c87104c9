// SPDX-License-Identifier: MIT
//
// The window operator on a clock: windows close as their key's watermark passes.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/keyed/saved_keys.hpp>
#include <tidemark/operators/timestamps/reorder_buffer.hpp>
#include <tidemark/windowing/clock.hpp>
#include <tidemark/windowing/held_frontier.hpp>
#include <tidemark/windowing/wake_timer.hpp>
#include <tidemark/windowing/waking_keys.hpp>
#include <tidemark/windowing/window_results.hpp>
#include <tidemark/windowing/window_state.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// One worker's shard. Values are taken in the order of their epochs, those of the frontier's at
/// once; a window closed by a value is sent at the value's epoch, one closed by the passing of time
/// at the frontier's, and at the end at the last.
template <Timestamp T, KeyedItem Item, typename C, typename Work>
class ClockedWindows {
  using Key = typename Item::first_type;
  using Value = typename Item::second_type;
  using Results = WindowResults<T, Key, Value, Work>;
  using Out = typename Results::Out;
  using NoticeOut = typename Results::NoticeOut;
  using KeyState = WindowState<C, Value, Work>;
  static constexpr bool queues = KeyState::queues;
  using Keys = WakingKeys<Key, KeyState>;
  using Entry = typename Keys::Entry;
  using Rights = WindowRights<T>;

 public:
  /// Of all window steps with such keys: the wall time and the key's state, as bytes.
  using Saved = SavedKeys<T, Key, std::string, Rights>;

  /// `first` is the right at the least timestamp if what was saved may send by itself.
  ClockedWindows(Saved saved, std::optional<Rights> first, C clock, Work work,
                 const WindowOptions& options, std::shared_ptr<const Wanted> wanted,
                 InputPort<T, Item>& in, OutputPort<T, Out>& out, OutputPort<T, NoticeOut>& notices,
                 Activator activator, const Executor& executor)
      : saved_(std::move(saved)),
        first_(std::move(first)),
        clock_(std::move(clock)),
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
        virtual_time_(executor.has_virtual_time()) {}

  void run() {
    wall_ = wall();
    now_ = std::max(now_, wall_);
    if (first_) load();
    const Antichain<T>& frontier = in_->frontier();  // one for all, or they might be overtaken
    in_->for_each([&](Batch<T, Item>& batch) {
      const auto retain = [&] { return rights_at(batch); };
      if (!early_.is_turn(batch.time, frontier))
        return early_.hold(batch.time, batch.records, retain);
      held_.cover(batch, *out_);
      if (notified()) held_notices_.cover(batch, *notices_);
      touch(batch.time, batch.records, retain);
      apply(batch.time, batch.records, out_->at(batch), notices_at(batch));
    });
    early_.release(frontier, [&](const T& time, Rights& rights, std::vector<Item>& records) {
      in_->working_on(time, [&] {
        held_.cover(rights.out);
        if (rights.notices) held_notices_.cover(*rights.notices);
        touch(time, records, [&] { return rights.delayed(time); });
        apply(time, records, out_->at(rights.out),
              rights.notices ? &notices_->at(*rights.notices) : nullptr);
      });
    });
    held_.advance(frontier);
    held_notices_.advance(frontier);
    if (!held_.empty())
      in_->working_on(held_.first().time(), [&] { look_again(frontier.empty()); });
    if (wheel_.empty()) {
      held_.clear();
      held_notices_.clear();
    }
    saved_.close(frontier, find());
    work_.tally.flush_into(counts_);
  }

 private:
  EventTime wall() {
    if (const Now& now = clock_.now) return now();
    if (virtual_time_) return EventTime(executor_->now().time_since_epoch());
    return std::chrono::time_point_cast<EventTime::duration>(std::chrono::system_clock::now());
  }
  bool notified() const { return wanted_->windows || wanted_->late; }
  Rights rights_at(const Batch<T, Item>& batch) {
    Rights rights{out_->retain(batch), {}};
    if (notified()) rights.notices.emplace(notices_->retain(batch));
    return rights;
  }
  template <typename Right>
  Emitter<T, NoticeOut>* notices_at(const Right& right) {
    return notified() ? &notices_->at(right) : nullptr;
  }

  /// Begins with what was saved. The wall clock goes on from where it was then or later, so that no
  /// watermark moves back; what has come due since is looked at in this run.
  void load() {
    Rights first = *std::exchange(first_, std::nullopt);
    if constexpr (KeyState::encodable)
      saved_.load([&](const Key& key, const std::string& bytes) {
        ByteReader from(bytes);
        now_ = std::max(now_, Codec<EventTime>::read(from));
        Entry& entry = keys_.at(key);
        queued_ = std::max(queued_, entry.state.read(from, work_));
        from.require_empty();
        if (entry.state.idle()) {
          if (!remember_) keys_.erase(entry);
          return;
        }
        const EventTime when = due(entry);
        wheel_.wake_by(entry, when, std::min(now_, set_back(when, std::chrono::nanoseconds(1))));
      });
    if (wheel_.empty()) return;
    first.out.downgrade(saved_.first_time());
    held_.cover(first.out);
    if (!notified()) return;
    first.notices->downgrade(saved_.first_time());
    held_notices_.cover(*first.notices);
  }

  /// Gives what is to be saved of a key.
  auto find() {
    return [this](const Key& key) {
      std::optional<std::string> bytes;
      const Entry* const entry = keys_.find(key);
      if (entry == nullptr || (!remember_ && entry->state.idle())) return bytes;
      Codec<EventTime>::write(bytes.emplace(), now_);
      if constexpr (KeyState::encodable) entry->state.write(*bytes);
      return bytes;
    };
  }

  /// Notes that the records' keys change at `time`.
  template <typename Retain>
  void touch(const T& time, const std::vector<Item>& records, Retain retain) {
    if (!saved_.active()) return;
    saved_.begin(time, retain, find());
    for (const Item& item : records) saved_.touch(item.first);
  }

  /// The same of a key that is looked at because time has passed.
  void touch_held(const Key& key) {
    if (!saved_.active()) return;
    const T time = held_.first().time();
    saved_.begin(
        time,
        [&] {
          Rights rights{held_.first().delayed(time), {}};
          if (!held_notices_.empty()) rights.notices.emplace(held_notices_.first().delayed(time));
          return rights;
        },
        find());
    saved_.touch(key);
  }

  void apply(const T& time, std::vector<Item>& records, Emitter<T, Out>& out,
             Emitter<T, NoticeOut>* notices) {
    if (latest_ < time) latest_ = time;
    work_.tally.values += records.size();
    auto next_block = [rest = std::span(records)]() mutable {
      const std::span<Item> block = rest.first(std::min(rest.size(), block_size));
      rest = rest.subspan(block.size());
      return block;
    };
    // While one block is worked on, the memory for the next is on its way.
    std::array<std::array<Entry*, block_size>, 2> entries;
    std::span<Item> block = next_block();
    keys_.seek(block, entries[0].data());
    while (!block.empty()) {
      const std::span<Item> next = next_block();
      keys_.seek(next, entries[1].data());
      keys_.settle(block, entries[0].data());
      for (std::size_t i = 0; i != block.size(); ++i)
        apply(*entries[0][i], block[i].second, out, notices);
      entries[0] = entries[1];
      block = next;
    }
    forget_emptied();
  }

  void apply(Entry& entry, Value& value, Emitter<T, Out>& out, Emitter<T, NoticeOut>* notices) {
    Results results{work_, *wanted_, entry.key, out, notices};
    const Reading reading = clock_.read(entry.state.clock, std::as_const(value), now_);
    take(entry, reading, value, results);
    advance(entry, reading.watermark, results);
    if (!entry.state.idle()) {
      wheel_.wake_by(entry, next_look(entry), now_);
    } else {
      wheel_.forget(entry);
      if (remember_) return;
      entry.state = KeyState{};
      emptied_.push_back(&entry);
    }
  }

  void forget_emptied() {
    if (emptied_.empty()) return;
    // Some may be there twice, and some not be empty any more.
    std::ranges::sort(emptied_);
    const auto repeated = std::ranges::unique(emptied_);
    emptied_.erase(repeated.begin(), repeated.end());
    for (Entry* entry : emptied_)
      if (entry->state.idle()) forget(*entry);
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

  /// When, by the wall clock, the key's watermark comes to what waits for it first. Requires: it is
  /// not idle.
  EventTime due(const Entry& entry) const {
    const EventTime next = entry.state.next(work_);
    return next == after_all_time ? next : clock_.due(entry.state.clock, next);
  }
  /// When to look at the key again. Requires: it is not idle.
  EventTime next_look(const Entry& entry) const {
    const EventTime when = due(entry);
    return when > now_ ? when : advanced(now_, shortest_nap);  // else the clock breaks its law
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
          touch_held(entry.key);
          advance(entry, at_end ? after_all_time : clock_.watermark(entry.state.clock, now_),
                  results);
          if (at_end || entry.state.idle()) {
            forget(entry);
          } else {
            wheel_.wake_by(entry, next_look(entry), now_);
          }
        },
        [&](WakingKey<Key>& key) { forget(keys_.of(key)); });
    if (wheel_.next() < after_all_time) timer_.set(between(wall_, wheel_.next()));
  }

  static constexpr std::size_t block_size = 16;
  static constexpr std::chrono::nanoseconds shortest_nap = std::chrono::milliseconds(1);

  Saved saved_;
  std::optional<Rights> first_;
  C clock_;
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

  EventTime wall_{};                 // when it was run last, by the wall clock
  EventTime now_ = before_all_time;  // the latest of these
  T latest_ = T::minimum();
  std::uint64_t queued_ = 0;
  Keys keys_;
  WakeWheel<Key> wheel_;
  std::vector<Entry*> emptied_;  // by the batch in hand
  ReorderBuffer<T, Item, Rights> early_;
  HeldFrontier<T> held_;
  HeldFrontier<T> held_notices_;
};

}  // namespace tidemark::detail
