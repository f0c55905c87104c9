// SPDX-License-Identifier: MIT
//
// The keys of a window step on a clock, at one worker: their values, their watermarks, and when
// each is to be looked at again.
#pragma once

#include <tidemark/core/codec.hpp>
#include <tidemark/windowing/clock.hpp>
#include <tidemark/windowing/waking_keys.hpp>
#include <tidemark/windowing/window_options.hpp>
#include <tidemark/windowing/window_state.hpp>
#include <tidemark/windowing/window_work.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// Knows event time and wall time, and nothing of the timestamps of the dataflow: a window closes
/// when its key's watermark passes, by a value or because time has passed. Results, and notices,
/// leave by `ends.results(work, key)` (window_ends.hpp). Thread: its worker.
template <typename Item, typename C, typename Work>
class ClockedKeys {
  using Key = typename Item::first_type;
  using Value = typename Item::second_type;
  using KeyState = WindowState<C, Value, Work>;
  using Keys = WakingKeys<Key, KeyState>;
  using Entry = typename Keys::Entry;

 public:
  static constexpr bool encodable = KeyState::encodable;

  ClockedKeys(C clock, Work work, const WindowOptions& options)
      : clock_(std::move(clock)),
        work_(std::move(work)),
        counts_(options.counts),
        ordered_(options.ordered && options.rules == WindowRules::v0_21),
        remember_(options.remember.value_or(Work::Windower::numbers && !is_by_source<C>)) {}

  const C& clock() const { return clock_; }
  const WindowNotes& notes() const { return work_.notes; }

  /// It is `now`, by the wall or by the sources; a time that moves back does not.
  void advance_to(EventTime now) { now_ = std::max(now_, now); }

  void note_watermark(EventTime watermark) const {
    if (work_.notes.watermark) work_.notes.watermark.tell({watermark});
  }

  /// Takes values as they have come. What they bring about leaves by `ends`.
  template <typename Ends>
  void take(std::vector<Item>& records, const Ends& ends) {
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
      for (std::size_t i = 0; i != block.size(); ++i) take(*entries[0][i], block[i].second, ends);
      entries[0] = entries[1];
      block = next;
    }
    forget_emptied();
  }

  /// Looks at the keys whose time has come, at the end at all, after `touch(key)`.
  template <typename Ends, typename Touch>
  void wake(bool at_end, const Ends& ends, Touch touch) {
    wheel_.wake(
        at_end ? after_all_time : now_,
        [&](WakingKey<Key>& key) {
          Entry& entry = Keys::of(key);
          auto results = ends.results(work_, entry.key);
          if (!at_end) ++work_.tally.wakes;
          touch(entry.key);
          advance(entry, at_end ? after_all_time : clock_.watermark(entry.state.clock, now_),
                  results);
          if (at_end || entry.state.idle()) {
            forget(entry);
          } else {
            wheel_.wake_by(entry, next_look(entry), now_);
          }
        },
        [&](WakingKey<Key>& key) { forget(Keys::of(key)); });
  }
  /// When there is something to look at next; after all time if not before the end.
  EventTime next_look() const { return wheel_.next(); }
  /// Whether nothing waits for a watermark.
  bool idle() const { return wheel_.empty(); }

  /// Of what types is what is saved of a key. Requires: encodable.
  static std::string signature() {
    return std::string("(") + Codec<EventTime>::signature() + "," + KeyState::signature() + ")";
  }
  /// What is to be saved of a key: the wall time and its state. Requires: encodable.
  std::optional<std::string> write(const Key& key) const {
    std::optional<std::string> bytes;
    const Entry* const entry = keys_.find(key);
    if (entry == nullptr || (!remember_ && entry->state.idle())) return bytes;
    Codec<EventTime>::write(bytes.emplace(), now_);
    entry->state.write(*bytes);
    return bytes;
  }
  /// Begins with what was saved. The wall clock goes on from where it was then or later, so that no
  /// watermark moves back; what has come due since is to be looked at. False if the key is there
  /// already. Requires: encodable. Throws BadBytes.
  bool read(const Key& key, const std::string& bytes) {
    if (keys_.find(key) != nullptr) return false;
    ByteReader from(bytes);
    const auto now = Codec<EventTime>::read(from);
    if (now != after_all_time) advance_to(now);  // at which an earlier run has come to its end
    Entry& entry = keys_.at(key);
    queued_ = std::max(queued_, entry.state.read(from, work_));
    from.require_empty();
    if (entry.state.idle()) {
      if (!remember_) keys_.erase(entry);
      return true;
    }
    const EventTime when = due(entry);
    wheel_.wake_by(entry, when, std::min(now_, set_back(when, std::chrono::nanoseconds(1))));
    return true;
  }

  /// Stops the program unless the wheel is as its keys say. Returns what it has cost.
  std::size_t verify() const { return wheel_.verify(); }

  /// Adds what has been done since the last time to the counts that the step was told.
  void count() { work_.tally.flush_into(counts_); }

 private:
  template <typename Ends>
  void take(Entry& entry, Value& value, const Ends& ends) {
    auto results = ends.results(work_, entry.key);
    const Reading reading = clock_.read(entry.state.clock, std::as_const(value), now_);
    place(entry, reading, value, results);
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

  template <typename Results>
  void place(Entry& entry, const Reading& reading, Value& value, Results& results) {
    const bool is_late = reading.time < reading.watermark;
    if (is_late && !judges_by_window(work_.windower)) {
      results.note_late(reading.time, reading.watermark);
      results.late(std::move(value), reading.time, reading.watermark);
      return;
    }
    if constexpr (takes_late<decltype(entry.state.windows)>)
      if (is_late) advance(entry, reading.watermark, results);  // it comes after what was in time
    if constexpr (KeyState::queues) {
      if (ordered_ && !is_late &&
          (reading.watermark < reading.time || !entry.state.queue.empty())) {
        entry.state.queue.push(reading.time, queued_++, std::move(value));
        return;
      }
    }
    std::optional<Value> kept;
    if (results.wants_late() && judges_by_window(work_.windower)) kept = value;
    switch (entry.state.windows.add(work_, reading.time, std::move(value), reading.watermark,
                                    results)) {
      case Placement::placed:
        return;
      case Placement::outside:
        ++work_.tally.outside;
        return;
      case Placement::late:
        results.note_late(reading.time, reading.watermark);
        if (kept) results.late(*std::move(kept), reading.time, reading.watermark);
    }
  }

  /// Plays what the watermark has come to, and closes what it has passed.
  template <typename Results>
  void advance(Entry& entry, EventTime watermark, Results& results) {
    KeyState& state = entry.state;
    if constexpr (KeyState::queues)
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

  static constexpr std::size_t block_size = 16;
  static constexpr std::chrono::nanoseconds shortest_nap = std::chrono::milliseconds(1);

  C clock_;
  Work work_;
  WindowCounts* counts_;
  bool ordered_;
  bool remember_;
  EventTime now_ = before_all_time;
  std::uint64_t queued_ = 0;
  Keys keys_;
  WakeWheel<Key> wheel_;
  std::vector<Entry*> emptied_;  // by the batch in hand
};

}  // namespace tidemark::detail
