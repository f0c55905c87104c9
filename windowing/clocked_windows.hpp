// SPDX-License-Identifier: MIT
//
// The window operator on a clock: windows close as their key's watermark passes.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/core/watermark_reader.hpp>
#include <tidemark/operators/driver/epochs_in_order.hpp>
#include <tidemark/operators/driver/held_frontier.hpp>
#include <tidemark/operators/driver/saved_epochs.hpp>
#include <tidemark/operators/driver/wake_timer.hpp>
#include <tidemark/operators/keyed/saved_keys.hpp>
#include <tidemark/windowing/clocked_keys.hpp>
#include <tidemark/windowing/window_ends.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::detail {

/// One worker's shard. Values are taken in the order of their epochs, those of the frontier's at
/// once; a window closed by a value is sent at the value's epoch, one closed by the passing of time
/// at the frontier's, one closed by the sources at that with which their watermark has come to its
/// end, and at the end at the last.
template <Timestamp T, KeyedItem Item, typename C, typename Work>
class ClockedWindows {
  using Key = typename Item::first_type;
  using Keys = ClockedKeys<Item, C, Work>;
  using Ends = WindowEnds<T, Item, Work>;
  using Rights = WindowRights<T>;
  /// Of all window steps with such keys: the wall time and the key's state, as bytes.
  using Saved = SavedKeys<Key, std::string>;

 public:
  static constexpr bool encodable = Saved::encodable && Keys::encodable;

  ClockedWindows(C clock, Work work, const WindowOptions& options, Ends ends, Worker& worker,
                 std::string id, InputPort<T, Item>& in, Activator activator,
                 WatermarkReader<T>* sources)
      : keys_(std::move(clock), std::move(work), options),
        ends_(std::move(ends)),
        worker_(&worker),
        id_(std::move(id)),
        in_(&in),
        sources_(sources),
        timer_(std::move(activator), worker.executor()),
        saved_(worker, id_, keys_.notes().saved) {}

  /// Lets what was saved send by itself, with rights at the least timestamp.
  void hold(Rights first) { held_.hold(std::move(first)); }

  void run() {
    if constexpr (by_source) {
      sources_->follow(in_->frontier());
    } else {
      wall_ = wall();
      keys_.advance_to(wall_);
    }
    if (!std::exchange(loaded_, true)) load();
    epochs_.run(*in_, *this);
    keys_.count();
  }

  /// Stops the program unless what holds between two activations holds. Returns what it has cost.
  std::size_t verify() const {
    TIDEMARK_CHECK(keys_.idle() || !held_.empty(), "a key that waits keeps a timestamp open");
    return epochs_.verify() + held_.verify() + keys_.verify();
  }

  Rights retain(const Batch<T, Item>& batch) { return ends_.retain(batch); }

  template <typename By, typename Retain>
  void work(const T& time, std::vector<Item>& records, const By& by, Retain retain) {
    if constexpr (by_source) rise([&](const T& through) { return through < time; });
    held_.cover(time, retain);
    saved_.begin(time, retain, find());
    if (saved_.active())
      for (const Item& item : records) saved_.touch(item.first);
    keys_.take(records, ends_.at(by));
  }

  void close(const Antichain<T>& frontier) {
    if constexpr (by_source) rise([](const T&) { return true; });
    held_.follow(frontier);
    if (!held_.empty() && (!by_source || frontier.empty())) {
      in_->working_on(held_.first().time(), [&] { wake(held_.first(), frontier.empty()); });
      if constexpr (!by_source)
        if (keys_.next_look() < after_all_time) timer_.set(between(wall_, keys_.next_look()));
    }
    if (keys_.idle()) held_.clear();
    saved_.close(*in_, frontier, find());
  }

 private:
  static constexpr bool by_source = is_by_source<C>;

  /// Closes what the sources' watermark has come to, epoch by epoch, as far as `is_due(through)`
  /// says.
  template <typename IsDue>
  void rise(IsDue is_due) {
    sources_->rise(is_due, [&](const T& through, EventTime watermark) {
      saved_.save_before(through, find());  // with the watermark of its own epoch
      keys_.advance_to(watermark);
      keys_.note_watermark(watermark);
      if (held_.empty() || keys_.next_look() > watermark) return;
      const T at = std::max(through, held_.first().time());  // of what a run goes on with, later
      in_->working_on(at, [&] { wake(held_.first().delayed(at), false); });
    });
  }

  EventTime wall() const {
    if (const Now& now = keys_.clock().now) return worker_->told_time(now());
    return worker_->wall_time();
  }

  void load() {
    if constexpr (encodable) {
      if (!saved_.active()) return;
      saved_.require_types({Codec<Key>::signature(), Keys::signature()});
      Saved::load(*worker_, id_, [&](const Key& key, const std::string& bytes) {
        if (!keys_.read(key, bytes)) refuse_twice(id_);
      });
      held_.follow(Antichain<T>{saved_.first_time()});
    }
  }

  /// Adds what is to be saved of a key.
  auto find() {
    return [&](const Key& key, std::vector<SavedState>& changes) {
      if constexpr (encodable) {
        const std::optional<std::string> bytes = keys_.write(key);
        changes.push_back(Saved::write(key, bytes ? &*bytes : nullptr));
      }
    };
  }

  void wake(const Rights& by, bool at_end) {
    keys_.wake(at_end, ends_.at(by), [&](const Key& key) {
      saved_.begin(
          by.time(), [&] { return by.delayed(by.time()); }, find());
      saved_.touch(key);
    });
  }

  Keys keys_;
  Ends ends_;
  Worker* worker_;
  std::string id_;
  InputPort<T, Item>* in_;
  WatermarkReader<T>* sources_;  // null: it goes by the wall
  WakeTimer timer_;
  EpochsInOrder<T, Item, Rights> epochs_;
  SavedEpochs<T, Key, Rights> saved_;
  HeldFrontier<T, Rights> held_;
  EventTime wall_{};  // when it was run last
  bool loaded_ = false;
};

}  // namespace tidemark::detail
