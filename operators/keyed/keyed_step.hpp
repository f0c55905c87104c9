// SPDX-License-Identifier: MIT
//
// Keyed steps: the one way in which steps keep a state for each key, with timers, the end of input
// and recovery.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/keyed/key_timers.hpp>
#include <tidemark/operators/keyed/saved_keys.hpp>
#include <tidemark/operators/timestamps/reorder_buffer.hpp>

#include <algorithm>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark {
namespace detail {

struct NoTimers {};

/// The shard of a keyed step at one worker. Thread: that worker.
template <Timestamp T, KeyedItem Item, typename Out, typename Logic>
class KeyedShard {
 public:
  using Key = typename Item::first_type;
  using State = typename Logic::State;
  using States = KeyTable<Key, State>;

  static constexpr bool has_timers =
      requires(const Logic& logic, const State& state) { logic.notify_at(state); };
  static constexpr bool has_eof =
      requires(Logic& logic, const Key& key, States& states, Emitter<T, Out>& out) {
        logic.on_eof(key, states, out);
      };
  static constexpr bool sends_by_itself = has_timers || has_eof;
  /// The run's clock is asked for those who go by it.
  static constexpr bool takes_now = has_timers || requires { requires Logic::takes_now; };
  static constexpr bool has_snapshot =
      requires(const Logic& logic, const State& state) { logic.snapshot(state); };

  static auto saved_type() {
    if constexpr (has_snapshot) {
      return std::type_identity<std::remove_cvref_t<decltype(std::declval<const Logic&>().snapshot(
          std::declval<const State&>()))>>{};
    } else {
      return std::type_identity<State>{};
    }
  }
  using Saved = typename decltype(saved_type())::type;
  using Timers = std::conditional_t<has_timers, KeyTimers<Key>, NoTimers>;

  /// `first` is a capability at the least timestamp if what was saved may send by itself.
  KeyedShard(Logic logic, SavedKeys<T, Key, Saved> saved, Timers timers,
             std::optional<Capability<T>> first, Executor& executor)
      : logic_(std::move(logic)),
        saved_(std::move(saved)),
        timers_(std::move(timers)),
        held_(std::move(first)),
        executor_(&executor) {}

  void run(InputPort<T, Item>& in, OutputPort<T, Out>& out) {
    if constexpr (takes_now) now_ = executor_->now();
    if (!loaded_) load();
    const Antichain<T>& frontier = in.frontier();  // one for all, or they might be overtaken
    in.for_each([&](Batch<T, Item>& batch) {
      const auto retain = [&] { return out.retain(batch); };
      if (early_.is_turn(batch.time, frontier))
        return apply(batch.records, batch.time, out.at(batch), retain);
      early_.hold(batch.time, batch.records, retain);
    });
    early_.release(frontier, [&](const T& time, Capability<T>& right, std::vector<Item>& records) {
      in.working_on(
          time, [&] { apply(records, time, out.at(right), [&] { return right.delayed(time); }); });
    });
    if constexpr (sends_by_itself)
      if (held_) in.working_on(held_->time(), [&] { send_by_itself(frontier, out); });
    saved_.close(frontier, find());
    if constexpr (has_timers) timers_.arm(now_);
  }

 private:
  void load() {
    loaded_ = true;
    if (!saved_.active()) return;
    if (held_) held_->downgrade(saved_.first_time());
    saved_.load([&](Key key, Saved saved) {
      if constexpr (has_timers) {
        State& state = states_.try_emplace(key, restore(std::move(saved))).first->second;
        timers_.set(key, logic_.notify_at(state));
      } else {
        states_.try_emplace(std::move(key), restore(std::move(saved)));
      }
    });
  }

  State restore(Saved saved) {
    if constexpr (has_snapshot && takes_now) {
      return logic_.restore(std::move(saved), now_);
    } else if constexpr (has_snapshot) {
      return logic_.restore(std::move(saved));
    } else {
      return saved;
    }
  }

  /// Gives what is to be saved of a key.
  auto find() {
    return [this](const Key& key) -> std::optional<Saved> {
      const auto at = states_.find(key);
      if (at == states_.end()) return std::nullopt;
      if constexpr (has_snapshot) {
        return logic_.snapshot(at->second);
      } else if constexpr (std::copy_constructible<State>) {
        return at->second;
      } else {
        return std::nullopt;  // not saved
      }
    };
  }

  /// From here on records are applied at `time`, before which nothing can come.
  template <typename Retain>
  void begin(const T& time, Retain retain) {
    if (saved_.active()) saved_.begin(time, retain, find());
    if constexpr (sends_by_itself) {
      if (!held_) held_.emplace(retain());
      if (held_->time() < time) held_->downgrade(time);
    }
  }

  template <typename Retain>
  void apply(std::vector<Item>& records, const T& time, Emitter<T, Out>& out, Retain retain) {
    begin(time, retain);
    if (saved_.active())
      for (const Item& item : records) saved_.touch(item.first);
    for (Item& item : records) {
      if constexpr (has_timers) {
        const Key key = item.first;
        logic_.on_item(std::move(item), states_, out, now_);
        set_timer(key);
      } else if constexpr (takes_now) {
        logic_.on_item(std::move(item), states_, out, now_);
      } else {
        logic_.on_item(std::move(item), states_, out);
      }
    }
  }

  void set_timer(const Key& key) {
    const auto at = states_.find(key);
    std::optional<Clock::time_point> when;
    if (at != states_.end()) when = logic_.notify_at(at->second);
    timers_.set(key, when);
  }

  /// Calls the keys whose timers are due, and all at the end of input, at the earliest timestamp
  /// that can still come: to the end the last one.
  void send_by_itself(const Antichain<T>& frontier, OutputPort<T, Out>& out) {
    for (const T& next : frontier)
      if (held_->time() < next) held_->downgrade(next);
    const T time = held_->time();
    const auto retain = [&] { return held_->delayed(time); };
    if constexpr (has_timers)
      for (const Key& key : timers_.take_due(now_)) {
        begin(time, retain);
        if (saved_.active()) saved_.touch(key);
        logic_.on_notify(key, states_, out.at(*held_), now_);
        set_timer(key);
      }
    if (frontier.empty()) {
      if constexpr (has_eof) {
        for (const Key& key : keys_in_order()) {
          begin(time, retain);
          logic_.on_eof(key, states_, out.at(*held_));
          if (saved_.active()) saved_.touch(key);
        }
      }
      if constexpr (has_timers) timers_.clear();
    }
    if (frontier.empty() || states_.empty()) held_.reset();
  }

  /// By key; by hash where keys have no order.
  std::vector<Key> keys_in_order() const {
    std::vector<Key> keys;
    for (const auto& [key, state] : states_) keys.push_back(key);
    if constexpr (std::totally_ordered<Key>) {
      std::ranges::sort(keys);
    } else {
      std::ranges::stable_sort(keys, {}, KeyHash{});
    }
    return keys;
  }

  Logic logic_;
  SavedKeys<T, Key, Saved> saved_;
  [[no_unique_address]] Timers timers_;
  std::optional<Capability<T>> held_;  // by which it sends by itself, while it keeps anything
  Executor* executor_;
  Clock::time_point now_{};
  bool loaded_ = false;
  States states_;
  ReorderBuffer<T, Item, Capability<T>> early_;
};

}  // namespace detail

/// A step that keeps a state for each key. It gets every record of a key at one worker, and a later
/// timestamp's records only when the earlier ones are complete; within one they come in the order
/// of arrival. `Logic` has
///
///     using State = ...;                      // what is kept of a key, in a table by key
///     void on_item(Item item, States& states, Emitter<T, Out>& out);
///
/// which finds, makes and erases the key's state in the table, and sends by `out.give(record)`, at
/// the record's timestamp. It may have, for timers of the run's clock (on_item then is given `now`
/// as well), called at the earliest timestamp that can still come:
///
///     std::optional<Clock::time_point> notify_at(const State&) const;
///     void on_notify(const Key&, States&, Emitter<T, Out>&, Clock::time_point now);
///
/// for the end of input, called for every key that has a state, in order of keys, at the last
/// timestamp:
///
///     void on_eof(const Key&, States&, Emitter<T, Out>&);
///
/// and for what is saved of a key where that is not its State (`restore` is given `now`, too, if it
/// has timers): Saved snapshot(const State&) const, State restore(Saved). One without timers that
/// says `static constexpr bool takes_now = true` is given `now` by on_item and restore as well.
///
/// In a run with a StateStore the keys touched in an epoch are told to it when that is complete,
/// and the step begins with what it gives; both by Codec<Key> and Codec<Saved>. Requires, if it has
/// timers or on_eof: the timestamps are totally ordered, and it is on no cycle, where it would wait
/// for its own end.
template <typename Out, Timestamp T, KeyedItem Item, typename Logic>
Stream<T, Out> keyed_step(const Stream<T, Item>& stream, std::string kind, std::string id,
                          Logic logic) {
  using Shard = detail::KeyedShard<T, Item, Out, Logic>;
  static_assert(
      !Shard::sends_by_itself || is_totally_ordered<T>,
      "batch, stateful, final steps, join by mode: such a step, which sends at the end of "
      "input or by timers, must stand outside of loops");
  OperatorBuilder<T> op(*stream.scope, kind, id);
  op.set_interest(Interest::when_holding);
  auto& in = op.input(stream, Exchange{ByKey{}});
  auto [out, output] = op.template output<Out>();
  Worker& worker = stream.scope->worker();
  detail::SavedKeys<T, typename Shard::Key, typename Shard::Saved> saved(worker, kind,
                                                                         std::move(id));
  std::optional<Capability<T>> first;
  if (Shard::sends_by_itself && saved.active()) first.emplace(op.initial_capability(0));
  typename Shard::Timers timers = [&] {
    if constexpr (Shard::has_timers) {
      return detail::KeyTimers<typename Shard::Key>(op.activator());
    } else {
      return detail::NoTimers{};
    }
  }();
  Shard shard(std::move(logic), std::move(saved), std::move(timers), std::move(first),
              worker.executor());
  op.build([&in, &out = out, shard = std::move(shard)]() mutable { shard.run(in, out); });
  return output;
}

/// The sentence of a step that keeps what no codec can write.
#define TIDEMARK_REQUIRE_CODECS(step, Key, Saved)                                        \
  static_assert(EncodableOrNotSaved<Key> && EncodableOrNotSaved<Saved>, step             \
                ": the key and what is kept of it must have a tidemark::Codec, so that " \
                "they can be saved and recovered; specialise it, derived from "          \
                "tidemark::NotSaved if they never shall be")

}  // namespace tidemark
