// SPDX-License-Identifier: MIT
//
// state_machine: a state for each key that its values drive, timestamp after timestamp.
#pragma once

#include <tidemark/operators/keyed/keyed_step.hpp>
#include <tidemark/operators/stateless/give_elements.hpp>

#include <concepts>
#include <functional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>

namespace tidemark {
namespace detail {

template <typename Result>
concept DropAndRange = requires(Result result) {
  { result.first } -> std::convertible_to<bool>;
  requires std::ranges::input_range<typename Result::second_type>;
};

template <typename Item, typename Kept, typename Transition>
struct StateMachineLogic {
  using State = Kept;
  Transition transition;

  void on_item(Item item, auto& states, auto& out) {
    const auto at = states.try_emplace(item.first).first;
    auto result = std::invoke(transition, at->first, std::move(item.second), at->second);
    give_elements(result.second, out);
    if (result.first) states.erase(at);  // not before: the range may look into the state
  }
};

}  // namespace detail

/// Drives a state for each key by its values, in order of timestamp and, within one, of arrival.
/// `transition(key, value, state)` changes the state, which begins as `State{}`, and returns a
/// pair: whether to drop the state, so that the key begins anew with its next value, and a range of
/// records, which are sent at the value's timestamp. `expiry`: see expire_after.
///
///     logins | state_machine<int>("third attempt", [](const User& user, bool good, int& failures)
///     {
///       failures = good ? 0 : failures + 1;
///       return std::pair(good, std::vector<User>(failures == 3 ? 1 : 0, user));
///     })
template <typename State, typename Transition, typename Expiry = NoExpiry>
auto state_machine(std::string id, Transition transition, Expiry expiry = {}) {
  static_assert(std::default_initializable<State>,
                "state_machine: the state must have a default constructor");
  const auto step = [id, transition, expiry]<typename T, typename Item>(Stream<T, Item> input) {
    static_assert(
        KeyedItem<Item>,
        "state_machine: the stream must be keyed; its records must be std::pair<Key, Value>");
    using Key = typename Item::first_type;
    static_assert(std::invocable<Transition&, const Key&, typename Item::second_type, State&>,
                  "state_machine: the transition must take the key, a value and the state");
    using Result = std::remove_cvref_t<
        std::invoke_result_t<Transition&, const Key&, typename Item::second_type, State&>>;
    static_assert(
        detail::DropAndRange<Result>,
        "state_machine: the transition must return a std::pair of whether to drop the state and a "
        "range of records");
    using Records = typename Result::second_type;
    using Out = std::ranges::range_value_t<Records>;
    return keyed_step<Out>(input, "state_machine", id,
                           detail::StateMachineLogic<Item, State, Transition>{transition}, expiry);
  };
  return detail::with_expiry(expiry, step);
}

}  // namespace tidemark
