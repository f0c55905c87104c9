// SPDX-License-Identifier: MIT
//
// Keyed steps: the one way in which steps keep a state for each key, with timers, the end of input
// and recovery.
#pragma once

#include <tidemark/core/operator_builder.hpp>
#include <tidemark/operators/driver/wake_timer.hpp>
#include <tidemark/operators/keyed.hpp>
#include <tidemark/operators/keyed/keyed_shard.hpp>
#include <tidemark/operators/keyed/no_expiry.hpp>

#include <memory>
#include <string>
#include <utility>

namespace tidemark {

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
/// With an expire_after (expiry.hpp) keys expire, and what is returned is a std::pair of the
/// results and of what has expired, (key, state). A logic may say that otherwise, for a key whose
/// state is no longer in the table:
///
///     using Expired = ...;
///     void on_expiry(const Key&, State, Emitter<T, std::pair<Key, Expired>>&);
///
/// In a run with a StateStore the keys touched in an epoch are told to it when that is complete,
/// and the step begins with what it gives; both by Codec<Key> and Codec<Saved>, without which it is
/// refused there. Requires, if it has timers, on_eof or expiry: the timestamps are totally ordered,
/// and it is on no cycle, where it would wait for its own end.
template <typename Out, Timestamp T, KeyedItem Item, typename Logic, typename Expiry = NoExpiry>
auto keyed_step(const Stream<T, Item>& stream, std::string kind, std::string id, Logic logic,
                const Expiry& expiry = {}) {
  using Shard = detail::KeyedShard<T, Item, Out, Logic, Expiry>;
  static_assert(
      !Shard::sends_by_itself || is_totally_ordered<T>,
      "batch, stateful, final steps, join by mode, keys that expire: such a step, which sends at "
      "the end of input or by timers, must stand outside of loops");
  OperatorBuilder<T> op(*stream.scope, std::move(kind), id);
  op.set_interest(Interest::when_holding);
  op.keeps(saved_if<typename Shard::Key, typename Shard::Kept>(Shard::encodable));
  auto& in = op.input(stream, Exchange{ByKey{}});
  auto [outputs, streams] = Shard::Outputs::add(op);
  Worker& worker = stream.scope->worker();
  typename Shard::Timers timers = [&] {
    if constexpr (Shard::has_timers) {
      return typename Shard::Timers(detail::WakeTimer(op.activator(), worker.executor()));
    } else {
      return typename Shard::Timers{};
    }
  }();
  auto shard = std::make_unique<Shard>(std::move(logic), std::move(timers),
                                       expiry.template lives<T, Item>(op), worker, std::move(id),
                                       in, outputs);
  if (Shard::sends_by_itself && worker.states() != nullptr)
    shard->hold(Shard::Outputs::first_right(op));
  op.add_invariant([shard = shard.get()] { return shard->verify(); });
  op.build([shard = std::move(shard)] { shard->run(); });
  return streams;
}

}  // namespace tidemark
