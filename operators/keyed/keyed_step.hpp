// SPDX-License-Identifier: MIT
//
// Keyed steps: the one way in which steps keep a state for each key, with timers, the end of input
// and recovery.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/driver/epochs_in_order.hpp>
#include <tidemark/operators/driver/held_frontier.hpp>
#include <tidemark/operators/driver/saved_epochs.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/keyed/key_timers.hpp>
#include <tidemark/operators/keyed/saved_keys.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
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
  static constexpr bool encodable = SavedKeys<Key, Saved>::encodable;
  using Timers = std::conditional_t<has_timers, KeyTimers<Key>, NoTimers>;

  KeyedShard(Logic logic, Timers timers, Worker& worker, std::string id, InputPort<T, Item>& in,
             OutputPort<T, Out>& out)
      : logic_(std::move(logic)),
        timers_(std::move(timers)),
        worker_(&worker),
        id_(std::move(id)),
        in_(&in),
        out_(&out),
        saved_(worker, id_) {}

  /// Lets what was saved send by itself, with a capability at the least timestamp.
  void hold(Capability<T> first) { held_.hold(std::move(first)); }

  void run() {
    if constexpr (takes_now) now_ = worker_->executor().now();
    if (!std::exchange(loaded_, true)) load();
    epochs_.run(*in_, *this);
    if constexpr (has_timers) timers_.arm(now_);
  }

  /// Stops the program unless what holds between two activations holds. Returns what it has cost.
  std::size_t verify() const {
    std::size_t cost = epochs_.verify() + held_.verify();
    if constexpr (has_timers) cost += timers_.verify();
    return cost;
  }

  Capability<T> retain(const Batch<T, Item>& batch) { return out_->retain(batch); }

  template <typename By, typename Retain>
  void work(const T& time, std::vector<Item>& records, const By& by, Retain retain) {
    begin(time, retain);
    if (saved_.active())
      for (const Item& item : records) saved_.touch(item.first);
    Emitter<T, Out>& out = out_->at(by);
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

  void close(const Antichain<T>& frontier) {
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
      OfKeys::load(*worker_, id_, [&](Key key, Saved saved) {
        State& state = states_.try_emplace(key, restore(std::move(saved))).first->second;
        if constexpr (has_timers) timers_.set(key, logic_.notify_at(state));
      });
      held_.follow(Antichain<T>{saved_.first_time()});
    }
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

  /// Adds what is to be saved of a key.
  auto find() {
    return [&](const Key& key, std::vector<SavedState>& changes) {
      if constexpr (encodable) {
        const auto at = states_.find(key);
        if (at == states_.end()) {
          changes.push_back(OfKeys::write(key, nullptr));
        } else if constexpr (has_snapshot) {
          const Saved saved = logic_.snapshot(at->second);
          changes.push_back(OfKeys::write(key, &saved));
        } else {
          changes.push_back(OfKeys::write(key, &at->second));
        }
      }
    };
  }

  /// From here on the step works at `time`, before which nothing can come.
  template <typename Retain>
  void begin(const T& time, Retain retain) {
    saved_.begin(time, retain, find());
    if constexpr (sends_by_itself) held_.cover(time, retain);
  }

  void set_timer(const Key& key) {
    const auto at = states_.find(key);
    std::optional<Clock::time_point> when;
    if (at != states_.end()) when = logic_.notify_at(at->second);
    timers_.set(key, when);
  }

  /// Calls the keys whose timers are due, and all at the end of input, at the earliest timestamp
  /// that can still come: to the end the last one.
  void send_by_itself(bool at_end) {
    const Capability<T>& by = held_.first();
    const auto call = [&](const Key& key, auto on_call) {
      saved_.begin(
          by.time(), [&] { return by.delayed(by.time()); }, find());
      saved_.touch(key);
      on_call(out_->at(by));
    };
    if constexpr (has_timers) {
      for (const Key& key : timers_.take_due(now_)) {
        call(key, [&](auto& out) { logic_.on_notify(key, states_, out, now_); });
        set_timer(key);
      }
      if (at_end) timers_.clear();
    }
    if constexpr (has_eof)
      if (at_end)
        for (const Key& key : keys_in_order())
          call(key, [&](auto& out) { logic_.on_eof(key, states_, out); });
    if (at_end || states_.empty()) held_.clear();
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
  [[no_unique_address]] Timers timers_;
  Worker* worker_;
  std::string id_;
  InputPort<T, Item>* in_;
  OutputPort<T, Out>* out_;
  EpochsInOrder<T, Item, Capability<T>> epochs_;
  SavedEpochs<T, Key, Capability<T>> saved_;
  HeldFrontier<T, Capability<T>> held_;  // by which it sends by itself, while it keeps anything
  Clock::time_point now_{};
  bool loaded_ = false;
  States states_;
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
  OperatorBuilder<T> op(*stream.scope, std::move(kind), id);
  op.set_interest(Interest::when_holding);
  op.keeps(saved_if(Shard::encodable));
  auto& in = op.input(stream, Exchange{ByKey{}});
  auto [out, output] = op.template output<Out>();
  Worker& worker = stream.scope->worker();
  typename Shard::Timers timers = [&] {
    if constexpr (Shard::has_timers) {
      return typename Shard::Timers(detail::WakeTimer(op.activator(), worker.executor()));
    } else {
      return typename Shard::Timers{};
    }
  }();
  auto shard =
      std::make_unique<Shard>(std::move(logic), std::move(timers), worker, std::move(id), in, out);
  if (Shard::sends_by_itself && worker.states() != nullptr) shard->hold(op.initial_capability(0));
  op.add_invariant([shard = shard.get()] { return shard->verify(); });
  op.build([shard = std::move(shard)] { shard->run(); });
  return output;
}

/// The sentence of a step that keeps what no codec can write.
#define TIDEMARK_REQUIRE_CODECS(step, Key, Saved)                                        \
  static_assert(EncodableOrNotSaved<Key> && EncodableOrNotSaved<Saved>, step             \
                ": the key and what is kept of it must have a tidemark::Codec, so that " \
                "they can be saved and recovered; specialise it, derived from "          \
                "tidemark::NotSaved if they never shall be")

}  // namespace tidemark
