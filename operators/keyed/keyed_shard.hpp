// SPDX-License-Identifier: MIT
//
// The shard of a keyed step at one worker: states by key, under a driver of epochs in order.
#pragma once

#include <tidemark/core/event_time.hpp>
#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/driver/epochs_in_order.hpp>
#include <tidemark/operators/driver/held_frontier.hpp>
#include <tidemark/operators/driver/saved_epochs.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/keyed/key_timers.hpp>
#include <tidemark/operators/keyed/no_expiry.hpp>
#include <tidemark/operators/keyed/saved_keys.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark::detail {

struct NoTimers {};

/// Thread: its worker.
template <Timestamp T, KeyedItem Item, typename Out, typename Logic, typename Expiry = NoExpiry>
class KeyedShard {
 public:
  using Key = typename Item::first_type;
  using State = typename Logic::State;
  using States = KeyTable<Key, State>;
  using Outputs = typename Expiry::template Outputs<T, Out, Key, Logic>;
  using Right = typename Outputs::Right;

  static constexpr bool has_timers =
      requires(const Logic& logic, const State& state) { logic.notify_at(state); };
  static constexpr bool has_eof =
      requires(Logic& logic, const Key& key, States& states, Emitter<T, Out>& out) {
        logic.on_eof(key, states, out);
      };
  static constexpr bool expires = Expiry::expires;
  static constexpr bool sends_by_itself = has_timers || has_eof || expires;
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
  using Kept = typename decltype(saved_type())::type;
  /// With when the key was heard of last, if it expires.
  using Saved = std::conditional_t<expires, std::pair<Kept, EventTime>, Kept>;
  static constexpr bool encodable = SavedKeys<Key, Saved>::encodable;
  using Timers = std::conditional_t<has_timers, KeyTimers<Key>, NoTimers>;
  using Lives = decltype(std::declval<const Expiry&>().template lives<T, Item>(
      std::declval<OperatorBuilder<T>&>()));

  KeyedShard(Logic logic, Timers timers, Lives lives, Worker& worker, std::string id,
             InputPort<T, Item>& in, Outputs outputs)
      : logic_(std::move(logic)),
        timers_(std::move(timers)),
        lives_(std::move(lives)),
        worker_(&worker),
        id_(std::move(id)),
        in_(&in),
        outputs_(outputs),
        saved_(worker, id_) {}

  /// Lets what was saved send by itself, with a capability at the least timestamp.
  void hold(Right first) { held_.hold(std::move(first)); }

  void run() {
    if constexpr (takes_now) now_ = worker_->now();
    if constexpr (expires) lives_.begin(in_->frontier());
    if (!std::exchange(loaded_, true)) load();
    epochs_.run(*in_, *this);
    if constexpr (has_timers) timers_.arm(now_);
    if constexpr (expires) lives_.arm();
  }

  /// Stops the program unless what holds between two activations holds. Returns what it has cost.
  std::size_t verify() const {
    std::size_t cost = epochs_.verify() + held_.verify();
    if constexpr (has_timers) cost += timers_.verify();
    if constexpr (expires) cost += lives_.verify();
    return cost;
  }

  Right retain(const Batch<T, Item>& batch) { return outputs_.retain(batch); }

  template <typename By, typename Retain>
  void work(const T& time, std::vector<Item>& records, const By& by, Retain retain) {
    if constexpr (expires) rise([&](const T& through) { return through < time; });
    begin(time, retain);
    if (saved_.active())
      for (const Item& item : records) saved_.touch(item.first);
    Emitter<T, Out>& out = outputs_.at(by);
    for (Item& item : records) {
      if constexpr (expires) {
        const Key key = item.first;
        lives_.hear(key, std::as_const(item.second));
        give(std::move(item), out);
        look_after(key);
      } else if constexpr (has_timers) {
        const Key key = item.first;
        give(std::move(item), out);
        look_after(key);
      } else {
        give(std::move(item), out);
      }
    }
  }

  void close(const Antichain<T>& frontier) {
    if constexpr (expires) rise([](const T&) { return true; });
    if constexpr (sends_by_itself) {
      held_.follow(frontier);
      if (!held_.empty())
        in_->working_on(held_.first().time(), [&] { send_by_itself(frontier.empty()); });
    }
    saved_.close(*in_, frontier, find());
  }

 private:
  using OfKeys = SavedKeys<Key, Saved>;

  void load() {
    if constexpr (encodable) {
      if (!saved_.active()) return;
      saved_.require_types({Codec<Key>::signature(), Codec<Saved>::signature()});
      OfKeys::load(*worker_, id_, [&](Key key, Saved saved) {
        if (states_.contains(key)) refuse_twice(id_);
        if constexpr (expires) {
          lives_.restore(key, saved.second);
          states_.try_emplace(key, restore(std::move(saved.first)));
        } else {
          states_.try_emplace(key, restore(std::move(saved)));
        }
        look_after(key);
      });
      held_.follow(Antichain<T>{saved_.first_time()});
    }
  }

  State restore(Kept saved) {
    if constexpr (has_snapshot && takes_now) {
      return logic_.restore(std::move(saved), now_);
    } else if constexpr (has_snapshot) {
      return logic_.restore(std::move(saved));
    } else {
      return saved;
    }
  }

  /// Adds what is to be saved of a key.
  auto find() {
    return [&](const Key& key, std::vector<SavedState>& changes) {
      if constexpr (encodable) {
        const auto at = states_.find(key);
        if (at == states_.end()) {
          changes.push_back(OfKeys::write(key, nullptr));
        } else {
          const Saved& saved = saved_of(key, at->second);
          changes.push_back(OfKeys::write(key, &saved));
        }
      }
    };
  }

  decltype(auto) saved_of(const Key& key, const State& state) {
    if constexpr (expires) {
      return Saved(kept_of(state), lives_.saved(key));
    } else {
      return kept_of(state);
    }
  }

  decltype(auto) kept_of(const State& state) const {
    if constexpr (has_snapshot) {
      return logic_.snapshot(state);
    } else {
      return (state);
    }
  }

  void give(Item&& item, Emitter<T, Out>& out) {
    if constexpr (takes_now) {
      logic_.on_item(std::move(item), states_, out, now_);
    } else {
      logic_.on_item(std::move(item), states_, out);
    }
  }

  /// From here on the step works at `time`, before which nothing can come.
  template <typename Retain>
  void begin(const T& time, Retain retain) {
    saved_.begin(time, retain, find());
    if constexpr (sends_by_itself) held_.cover(time, retain);
  }

  /// Follows what the logic has done to the key.
  void look_after(const Key& key) {
    if constexpr (has_timers) {
      const auto at = states_.find(key);
      std::optional<Clock::time_point> when;
      if (at != states_.end()) when = logic_.notify_at(at->second);
      timers_.set(key, when);
    }
    if constexpr (expires)
      if (!states_.contains(key)) lives_.forget(key);
  }

  /// Begins to call for keys, at `by`'s timestamp.
  void begin_call(const Right& by) {
    saved_.begin(
        by.time(), [&] { return by.delayed(by.time()); }, find());
  }
  template <typename OnCall>
  void call(const Right& by, const Key& key, OnCall on_call) {
    begin_call(by);
    saved_.touch(key);
    on_call();
    look_after(key);
  }

  /// Gives up the keys whose life has ended, each at the timestamp by which it has, as far as
  /// `is_due(timestamp)` says.
  template <typename IsDue>
  void rise(IsDue is_due) {
    lives_.rise(is_due, [&](const T& at) {
      const T time = std::max(at, held_.first().time());
      const Right by = held_.first().delayed(time);
      in_->working_on(time, [&] {
        begin_call(by);  // what is saved of earlier timestamps is saved with when it was heard of
        for (const Key& key : in_order(lives_.take()))
          call(by, key, [&] { expire(key, outputs_.expired_at(by)); });
      });
    });
  }

  void expire(const Key& key, auto& out) {
    const auto at = states_.find(key);
    State state = std::move(at->second);
    states_.erase(at);
    if constexpr (requires { logic_.on_expiry(key, std::move(state), out); }) {
      logic_.on_expiry(key, std::move(state), out);
    } else {
      out.give({key, std::move(state)});
    }
  }

  /// Calls the keys whose timers are due, and all at the end of input, at the earliest timestamp
  /// that can still come: to the end the last one.
  void send_by_itself(bool at_end) {
    const Right& by = held_.first();
    if constexpr (has_timers) {
      for (const Key& key : timers_.take_due(now_))
        call(by, key, [&] { logic_.on_notify(key, states_, outputs_.at(by), now_); });
      if (at_end) timers_.clear();
    }
    if constexpr (has_eof)
      if (at_end)
        for (const Key& key : in_order(keys()))
          call(by, key, [&] { logic_.on_eof(key, states_, outputs_.at(by)); });
    if (at_end || states_.empty()) held_.clear();
  }

  std::vector<Key> keys() const {
    std::vector<Key> keys;
    for (const auto& [key, state] : states_) keys.push_back(key);
    return keys;
  }

  Logic logic_;
  [[no_unique_address]] Timers timers_;
  [[no_unique_address]] Lives lives_;
  Worker* worker_;
  std::string id_;
  InputPort<T, Item>* in_;
  Outputs outputs_;
  EpochsInOrder<T, Item, Right> epochs_;
  SavedEpochs<T, Key, Right> saved_;
  HeldFrontier<T, Right> held_;  // by which it sends by itself, while it keeps anything
  Clock::time_point now_{};
  bool loaded_ = false;
  States states_;
};

}  // namespace tidemark::detail
