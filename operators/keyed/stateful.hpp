// SPDX-License-Identifier: MIT
//
// stateful: a logic of one's own for each key, with timers and the end of input.
#pragma once

#include <tidemark/operators/keyed/build_state.hpp>
#include <tidemark/operators/keyed/keyed_step.hpp>
#include <tidemark/operators/stateless/give_elements.hpp>

#include <concepts>
#include <functional>
#include <optional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {
namespace detail {

template <typename Item, typename KeyLogic, typename Builder>
struct StatefulLogic {
  using Key = typename Item::first_type;
  using Value = typename Item::second_type;
  using State = KeyLogic;
  static constexpr bool item_takes_now =
      requires(KeyLogic& logic, Value value, Clock::time_point now) {
        logic.on_item(std::move(value), now);
      };
  static constexpr bool takes_now =
      item_takes_now || requires(const KeyLogic& logic, Clock::time_point now) {
        KeyLogic::restore(logic.snapshot(), now);
      };

  static auto call(KeyLogic& logic, Value value, Clock::time_point now) {
    if constexpr (item_takes_now) {
      return logic.on_item(std::move(value), now);
    } else {
      return logic.on_item(std::move(value));
    }
  }
  using Result = decltype(call(std::declval<KeyLogic&>(), std::declval<Value>(), {}));

  Builder builder;

  void on_item(Item item, auto& states, auto& out, Clock::time_point now = {}) {  // if takes_now
    auto at = states.find(item.first);
    if (at == states.end()) at = states.emplace(item.first, build_state(builder, item.first)).first;
    finish(item.first, call(at->second, std::move(item.second), now), states, out);
  }
  std::optional<Clock::time_point> notify_at(const KeyLogic& logic) const
    requires requires { logic.notify_at(); }
  {
    return logic.notify_at();
  }
  void on_notify(const Key& key, auto& states, auto& out, Clock::time_point now) {
    finish(key, states.find(key)->second.on_notify(now), states, out);
  }
  void on_eof(const Key& key, auto& states, auto& out)
    requires requires(KeyLogic& logic) { logic.on_eof(); }
  {
    finish(key, states.find(key)->second.on_eof(), states, out);
  }
  auto snapshot(const KeyLogic& logic) const
    requires requires { logic.snapshot(); }
  {
    return logic.snapshot();
  }
  template <typename Saved>
  KeyLogic restore(Saved saved, Clock::time_point now = {}) const {
    if constexpr (requires { KeyLogic::restore(std::move(saved), now); }) {
      return KeyLogic::restore(std::move(saved), now);
    } else {
      return KeyLogic::restore(std::move(saved));
    }
  }

 private:
  static void finish(const Key& key, auto result, auto& states, auto& out) {
    for (auto&& record : result.first) out.give({key, record});
    if (result.second) states.erase(key);
  }
};

}  // namespace detail

/// Runs a logic of the user's own for each key, a copyable value that `builder()`, or
/// `builder(key)`, makes for the first value of the key. It has
///
///     std::pair<Range, bool> on_item(Value value[, Clock::time_point now]);
///
/// which gives what is sent, each as (key, element), at the value's timestamp, and whether to
/// discard the logic; the key's next value begins anew. It may have
///
///     std::optional<Clock::time_point> notify_at() const;      // asked after each call
///     std::pair<Range, bool> on_notify(Clock::time_point now); // then, or soon after
///     std::pair<Range, bool> on_eof();                         // at the end of input
///
/// `now` is the run's clock, which tells the time since some point and means nothing in another
/// run. What is saved of a key is the logic, by its Codec; or what its `snapshot()` gives, of which
/// `static restore(saved[, now])` makes it again. `expiry`: see expire_after; what expires is the
/// logic.
template <typename Builder, typename Expiry = NoExpiry>
auto stateful(std::string id, Builder builder, Expiry expiry = {}) {
  const auto step = [id, builder, expiry]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(KeyedItem<Item>,
                  "stateful: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Key = typename Item::first_type;
    using Value = typename Item::second_type;
    using KeyLogic =
        decltype(detail::build_state(std::declval<Builder&>(), std::declval<const Key&>()));
    static_assert(
        requires(KeyLogic& logic, Value value) { logic.on_item(std::move(value)); } ||
            requires(KeyLogic& logic, Value value, Clock::time_point now) {
              logic.on_item(std::move(value), now);
            },
        "stateful: the logic must have on_item(value) or on_item(value, now)");
    using Logic = detail::StatefulLogic<Item, KeyLogic, Builder>;
    static_assert(
        requires(typename Logic::Result result) {
          { result.first } -> std::ranges::input_range;
          { result.second } -> std::convertible_to<bool>;
        },
        "stateful: on_item must return a std::pair of a range of records and whether to discard "
        "the logic");
    using Out = std::pair<Key, std::ranges::range_value_t<std::remove_cvref_t<
                                   decltype(std::declval<typename Logic::Result>().first)>>>;
    return keyed_step<Out>(input, "stateful", id, Logic{builder}, expiry);
  };
  return detail::with_expiry(expiry, step);
}

}  // namespace tidemark
